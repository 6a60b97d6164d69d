/** `list`: watches of this channel and its threads, and the channel's subscriptions. */

import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { watchListView } from '../../views/replies/list.ts';
import { isInside } from '../access/inside.ts';
import { type Request, whyNoPost } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';

/** Made in the thread, or with the live message that it is about. */
export function isOfThread(thread: string): (watch: ListedWatch) => boolean {
  return ({ conversation, messageTs }) => conversation.thread === thread || messageTs === thread;
}

/** "Stop watching this", in a thread: its watches alone, without subscriptions; without one, all of the channel. */
export async function listWatchesOfThread(request: Request): Promise<Message> {
  return listWatches(request, isOfThread(request.invocation.conversation.thread));
}

/** `isMeant`: of these watches alone, if there are any. */
export async function listWatches(
  request: Request,
  isMeant: ((watch: ListedWatch) => boolean) | null = null,
): Promise<Message> {
  const { bot, invocation } = request;
  const { channel } = invocation.conversation;
  // A snapshot of the request's time, however long Slack takes.
  const inChannel = await watchesInChannel(bot.database, channel);
  const meant = isMeant === null ? [] : inChannel.filter(isMeant);
  const allWatches = meant.length > 0 ? meant : inChannel;
  const allSubscriptions = meant.length > 0 ? [] : await subscriptionsInChannel(bot.database, channel);
  const [inside, why] = await Promise.all([isInside(request), whyNoPost(bot, channel)]);
  // `unknown` counts as no: then only what the person created is shown.
  const isOnlyOwn = inside !== 'yes';
  const isShown = (createdBy: string | undefined): boolean => !isOnlyOwn || createdBy === invocation.userId;
  const watches = allWatches.filter(({ followers }) => isShown(followers[0]));
  const subscriptions = allSubscriptions.filter(({ createdBy }) => isShown(createdBy));
  return watchListView({
    watches: watches.map((watch) => ({
      watchId: watch.id,
      target: watch.target,
      snapshot: toWatchedSnapshot(watch.snapshot),
      followers: watch.followers,
      liveMessageUrl: liveMessageUrl(bot, watch),
    })),
    total: watches.length,
    subscriptions: subscriptions.map(({ id, ...rest }) => ({ subscriptionId: id, ...rest })),
    isEphemeral: invocation.isEphemeral,
    noPost: why === null ? null : { kind: invocation.kind, why },
    isOnlyOwn,
  });
}
