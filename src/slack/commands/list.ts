/** `list`: what this channel and its threads watch, and what the channel is subscribed to. */

import { toWatchedSnapshot } from '../../scan/target-state.ts';
import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/blocks.ts';
import { watchListView } from '../../views/watch-list.ts';
import type { Request } from '../bot.ts';
import { liveMessageUrl } from '../links.ts';

export async function listWatches({ bot, asker }: Request): Promise<Message> {
  const watches = await watchesInChannel(bot.database, asker.place.channel);
  const subscriptions = await subscriptionsInChannel(bot.database, asker.place.channel);
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
    isEphemeral: asker.isEphemeral,
  });
}
