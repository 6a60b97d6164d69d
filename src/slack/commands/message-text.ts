/** Everything that a message says: its text, and what other apps put into blocks and attachments. */

import { scrubSecrets } from '../../errors.ts';

/** A message of Slack has some hundred values at most; more is nothing a person would read. */
const VALUES_MAX = 2_000;
const TEXT_MAX = 40_000;
/** What people see is in these; ids, colours and addresses of pictures are in others. */
const SAID: ReadonlySet<string> = new Set(['text', 'fallback', 'title', 'pretext', 'value', 'footer', 'url']);

/** Lines, in the order of the message; `''` for anything that is no message. */
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
