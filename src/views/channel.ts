/** How a conversation is named to somebody who is elsewhere. */

/** Slack shows the channel's name to those who may know it; a direct message has none. mrkdwn. */
export function channelName(channel: string): string {
  return /^[CG][A-Z0-9]{1,30}$/.test(channel) ? `<#${channel}>` : 'a direct message';
}
