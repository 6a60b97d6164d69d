/** `list`: watches of this channel and its threads, and the channel's subscriptions. */

import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { watchListView } from '../../views/replies/list.ts';
import { isInside } from '../access/inside.ts';
import { type Request, whyNoPost } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';

export async function listWatches(request: Request): Promise<Message> {
  const { bot, invocation } = request;
  const { channel } = invocation.conversation;
  // A snapshot of the request's time, however long Slack takes.
  const allWatches = await watchesInChannel(bot.database, channel);
  const allSubscriptions = await subscriptionsInChannel(bot.database, channel);
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
