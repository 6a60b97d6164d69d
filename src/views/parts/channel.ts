/** Names of conversations for people elsewhere, and what lets the bot post where it cannot. */

import { isConversationId } from '../../scan/watch.ts';

/** `direct`: two people. `group`: several people, without a name. */
export type ConversationKind = 'channel' | 'direct' | 'group';

/** Why Slack rejects messages of the bot. `restricted`: it is a member, but only some members may post. */
export type NoPost = 'not-a-member' | 'archived' | 'restricted';

/** Slack shows the channel's name to people who may know it; a direct message has none. mrkdwn. */
export function channelName(channel: string, otherwise = 'a direct message'): string {
  // Text from outside stands in `<…>` only if it is an ID.
  const isNamed = isConversationId(channel) && kindOfChannel(channel) === 'channel';
  return isNamed ? `<#${channel}>` : otherwise;
}

/** Derived from the ID's first letter. */
export function kindOfChannel(channel: string): ConversationKind {
  return channel.startsWith('D') ? 'direct' : 'channel';
}

/** The step in Slack for that kind of conversation. mrkdwn. */
export function postStep(kind: ConversationKind, why: NoPost): string {
  if (why === 'archived') return 'It is archived: unarchive it in Slack.';
  if (why === 'restricted')
    return 'Slack lets only some people post in it: ask whoever manages it to let this app post.';
  return kind === 'channel'
    ? 'Type `/invite @scanprogress` in that conversation.'
    : 'Slack lets no app join it. Ask me in a channel, or in the direct messages with me.';
}
