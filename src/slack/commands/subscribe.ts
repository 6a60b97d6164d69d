/** `subscribe` and `unsubscribe [IMAGE…]`: every scan of a target from now on, in this channel. */

import { type NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { findSettings } from '../../store/channel-settings.ts';
import {
  subscribe,
  type Subscription,
  subscriptionsInChannel,
  unsubscribe,
} from '../../store/subscriptions.ts';
import { subscribedView, unsubscribedView } from '../../views/replies/subscribe.ts';
import { cannotPostView } from '../../views/replies/watch.ts';
import { respondWith, type Responder, forAll, type Request, whyNoPost } from '../context.ts';

export async function beginSubscribe(request: Request, named: readonly NamedTarget[]): Promise<Responder> {
  const { bot, invocation } = request;
  const { userId, conversation, isRetry } = invocation;
  const { channel } = conversation;
  // A watch finds out by its live message; a subscription posts nothing for days.
  const why = await whyNoPost(bot, channel);
  if (why !== null) return respondWith(() => cannotPostView({ kind: invocation.kind, why }));
  const created: NamedTarget[] = [];
  for (const image of named) {
    const isNew = await subscribe(bot.database, { target: image.target, channel, userId, now: bot.now() });
    bot.log.info({ target: targetId(image.target), channel, user: userId, isNew }, 'subscribed');
    // A crashed process may have created it without a reply.
    if (isNew || isRetry) created.push(image);
  }
  const before = named.filter((image) => !created.includes(image)).map(({ target }) => target);
  const settings = await findSettings(bot.database, channel);
  const message = subscribedView({ created, before, by: userId, settings });
  return respondWith(() => (created.length > 0 ? forAll(message) : message));
}

export async function beginUnsubscribe(request: Request, named: readonly NamedTarget[]): Promise<Responder> {
  const { bot, invocation } = request;
  const subscriptions = await subscriptionsInChannel(bot.database, invocation.conversation.channel);
  const ended: Target[] = [];
  for (const { target } of named) {
    const found = subscriptions.find((subscription) => targetId(subscription.target) === targetId(target));
    if (found !== undefined && (await endSubscription(request, found, { shouldNotify: true })))
      ended.push(target);
  }
  bot.wake();
  const missed = named.map(({ target }) => target).filter((target) => !ended.includes(target));
  const subscribed = subscriptions.map(({ target }) => target);
  const message = unsubscribedView({ ended, missed, subscribed, by: invocation.userId });
  return respondWith(() => (ended.length > 0 ? forAll(message) : message));
}

/** False where it had ended. `shouldNotify`: the reply is public. */
export async function endSubscription(
  { bot, invocation }: Request,
  subscription: Subscription,
  { shouldNotify }: { readonly shouldNotify: boolean },
): Promise<boolean> {
  const { id, target, channel } = subscription;
  const notice = shouldNotify ? {} : ({ stopped: 'subscription' } as const);
  const stopped = { end: 'stopped', stoppedBy: invocation.userId, ...notice } as const;
  const isEnded = await unsubscribe(bot.database, {
    id,
    now: bot.now(),
    toFinal: (shown) => ({ ...shown, ...stopped }),
  });
  if (isEnded) bot.log.info({ target: targetId(target), channel, user: invocation.userId }, 'unsubscribed');
  return isEnded;
}
