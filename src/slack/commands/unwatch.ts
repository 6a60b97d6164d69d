/** `unwatch [IMAGE…]` and the *Stop watching* button: after the commit only the final state is sent. */

import type { NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import { type StoppableWatch, unwatchView } from '../../views/replies/watch.ts';
import { type CommandContext, respondWith, type Responder, type Request } from '../context.ts';
import { liveMessageUrl as liveMessageUrlOf } from '../outgoing/permalinks.ts';
import { stopWatch } from '../../store/stop.ts';
import { isOfThread } from './list.ts';

/** The watches are stopped when it resolves; each one's final state follows from the outbox. */
export async function beginUnwatch(request: Request, named: readonly NamedTarget[]): Promise<Responder> {
  const { bot, invocation } = request;
  const watches = await watchesInChannel(bot.database, invocation.conversation.channel);
  const meant = named.map(({ target }) => ({
    target,
    watches: watchesMeant(watches, target, invocation.conversation.thread),
  }));
  for (const watch of meant.flatMap((image) => image.watches)) await stop(request, watch);
  bot.wake();
  const stopped = meant.filter((image) => image.watches.length > 0).map(({ target }) => target);
  const missed = meant.filter((image) => image.watches.length === 0).map(({ target }) => target);
  // A crashed process stopped them already.
  if (invocation.isRetry)
    return respondWith(() => unwatchView({ stopped: [...stopped, ...missed], missed: [], watched: [] }));
  const { thread } = invocation.conversation;
  const missedIds = new Set(missed.map(targetId));
  const here = thread === '' ? watches : watches.filter(isOfThread(thread));
  const elsewhere = watches.filter(({ target }) => missedIds.has(targetId(target)));
  return respondWith(() =>
    unwatchView({
      stopped,
      missed,
      watched: here.map((watch) => ({
        ...toStoppable(bot, watch),
        isInThread: thread === '' && watch.conversation.thread !== '',
      })),
      elsewhere: elsewhere.map((watch) => toStoppable(bot, watch)),
    }),
  );
}

function toStoppable(bot: CommandContext, watch: ListedWatch): StoppableWatch {
  const { id, target, conversation } = watch;
  const liveMessageUrl = liveMessageUrlOf(bot, watch);
  return { watchId: id, target, isInThread: conversation.thread !== '', liveMessageUrl };
}

/**
 * Watches of exactly this conversation, in the thread of a live message also that one; in a channel also those of its
 * threads, where slash commands do not work.
 */
function watchesMeant(
  watches: readonly ListedWatch[],
  target: Target,
  thread: string,
): readonly ListedWatch[] {
  const ofTarget = watches.filter((watch) => targetId(watch.target) === targetId(target));
  const here = ofTarget.filter(
    thread === '' ? (watch) => watch.conversation.thread === '' : isOfThread(thread),
  );
  return here.length > 0 || thread !== '' ? here : ofTarget;
}

/** For a person who left: they must not end what others wait for. */
export async function isAwaitedByOthers(
  { access }: CommandContext,
  userId: string,
  { followers, conversation }: Pick<ListedWatch, 'followers' | 'conversation'>,
): Promise<boolean> {
  const isAwaited = followers.some((follower) => follower !== userId);
  return isAwaited && (await access.isMember(conversation.channel, userId)) === 'no';
}

/** False where it was over already. */
export async function stop({ bot, invocation }: Request, watch: ListedWatch): Promise<boolean> {
  const stopped = { end: 'stopped', stoppedBy: invocation.userId, stopped: 'watch' } as const;
  const isStopped = await stopWatch(bot.database, {
    id: watch.id,
    now: bot.now(),
    toFinal: (shown) => ({ ...shown, ...stopped }),
  });
  if (isStopped)
    bot.log.info(
      { watch: watch.id, target: targetId(watch.target), user: invocation.userId },
      'watch stopped',
    );
  return isStopped;
}
