/** URLs of messages. chat.getPermalink would cost a request per message of a list. */

import type { Conversation } from '../../scan/watch.ts';
import type { CommandContext } from '../context.ts';

export function liveMessageUrl(
  bot: CommandContext,
  watch: { conversation: Conversation; messageTs: string | null },
): string | null {
  return watch.messageTs === null ? null : bot.permalink(watch.conversation, watch.messageTs);
}

/** `workspaceUrl`: from auth.test, `https://acme.slack.com/`; null if unknown so far. */
export function messageUrl(
  workspaceUrl: string | null,
  { channel, thread }: Conversation,
  ts: string,
): string | null {
  if (workspaceUrl === null || workspaceUrl === '') return null;
  // `https://acme.slack.com/archives/C1/p1700000000000100`
  const address = `${workspaceUrl.replace(/\/+$/, '')}/archives/${channel}/p${ts.replace('.', '')}`;
  return thread === '' ? address : `${address}?thread_ts=${thread}&cid=${channel}`;
}
