/** Help by example: only existing commands, at most one screen. `version`: null where it is not shown. */

import { COMMAND_WORDS } from '../../scan/command.ts';
import { LEGEND } from '../parts/state.ts';
import { context, message, type Message, section } from '../kit/blocks.ts';

export function helpView(version: string | null): Message {
  return message(
    `What you can type: \`/scanprogress\`, \`/scanprogress alpine:3.16\`, ${COMMAND_WORDS.join(', ')}`,
    [
      ...GRAMMAR.map((lines) => section(lines)),
      context([
        'No image means the registry scan, no tag means `latest`. In a thread, mention me: `@scanprogress watch alpine:3.16`',
        LEGEND,
        version === null ? null : `scanprogress ${version}`,
      ]),
    ],
  );
}

const GRAMMAR: readonly (readonly string[])[] = [
  [
    '`/scanprogress alpine:3.16`  how far its scan is; without an image, the registry scan',
    '`/scanprogress watch api:1.4 web:1.4`  one live message, and one post at the end; `unwatch` stops that',
    '`/scanprogress subscribe alpine:3.16`  every scan from now on, in this channel; `unsubscribe` stops that',
    '`/scanprogress list`  what is watched and subscribed to here',
    '`/scanprogress history alpine:3.16`  its last scans and what they found',
    '`/scanprogress settings`  how and when I post in this channel',
    '`/scanprogress scan alpine:3.16`  starts a scan and watches it, for operators; `stop` stops the registry scan',
  ],
];
