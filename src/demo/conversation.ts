/** Prints a conversation: new and changed messages of a channel since the last call, a line each. */

import type { SlackMessage } from './local-slack.ts';

interface DemoConversation {
  /** Its displayed name, such as `#general`. */
  readonly channel: string;
  readonly before: readonly SlackMessage[];
  readonly after: readonly SlackMessage[];
  /** Names by user ID. */
  readonly names: ReadonlyMap<string, string>;
}

/** One line per new or changed message, in the order of the channel. */
export function printChanges({ channel, before, after, names }: DemoConversation): string[] {
  const known = new Map(before.map((message) => [message.ts, message]));
  return after.flatMap((message) => {
    const earlier = known.get(message.ts);
    if (earlier?.text === message.text) return [];
    const who = names.get(message.user) ?? message.user;
    const time = clockTime((earlier && message.edited?.ts) ?? message.ts);
    const mark = `${isReply(message) ? '↳ ' : ''}${earlier ? '(edited) ' : ''}${onlyTo(message, names)}`;
    return [`${time}  ${channel}  ${who}: ${mark}${plainText(message.text, names)}`];
  });
}

function isReply({ ts, thread_ts }: SlackMessage): boolean {
  return thread_ts !== undefined && thread_ts !== ts;
}

function onlyTo({ subtype, ephemeral_to }: SlackMessage, names: ReadonlyMap<string, string>): string {
  if (subtype !== 'ephemeral') return '';
  return `(only to ${names.get(ephemeral_to ?? '') ?? 'one person'}) `;
}

/** A message's `ts` starts with its time in seconds. */
function clockTime(ts: string): string {
  return new Date(Number(ts) * 1_000).toLocaleTimeString('en-GB');
}

/**
 * Slack's markup as readable text, on one line without control characters. Entities come last: an escaped `<` starts
 * no markup.
 */
function plainText(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_match, id: string) => `@${names.get(id) ?? id}`)
    .replace(/<[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^>]*)>/g, '$1')
    .replace(/\s*\n\s*/g, ' / ')
    .replace(/\p{Cc}/gu, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
