/** `list`: watches of this channel and its threads, and the channel's subscriptions. */

import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { watchListView } from '../../views/replies/list.ts';
import { isInside } from '../access/inside.ts';
import { type Request, whyNoPost } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';

/** "Stop watching this", in a thread: its watches, or the one whose message it is about; without one, all of the channel. */
export async function listWatchesOfThread(request: Request): Promise<Message> {
  const { channel, thread } = request.invocation.conversation;
  const watches = await watchesInChannel(request.bot.database, channel);
  const isMeant = ({ conversation, messageTs }: ListedWatch): boolean =>
    conversation.thread === thread || messageTs === thread;
  return watches.some(isMeant) ? listWatches(request, isMeant) : listWatches(request);
}

/** `isMeant`: of these watches alone, without subscriptions; null for everything. */
export async function listWatches(
  request: Request,
  isMeant: ((watch: ListedWatch) => boolean) | null = null,
): Promise<Message> {
  const { bot, invocation } = request;
  const { channel } = invocation.conversation;
  // A snapshot of the request's time, however long Slack takes.
  const allWatches = (await watchesInChannel(bot.database, channel)).filter(isMeant ?? (() => true));
  const allSubscriptions = isMeant === null ? await subscriptionsInChannel(bot.database, channel) : [];
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
