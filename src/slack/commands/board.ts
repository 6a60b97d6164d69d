/** `watch IMAGE IMAGE…`: one message with a line per image, and one completion when all have ended. */

import { MAX_IMAGES, type NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { boardTargets, type Started, startMessage, unboardedTargets } from '../../store/start.ts';
import { findWatch, type ListedWatch, watchesInChannel } from '../../store/watches.ts';
import { isInside } from '../access/inside.ts';
import { stop } from './unwatch.ts';
import type { Message } from '../../views/kit/blocks.ts';
import {
  alreadyOnBoardView,
  movedToBoardView,
  onBoardView,
  tooFewToMoveView,
} from '../../views/replies/board.ts';
import { respondWith, type CommandContext, type Responder, type Request } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';
import { beginWatch, firstContent, LIVE_DELAY_MS, liveOutcome, notifyOutcome, readAtOnce } from './watch.ts';
import { stopMessage } from '../../store/stop.ts';

/** Polled immediately; the next tick polls the rest, which leaves requests to others. */
const READ_AT_ONCE = 3;

/** One image gets a live message of its own; images on a board here stay there. */
export async function beginWatches(request: Request, named: readonly NamedTarget[]): Promise<Responder> {
  const [only] = named;
  if (named.length === 1 && only !== undefined) return beginWatch(request, only);
  const shown = await boardTargets(request.bot.database, request.invocation.conversation);
  const free = named.filter(({ target }) => !shown.has(targetId(target)));
  const [single] = free;
  // A board needs two new images. Both steps are committed before the first reply.
  if (free.length !== 1 || single === undefined) return beginBoard(request, named);
  const join = await beginBoard(
    request,
    named.filter((target) => target !== single),
  );
  const finish = await beginWatch(request, single);
  return async function* () {
    yield* join();
    yield* finish();
  };
}

async function beginBoard(request: Request, named: readonly NamedTarget[]): Promise<Responder> {
  const { bot, invocation } = request;
  const { conversation, userId } = invocation;
  const images = await withContents(
    bot,
    named.map(({ target }) => target),
  );
  // One stale image is enough: its line would start with old counts.
  const isFresh = images.every((image) => image.isFresh);
  const liveDelayMs = isFresh ? 0 : LIVE_DELAY_MS;
  const started = await startMessage(bot.database, {
    conversation,
    userId,
    images,
    isBoard: true,
    now: bot.now(),
    liveDelayMs,
  });
  const { messageId: boardId, shown } = started;
  bot.log.info({ board: boardId, targets: shown.map(targetId), user: userId, ...conversation }, 'board');
  bot.wake();
  const live = boardId === null ? null : liveOutcome(bot, boardId);
  return async function* () {
    if (live !== null) {
      const unpolled = images.filter((image) => !image.isFresh && shown.includes(image.target));
      for (const { target } of unpolled.slice(0, READ_AT_ONCE)) readAtOnce(bot, target);
    }
    yield* joined(request, started);
    const fresh = named.filter(({ target }) => shown.includes(target));
    if (live === null) return;
    yield* notifyOutcome(request, live, {
      isSelfEvident: !fresh.some(({ isTagAssumed }) => isTagAssumed),
      view: (isPosted) => onBoardView({ named: fresh, isPosted }),
    });
  };
}

async function* joined({ bot, invocation }: Request, { before }: Started): AsyncGenerator<Message> {
  const [first] = before;
  const hasJoined = before.some((line) => line.hasJoined);
  // A crashed process did it already.
  if (first === undefined || (invocation.isRetry && !hasJoined)) return;
  const watch = await findWatch(bot.database, first.watchId);
  const targets = before.map(({ target }) => target);
  const url = watch === null ? null : liveMessageUrl(bot, watch);
  yield alreadyOnBoardView({ targets, hasJoined, boardUrl: url });
}

/** The button of an offer: images with messages of their own in that conversation move to one board, oldest first. */
export async function beginMove({ bot, invocation }: Request, thread: string): Promise<Responder> {
  const conversation = { channel: invocation.conversation.channel, thread };
  const targets = (await unboardedTargets(bot.database, conversation)).slice(0, MAX_IMAGES);
  if (targets.length < 2) return respondWith(tooFewToMoveView);
  const images = await withContents(bot, targets);
  const { messageId: boardId, shown } = await startMessage(bot.database, {
    conversation,
    // No person joins: the followers of the watches move along.
    userId: null,
    images,
    isBoard: true,
    now: bot.now(),
    liveDelayMs: 0,
  });
  // Some have ended since.
  if (boardId === null) return respondWith(tooFewToMoveView);
  bot.log.info(
    { board: boardId, targets: shown.map(targetId), user: invocation.userId, ...conversation },
    'watches moved to a board',
  );
  bot.wake();
  return respondWith(() => movedToBoardView(shown.length));
}

function withContents(bot: CommandContext, targets: readonly Target[]) {
  return Promise.all(targets.map(async (target) => ({ target, ...(await firstContent(bot, target)) })));
}

/** `others`: only lines that others wait for are left, which a person who left the conversation must not end. */
export async function endBoard(request: Request, boardId: string): Promise<'ended' | 'over' | 'others'> {
  // `unknown` counts as a member: `denyEnd` has admitted the person before.
  if ((await isInside(request)) === 'no') {
    const { userId, conversation } = request.invocation;
    const active = await watchesInChannel(request.bot.database, conversation.channel);
    const lines = active.filter((line) => line.boardId === boardId);
    const own = lines.filter(({ followers }) => followers.every((follower) => follower === userId));
    if (own.length < lines.length) return endLines(request, own);
  }
  return (await endWhole(request, boardId)) ? 'ended' : 'over';
}

async function endLines(request: Request, lines: readonly ListedWatch[]): Promise<'ended' | 'others'> {
  for (const line of lines) await stop(request, line);
  request.bot.wake();
  return lines.length > 0 ? 'ended' : 'others';
}

/** False where it had ended. */
async function endWhole({ bot, invocation }: Request, boardId: string): Promise<boolean> {
  const stop = { id: boardId, userId: invocation.userId, now: bot.now(), shouldNotify: true };
  const isStopped = await stopMessage(bot.database, stop);
  if (isStopped) bot.log.info({ board: boardId, user: invocation.userId }, 'board stopped');
  bot.wake();
  return isStopped;
}
