/**
 * The value of a button names the conversation that it was posted in, or the person on whose App Home it is: copied
 * elsewhere, it does nothing. Buttons that were posted by earlier versions name none.
 */

/** Slack's limit for a value. */
const VALUE_MAX = 2_000;

/** `key`: of a conversation its ID, of App Home `@` and the person's. Anything else leaves the message as it is. */
export function bindButtons<T extends { readonly blocks: readonly unknown[] }>(message: T, key: string): T {
  if (!KEY.test(key)) return message;
  return { ...message, blocks: message.blocks.map((block) => bindAll(block, key)) };
}

const KEY = /^(?:[CDG]|@[UW])[A-Z0-9]{1,40}$/;

/** Buttons sit in blocks of actions and beside sections. */
function bindAll<T>(node: T, key: string): T {
  if (Array.isArray(node)) return node.map((one: unknown) => bindAll(one, key)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => [name, bindAll(value, key)]);
  const bound = Object.fromEntries(entries);
  const { type, value } = bound;
  const isButton = type === 'button' && typeof value === 'string';
  const text = isButton ? `${key}|${value}` : '';
  // A copy of what came in, with other values alone.
  return (isButton && text.length <= VALUE_MAX ? { ...bound, value: text } : bound) as T;
}

/** `key` is null for a value that names none. */
export function readBinding(value: string | undefined): {
  readonly key: string | null;
  readonly value: string | undefined;
} {
  const at = value?.indexOf('|') ?? -1;
  const key = value?.slice(0, at) ?? '';
  return at > 0 && KEY.test(key) ? { key, value: value?.slice(at + 1) } : { key: null, value };
}
