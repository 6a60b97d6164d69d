/** All text of a message, including blocks and attachments of other apps. */

import { scrubSecrets } from '../../secrets.ts';

/** A message has a few hundred values at most; a person reads no more. */
const VALUES_MAX = 2_000;
const TEXT_MAX = 40_000;
/** Keys with visible text; others have IDs, colours and image URLs. */
const SAID: ReadonlySet<string> = new Set(['text', 'fallback', 'title', 'pretext', 'value', 'footer', 'url']);

/** Lines in the order of the message; `''` for anything else. */
export function saidText(message: unknown): string {
  const lines: string[] = [];
  const left: [key: string, value: unknown][] = [['', message]];
  for (let count = 0; left.length > 0 && count < VALUES_MAX; count += 1) {
    const [key, value] = left.shift() ?? ['', null];
    if (typeof value === 'string') {
      if (SAID.has(key)) lines.push(value);
    } else if (Array.isArray(value)) {
      left.push(...value.map((one): [string, unknown] => [key, one]));
    } else if (typeof value === 'object' && value !== null) {
      left.push(...Object.entries(value));
    }
  }
  return scrubSecrets([...new Set(lines)].join('\n').slice(0, TEXT_MAX));
}
