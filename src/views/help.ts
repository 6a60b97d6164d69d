/** What can be typed, by example: only what exists. */

import { COMMAND_WORDS } from '../scan/command.ts';
import { context, message, type Message, section } from './blocks.ts';

export function helpView(): Message {
  return message(`What you can type: /scanprogress, /scanprogress alpine:3.16, ${COMMAND_WORDS.join(', ')}`, [
    section(['*How far is the scan, and when is it over?* Ask, or let me watch it.']),
    ...GRAMMAR.map((lines) => section(lines)),
    grammarNotes(),
  ]);
}

/** Also shown with what was not understood. */
export const GRAMMAR: readonly (readonly string[])[] = [
  [
    '*Ask*',
    '`/scanprogress`  the registry scan, all registries',
    '`/scanprogress alpine:3.16`  the scan of one image',
    '`/scanprogress history alpine:3.16`  its last scans: how long, how they ended, what they found',
  ],
  [
    '*Watch*: one live message, and one reply to it at the end',
    '`/scanprogress watch`  the registry scan',
    '`/scanprogress watch ghcr.io/acme/api:1.4`  one image',
    '`/scanprogress watch api:1.4 web:1.4 db:7`  up to twenty on one board, a line each',
    '`/scanprogress unwatch ghcr.io/acme/api:1.4`  stops that',
  ],
  [
    '*Subscribe*: the same for every scan from now on, in this channel',
    '`/scanprogress subscribe alpine:3.16`  one image, several, or with none the registry scan',
    '`/scanprogress unsubscribe alpine:3.16`  stops that',
    '`/scanprogress list`  what is watched and subscribed to here',
    '`/scanprogress settings`  how this channel is told',
  ],
  [
    '*Scan*, for those who may',
    '`/scanprogress scan alpine:3.16`  starts the scan of one image and watches it',
    '`/scanprogress scan`, `/scanprogress stop`  start or stop the registry scan, after a question',
  ],
];

export function grammarNotes() {
  return context([
    'In a thread, mention me instead: `@scanprogress watch alpine:3.16`',
    '`@scanprogress` alone in a thread shows the images that are named there.',
    'No tag means `latest`.',
  ]);
}
