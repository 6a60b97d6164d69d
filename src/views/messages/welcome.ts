/** Posted once in a channel that the bot is invited to. */

import { type Message, note } from '../kit/blocks.ts';

export function welcomeView(): Message {
  return note(
    'I tell how far registry scans are, and when they end. To begin: `/scanprogress watch alpine:3.16`, or `/scanprogress help`.',
  );
}
