/** How a conversation is named to somebody who is elsewhere, and what lets the bot post where it cannot. */

/** `direct`: of two people. `group`: of several people, without a name. */
export type ConversationKind = 'channel' | 'direct' | 'group';

/** Why Slack takes no message of the bot. `restricted`: it is a member, and only some may post. */
export type NoPost = 'not-a-member' | 'archived' | 'restricted';

/** Slack shows the channel's name to those who may know it; a direct message has none. mrkdwn. */
export function channelName(channel: string): string {
  return /^[CG][A-Z0-9]{1,30}$/.test(channel) ? `<#${channel}>` : 'a direct message';
}

/** As far as its ID tells. */
export function kindOfChannel(channel: string): ConversationKind {
  return channel.startsWith('D') ? 'direct' : 'channel';
}

/** A step that Slack offers in that kind of conversation. mrkdwn. */
export function postStep(kind: ConversationKind, why: NoPost): string {
  if (why === 'archived') return 'It is archived: unarchive it in Slack.';
  if (why === 'restricted')
    return 'Slack lets only some people post in it: ask whoever manages it to let this app post.';
  return kind === 'channel'
    ? 'Type `/invite @scanprogress` in that conversation.'
    : 'Slack lets no app join it. Ask me in a channel, or in the direct messages with me.';
}
