/** `subscribe` and `unsubscribe [IMAGE…]`: every scan of a target from now on, in this channel. */

import { type NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { toWatchedSnapshot } from '../../scan/target-state.ts';
import { findSettings } from '../../store/channel-settings.ts';
import {
  subscribe,
  type Subscription,
  subscriptionsInChannel,
  unsubscribe,
} from '../../store/subscriptions.ts';
import { subscribedView, unsubscribedView } from '../../views/subscribing.ts';
import { cannotPostView } from '../../views/watching.ts';
import { answering, type Bot, type Finish, forAll, type Request } from '../bot.ts';
import { within } from '../within.ts';

/** A command is to be acknowledged within 3 s; whoever waits in vain finds out by what happens. */
const MAY_POST_MS = 1_500;

export async function beginSubscribe(request: Request, named: readonly NamedTarget[]): Promise<Finish> {
  const { bot, asker } = request;
  const { userId, place, isRepeated } = asker;
  const { channel } = place;
  // A watch finds out by its live message; here nothing would be posted for days, and nobody told.
  if (await isRefused(bot, channel)) return answering(cannotPostView);
  const made: NamedTarget[] = [];
  for (const one of named) {
    const isNew = await subscribe(bot.database, { target: one.target, channel, userId, now: bot.now() });
    bot.log.info({ target: targetId(one.target), channel, user: userId, isNew }, 'subscribed');
    if (isNew || isRepeated) made.push(one);
  }
  const before = named.filter((one) => !made.includes(one)).map(({ target }) => target);
  const settings = await findSettings(bot.database, channel);
  const message = subscribedView({ made, before, by: userId, settings });
  return answering(() => (made.length > 0 ? forAll(message) : message));
}

async function isRefused({ mayPost }: Bot, channel: string): Promise<boolean> {
  return (await within(mayPost(channel), MAY_POST_MS)) === false;
}

export async function beginUnsubscribe(request: Request, named: readonly NamedTarget[]): Promise<Finish> {
  const { bot, asker } = request;
  const subscriptions = await subscriptionsInChannel(bot.database, asker.place.channel);
  const ended: Target[] = [];
  for (const { target } of named) {
    const found = subscriptions.find((one) => targetId(one.target) === targetId(target));
    if (found !== undefined && (await endSubscription(request, found))) ended.push(target);
  }
  bot.wake();
  const missed = named.map(({ target }) => target).filter((target) => !ended.includes(target));
  const there = subscriptions.map(({ target }) => target);
  const message = unsubscribedView({ ended, missed, there, by: asker.userId });
  return answering(() => (ended.length > 0 ? forAll(message) : message));
}

/** False where it was over already. */
export async function endSubscription({ bot, asker }: Request, subscription: Subscription): Promise<boolean> {
  const { id, target, snapshot, channel } = subscription;
  const content = { snapshot: toWatchedSnapshot(snapshot), end: 'stopped', stoppedBy: asker.userId } as const;
  const isEnded = await unsubscribe(bot.database, { id, now: bot.now(), content });
  if (isEnded) bot.log.info({ target: targetId(target), channel, user: asker.userId }, 'unsubscribed');
  return isEnded;
}
