/** `watch IMAGE IMAGE…`: one message with a line per image, and one post when all have ended. */

import { MAX_IMAGES, type NamedTarget } from '../../scan/command.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { boardTargets, looseImages, startBoard, type StartedBoard, stopBoard } from '../../store/boards.ts';
import { findWatch } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { alreadyOnBoardView, foldedView, onBoardView, tooFewToFoldView } from '../../views/replies/board.ts';
import { answering, type Bot, type Finish, type Request } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';
import { beginWatch, firstContent, LIVE_DELAY_MS, readAtOnce, tellOutcome } from './watch.ts';

/** Live messages follow each other by the second: the tick reads the rest in time, and leaves others their turn. */
const READ_AT_ONCE = 3;

/** An image alone gets a live message of its own; what a board here shows already stays there. */
export async function beginWatches(request: Request, named: readonly NamedTarget[]): Promise<Finish> {
  const [only] = named;
  if (named.length === 1 && only !== undefined) return beginWatch(request, only);
  const shown = await boardTargets(request.bot.database, request.asker.place);
  const free = named.filter(({ target }) => !shown.has(targetId(target)));
  const [single] = free;
  if (free.length !== 1 || single === undefined) return beginBoard(request, named);
  const join = await beginBoard(
    request,
    named.filter((one) => one !== single),
  );
  const finish = await beginWatch(request, single);
  return async function* () {
    yield* join();
    yield* finish();
  };
}

async function beginBoard(request: Request, named: readonly NamedTarget[]): Promise<Finish> {
  const { bot, asker } = request;
  const { place, userId } = asker;
  const images = await withContents(
    bot,
    named.map(({ target }) => target),
  );
  const isFresh = images.every((image) => image.isFresh);
  const liveDelayMs = isFresh ? 0 : LIVE_DELAY_MS;
  const started = await startBoard(bot.database, { place, userId, images, now: bot.now(), liveDelayMs });
  const { boardId, shown } = started;
  bot.log.info({ board: boardId, targets: shown.map(targetId), user: userId, ...place }, 'board');
  bot.wake();
  const live = boardId === null ? null : bot.liveOutcome(boardId);
  return async function* () {
    if (live !== null) {
      const unread = images.filter((image) => !image.isFresh && shown.includes(image.target));
      for (const { target } of unread.slice(0, READ_AT_ONCE)) readAtOnce(bot, target);
    }
    yield* joined(request, started);
    const fresh = named.filter(({ target }) => shown.includes(target));
    if (live === null) return;
    yield* tellOutcome(request, live, {
      isSelfEvident: !fresh.some(({ isTagAssumed }) => isTagAssumed),
      view: (isPosted) => onBoardView({ named: fresh, isPosted }),
    });
  };
}

async function* joined({ bot, asker }: Request, { before }: StartedBoard): AsyncGenerator<Message> {
  const [first] = before;
  const hasJoined = before.some((one) => one.hasJoined);
  // A process that was killed had done it already.
  if (first === undefined || (asker.isRepeated && !hasJoined)) return;
  const watch = await findWatch(bot.database, first.watchId);
  const targets = before.map(({ target }) => target);
  const url = watch === null ? null : liveMessageUrl(bot, watch);
  yield alreadyOnBoardView({ targets, hasJoined, boardUrl: url });
}

/** The button of an offer: what has messages of its own in that place moves onto one board, the oldest first. */
export async function beginFold({ bot, asker }: Request, thread: string): Promise<Finish> {
  const place = { channel: asker.place.channel, thread };
  const targets = (await looseImages(bot.database, place)).slice(0, MAX_IMAGES);
  if (targets.length < 2) return answering(tooFewToFoldView);
  const images = await withContents(bot, targets);
  const request = { place, userId: null, images, now: bot.now(), liveDelayMs: 0 };
  const { boardId, shown } = await startBoard(bot.database, request);
  // Some have ended since.
  if (boardId === null) return answering(tooFewToFoldView);
  bot.log.info({ board: boardId, targets: shown.map(targetId), user: asker.userId, ...place }, 'folded');
  bot.wake();
  return answering(() => foldedView(shown.length));
}

function withContents(bot: Bot, targets: readonly Target[]) {
  return Promise.all(targets.map(async (target) => ({ target, ...(await firstContent(bot, target)) })));
}

/** False where it was over already. */
export async function endBoard({ bot, asker }: Request, boardId: string): Promise<boolean> {
  const stop = { id: boardId, userId: asker.userId, now: bot.now(), isTold: true };
  const isStopped = await stopBoard(bot.database, stop);
  if (isStopped) bot.log.info({ board: boardId, user: asker.userId }, 'board stopped');
  bot.wake();
  return isStopped;
}
