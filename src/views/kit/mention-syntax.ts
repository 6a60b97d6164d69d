/** Replies to a mention suggest mentions: Slack allows no slash commands in threads. */

import type { Message } from './blocks.ts';

const SLASH = '/scanprogress';
const MENTION = '@scanprogress';

/** The message with `@scanprogress watch …` instead of `/scanprogress watch …`. The length never grows. */
export function toMentionSyntax(message: Message): Message {
  return JSON.parse(JSON.stringify(message).replaceAll(`\`${SLASH}`, `\`${MENTION}`)) as Message;
}
