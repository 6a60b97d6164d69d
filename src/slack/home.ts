/** App Home: drawn anew whenever it is opened, and after each click on it. */

import { toWatchedSnapshot } from '../scan/target-state.ts';
import { allSubscriptions } from '../store/subscriptions.ts';
import { consoleHealth, runningScans } from '../store/overview.ts';
import { watchesOfPerson } from '../store/watches.ts';
import { homeView } from '../views/home.ts';
import type { Bot } from './bot.ts';
import { liveMessageUrl } from './links.ts';

/** As many as Home can show. */
const SHOWN_MAX = 40;

export async function publishHome(bot: Bot, userId: string): Promise<void> {
  const { database } = bot;
  const [watches, subscriptions, running, console] = await Promise.all([
    watchesOfPerson(database, userId),
    allSubscriptions(database),
    runningScans(database),
    consoleHealth(database, bot.consoleHealth()),
  ]);
  const view = homeView({
    watches: watches.slice(0, SHOWN_MAX).map((watch) => ({
      watchId: watch.id,
      target: watch.target,
      snapshot: toWatchedSnapshot(watch.snapshot),
      channel: watch.place.channel,
      liveMessageUrl: liveMessageUrl(bot, watch),
    })),
    subscriptions: subscriptions.slice(0, SHOWN_MAX).map(({ id, target, channel, isResting, createdBy }) => ({
      subscriptionId: id,
      target,
      channel,
      isResting,
      createdBy,
    })),
    running: running.slice(0, SHOWN_MAX),
    console,
    totals: { watches: watches.length, subscriptions: subscriptions.length, running: running.length },
    now: bot.now(),
  });
  await bot.calls.publishHome(userId, view);
}
