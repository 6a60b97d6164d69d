/** An answer to a mention speaks of mentions: in a thread Slack allows no slash commands. */

import type { Message } from './blocks.ts';

const SLASH = '/scanprogress';
const MENTION = '@scanprogress';

/** The same message with `@scanprogress watch …` wherever it says `/scanprogress watch …`. One character shorter or as long. */
export function toMentionSyntax(message: Message): Message {
  return JSON.parse(JSON.stringify(message).replaceAll(`\`${SLASH}`, `\`${MENTION}`)) as Message;
}
