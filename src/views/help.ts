/** What can be typed, by example: only what exists. */

import { context, message, type Message, section } from './blocks.ts';

export function helpView(): Message {
  return message('What you can type: /scanprogress, /scanprogress alpine:3.16, watch, unwatch, list, help', [
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
  ],
  [
    '*Watch*: one live message, and one reply to it at the end',
    '`/scanprogress watch`  the registry scan',
    '`/scanprogress watch ghcr.io/acme/api:1.4`  one image, or several',
    '`/scanprogress unwatch ghcr.io/acme/api:1.4`  stops that',
    '`/scanprogress list`  what is watched here',
  ],
];

export function grammarNotes() {
  return context([
    'In a thread, mention me instead: `@scanprogress watch alpine:3.16`',
    'No tag means `latest`.',
  ]);
}
