/** `unwatch all` and `unsubscribe all`: everything of this conversation, after a confirmation. */

import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import {
  confirmEndAllView,
  type EndAll,
  endedAllView,
  nothingToEndView,
} from '../../views/replies/end-all.ts';
import type { Request } from '../context.ts';
import { isOfThread } from './list.ts';
import { endSubscription } from './subscribe.ts';
import { stop } from './unwatch.ts';

/** Ends nothing: the button of the reply does. */
export async function confirmEndAll(request: Request, kind: EndAll): Promise<Message> {
  const { thread, channel } = request.invocation.conversation;
  const counted = { thread, countedAt: request.bot.now() };
  const { length: subscriptions } = await subscriptionsInChannel(request.bot.database, channel);
  if (kind === 'unsubscribe-all')
    return subscriptions === 0
      ? nothingToEndView(kind)
      : confirmEndAllView(kind, { ...counted, count: subscriptions });
  const { length: count } = await watchesOf(request, thread);
  // Who wants silence in a channel wants no later scan either.
  const others = thread === '' ? subscriptions : 0;
  return count === 0
    ? nothingToEndView(kind, others)
    : confirmEndAllView(kind, { ...counted, count, subscriptions: others });
}

interface EndAllOf {
  /** That of the command, `''` for the channel with its threads. */
  readonly thread: string;
  /** What began later was not confirmed, epoch ms; null for everything. */
  readonly countedAt: number | null;
}

/** Already ended ones are not counted. */
export async function endAll(
  request: Request,
  kind: EndAll,
  { thread, countedAt }: EndAllOf,
): Promise<Message> {
  const { bot, invocation } = request;
  const isConfirmed = ({ createdAt }: { readonly createdAt: number }) => createdAt <= (countedAt ?? Infinity);
  let ended = 0;
  if (kind === 'unwatch-all') {
    const watches = await watchesOf(request, thread);
    for (const watch of watches.filter(isConfirmed)) if (await stop(request, watch)) ended += 1;
  } else {
    const subscriptions = await subscriptionsInChannel(bot.database, invocation.conversation.channel);
    for (const subscription of subscriptions.filter(isConfirmed))
      if (await endSubscription(request, subscription, { shouldNotify: false })) ended += 1;
  }
  bot.wake();
  return ended === 0 ? nothingToEndView(kind) : endedAllView(kind, ended, invocation.userId);
}

async function watchesOf({ bot, invocation }: Request, thread: string): Promise<readonly ListedWatch[]> {
  const watches = await watchesInChannel(bot.database, invocation.conversation.channel);
  return thread === '' ? watches : watches.filter(isOfThread(thread));
}
