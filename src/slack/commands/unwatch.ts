/** `unwatch [IMAGE…]` and the *Stop watching* button: after the commit nothing but the final state is sent. */

import type { NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { toWatchedSnapshot } from '../../scan/target-state.ts';
import { type ListedWatch, stopWatch, watchesInChannel } from '../../store/watches.ts';
import type { Message } from '../../views/blocks.ts';
import { notWatchedView, unwatchedView } from '../../views/watching.ts';
import type { Finish, Request } from '../bot.ts';

export async function beginUnwatch(request: Request, targets: readonly NamedTarget[]): Promise<Finish> {
  const messages: Message[] = [];
  for (const { target } of targets) messages.push(await unwatch(request, target));
  request.bot.wake();
  return async function* () {
    yield* await Promise.resolve(messages);
  };
}

async function unwatch(request: Request, target: Target): Promise<Message> {
  const { bot, asker } = request;
  const watches = await watchesInChannel(bot.database, asker.place.channel);
  const meant = watchesMeant(watches, target, asker.place.thread);
  for (const watch of meant) await stop(request, watch);
  if (meant.length > 0) return unwatchedView({ target });
  return notWatchedView({ target, watched: watches.map((watch) => watch.target) });
}

/** The watch in this very place; without one, those anywhere in the channel: a slash command cannot be typed in a thread. */
function watchesMeant(
  watches: readonly ListedWatch[],
  target: Target,
  thread: string,
): readonly ListedWatch[] {
  const ofTarget = watches.filter((watch) => targetId(watch.target) === targetId(target));
  const here = ofTarget.filter((watch) => watch.place.thread === thread);
  return here.length > 0 ? here : ofTarget;
}

/** False where it was over already. */
export async function stop({ bot, asker }: Request, watch: ListedWatch): Promise<boolean> {
  const content = {
    snapshot: toWatchedSnapshot(watch.snapshot),
    end: 'stopped',
    stoppedBy: asker.userId,
  } as const;
  const isStopped = await stopWatch(bot.database, { id: watch.id, now: bot.now(), content });
  if (isStopped)
    bot.log.info({ watch: watch.id, target: targetId(watch.target), user: asker.userId }, 'watch stopped');
  return isStopped;
}
