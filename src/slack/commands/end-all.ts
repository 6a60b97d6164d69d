/** `unwatch all` and `unsubscribe all`: everything of this conversation, after a confirmation. */

import { subscriptionsInChannel } from '../../store/subscriptions.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import {
  confirmEndAllView,
  type EndAll,
  endedAllView,
  endedBeforeView,
  nothingToEndView,
  onlySubscriptionsView,
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
  if (count > 0) return confirmEndAllView(kind, { ...counted, count, subscriptions: others });
  return others === 0 ? nothingToEndView(kind, thread) : onlySubscriptionsView({ ...counted, count: others });
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
  let newer = 0;
  if (kind === 'unwatch-all') {
    const watches = await watchesOf(request, thread);
    for (const watch of watches) {
      if (!isConfirmed(watch)) newer += 1;
      else if (await stop(request, watch)) ended += 1;
    }
  } else {
    for (const subscription of await subscriptionsInChannel(bot.database, invocation.conversation.channel)) {
      if (!isConfirmed(subscription)) newer += 1;
      else if (await endSubscription(request, subscription, { shouldNotify: false })) ended += 1;
    }
  }
  bot.wake();
  if (ended > 0) return endedAllView(kind, ended, invocation.userId);
  return newer > 0 ? endedBeforeView() : nothingToEndView(kind, thread);
}

async function watchesOf({ bot, invocation }: Request, thread: string): Promise<readonly ListedWatch[]> {
  const watches = await watchesInChannel(bot.database, invocation.conversation.channel);
  return thread === '' ? watches : watches.filter(isOfThread(thread));
}
