/** `list`: watches of this channel and its threads, and the channel's subscriptions. */

import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { type WatchItem, watchListView } from '../../views/replies/list.ts';
import { isInside } from '../access/inside.ts';
import { type CommandContext, type Request, whyNoPost } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';

/** Made in the thread, or with the live message that it is about. */
export function isOfThread(thread: string): (watch: ListedWatch) => boolean {
  return ({ conversation, messageTs }) => conversation.thread === thread || messageTs === thread;
}

/** "Stop watching this", in a thread: its watches alone, without subscriptions; without one, all of the channel. */
export async function listWatchesOfThread(request: Request): Promise<Message> {
  return listWatches(request, { isThreadMeant: true });
}

/** In a thread its watches come first, because `unwatch all` ends these alone there. */
export async function listWatches(request: Request, { isThreadMeant = false } = {}): Promise<Message> {
  const { bot, invocation } = request;
  const { channel, thread } = invocation.conversation;
  // A snapshot of the request's time, however long Slack takes.
  const inChannel = await watchesInChannel(bot.database, channel);
  const isHere = thread === '' ? () => true : isOfThread(thread);
  const here = inChannel.filter(isHere);
  const isAlone = isThreadMeant && here.length > 0;
  const around = isAlone ? [] : inChannel.filter((watch) => !isHere(watch));
  const allSubscriptions = isAlone ? [] : await subscriptionsInChannel(bot.database, channel);
  const [inside, why] = await Promise.all([isInside(request), whyNoPost(bot, channel)]);
  // `unknown` counts as no: then only what the person created is shown.
  const isOnlyOwn = inside !== 'yes';
  const isShown = (createdBy: string | undefined): boolean => !isOnlyOwn || createdBy === invocation.userId;
  const toItems = (watches: readonly ListedWatch[]) =>
    watches.filter(({ followers }) => isShown(followers[0])).map((watch) => toItem(bot, watch));
  const subscriptions = allSubscriptions.filter(({ createdBy }) => isShown(createdBy));
  return watchListView({
    watches: toItems(here),
    ...(thread === '' ? {} : { elsewhere: toItems(around) }),
    subscriptions: subscriptions.map(({ id, ...rest }) => ({ subscriptionId: id, ...rest })),
    isEphemeral: invocation.isEphemeral,
    noPost: why === null ? null : { kind: invocation.kind, why },
    isOnlyOwn,
    isDirect: invocation.kind === 'direct',
  });
}

function toItem(bot: CommandContext, watch: ListedWatch): WatchItem {
  const { id: watchId, target, followers } = watch;
  const snapshot = toWatchedSnapshot(watch.snapshot);
  return { watchId, target, snapshot, followers, liveMessageUrl: liveMessageUrl(bot, watch) };
}
