/**
 * Binds a button's value to the conversation of its message, or to the person of its App Home: a copy elsewhere does
 * nothing. Buttons of earlier versions are not bound.
 */

/** Slack's limit for a value. */
const VALUE_MAX = 2_000;

/** `key`: a conversation's ID; for App Home `@` and the user ID. The rest of the message stays. */
export function bindButtons<T extends { readonly blocks: readonly unknown[] }>(message: T, key: string): T {
  if (!KEY.test(key)) return message;
  return { ...message, blocks: message.blocks.map((block) => bindAll(block, key)) };
}

const KEY = /^(?:[CDG]|@[UW])[A-Z0-9]{1,40}$/;

/** Buttons are in actions blocks and section accessories. */
function bindAll<T>(node: T, key: string): T {
  if (Array.isArray(node)) return node.map((item: unknown) => bindAll(item, key)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => [name, bindAll(value, key)]);
  const bound = Object.fromEntries(entries);
  const { type, value } = bound;
  const isButton = type === 'button' && typeof value === 'string';
  const text = isButton ? `${key}|${value}` : '';
  // A copy that differs in values only.
  return (isButton && text.length <= VALUE_MAX ? { ...bound, value: text } : bound) as T;
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
