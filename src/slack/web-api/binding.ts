/**
 * Binds a button's value to the conversation of its message, or to the person of its App Home: a copy elsewhere does
 * nothing. Buttons of earlier versions are not bound.
 */

/** Slack's limit for a value. */
const VALUE_MAX = 2_000;

/** `key`: a conversation's ID; for App Home `@` and the user ID. The rest of the message stays. */
export function bindButtons<T extends { readonly blocks: readonly unknown[] }>(message: T, key: string): T {
  if (!KEY.test(key)) return message;
  return { ...message, blocks: message.blocks.map((block) => bindBlock(block, key)) };
}

const KEY = /^(?:[CDG]|@[UW])[A-Z0-9]{1,40}$/;

/** Buttons are in actions blocks and section accessories. */
function bindBlock(block: unknown, key: string): unknown {
  if (!isRecord(block)) return block;
  const { elements, accessory } = block;
  return {
    ...block,
    ...(Array.isArray(elements) && { elements: elements.map((element) => bindButton(element, key)) }),
    ...(accessory !== undefined && { accessory: bindButton(accessory, key) }),
  };
}

function bindButton(element: unknown, key: string): unknown {
  if (!isRecord(element) || element['type'] !== 'button' || typeof element['value'] !== 'string')
    return element;
  const value = `${key}|${element['value']}`;
  return value.length > VALUE_MAX ? element : { ...element, value };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** `key` is null for an unbound value. */
export function readBinding(value: string | undefined): {
  readonly key: string | null;
  readonly value: string | undefined;
} {
  const at = value?.indexOf('|') ?? -1;
  const key = value?.slice(0, at) ?? '';
  return at > 0 && KEY.test(key) ? { key, value: value?.slice(at + 1) } : { key: null, value };
}
