/** A reply in the words of where it is read. */

import type { Message } from './blocks.ts';

const SLASH = '/scanprogress';
const MENTION = '@scanprogress';

/**
 * The message with `@scanprogress watch …` instead of `/scanprogress watch …`: Slack allows no slash commands in
 * threads. The length never grows.
 */
export function toMentionSyntax(message: Message): Message {
  return replaced(message, [
    [`\`${SLASH}`, `\`${MENTION}`],
    [SHOWS_OPERATORS.replace(SLASH, MENTION), SHOWS_OPERATORS],
  ]);
}

/** Only a slash command's reply names them, because a mention's would notify them. */
export const SHOWS_OPERATORS = `\`${SLASH} operators\` shows you who`;

/** Exactly the sentence of `help`: another one is not found. */
const IN_A_THREAD = ` In a thread, mention me: \`${MENTION} watch alpine:3.16\``;

/** In direct messages a command needs neither, also in a thread, and no channel is meant. */
export function toDirectSyntax(message: Message): Message {
  return inConversation(
    replaced(message, [
      [IN_A_THREAD, ''],
      [', for everybody?', '?'],
      [`\`${SLASH}\``, '`status`'],
      [`\`${SLASH} `, '`'],
    ]),
  );
}

/** Direct messages are no channel. The length never grows. */
export function inConversation(message: Message): Message {
  return replaced(message, [
    ['this channel', 'this chat'],
    ['This channel', 'This chat'],
  ]);
}

/** In the JSON of the message: pairs must contain nothing that JSON escapes. */
function replaced(message: Message, pairs: readonly (readonly [string, string])[]): Message {
  const text = pairs.reduce((json, [from, to]) => json.replaceAll(from, to), JSON.stringify(message));
  return JSON.parse(text) as Message;
}
