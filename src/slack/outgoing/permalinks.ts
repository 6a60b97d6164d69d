/** Addresses of messages. Slack's own call for them would cost a request per message of a list. */

import type { Place } from '../../scan/watch.ts';
import type { Bot } from '../context.ts';

export function liveMessageUrl(bot: Bot, watch: { place: Place; messageTs: string | null }): string | null {
  return watch.messageTs === null ? null : bot.permalink(watch.place, watch.messageTs);
}

/** `workspaceUrl` as auth.test gives it, `https://acme.slack.com/`; null before it was asked. */
export function messageUrl(
  workspaceUrl: string | null,
  { channel, thread }: Place,
  ts: string,
): string | null {
  if (workspaceUrl === null || workspaceUrl === '') return null;
  const address = `${workspaceUrl.replace(/\/+$/, '')}/archives/${channel}/p${ts.replace('.', '')}`;
  return thread === '' ? address : `${address}?thread_ts=${thread}&cid=${channel}`;
}
