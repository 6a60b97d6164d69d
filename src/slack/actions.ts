/** What a click does. The message may be old: how things stand is looked up, and never taken from the click. */

import { parseTargetId } from '../scan/target.ts';
import { findSubscription } from '../store/subscriptions.ts';
import { findWatch } from '../store/watches.ts';
import { type Action, parseAction } from '../views/actions.ts';
import type { Message } from '../views/blocks.ts';
import { boardOverView } from '../views/board-answers.ts';
import { subscriptionOverView } from '../views/subscribing.ts';
import { watchOverView } from '../views/watching.ts';
import type { Bot, Request } from './bot.ts';
import { beginFold, endBoard } from './commands/board.ts';
import { listWatches } from './commands/list.ts';
import { showProgress, showShared } from './commands/progress.ts';
import { askFirst, beginScan } from './commands/scan.ts';
import { openSettings } from './commands/settings.ts';
import { endSubscription } from './commands/subscribe.ts';
import { stop } from './commands/unwatch.ts';
import { beginWatch } from './commands/watch.ts';
import { publishHome } from './home.ts';
import type { Click } from './payloads.ts';
import type { Answer, AnswerOptions } from './respond.ts';

/** The second step of a click, after its acknowledgement. */
export type FinishClick = (answer: Answer) => Promise<void>;

const NOTHING: FinishClick = () => Promise.resolve();

/** What the click changes is committed when this resolves. */
export async function beginClick(bot: Bot, click: Click): Promise<FinishClick> {
  const action = parseAction(click.actionId, click.value);
  if (action === null) {
    bot.log.warn({ action: click.actionId }, 'a click on a button that is not known');
    return NOTHING;
  }
  const request: Request = { bot, asker: click.asker };
  switch (action.kind) {
    case 'open-in-console':
      return NOTHING;
    case 'stop-watching':
    case 'stop-in-list':
    case 'stop-in-home':
      return beginStop(request, action);
    case 'stop-board':
      return beginEndBoard(request, action.boardId);
    case 'fold-into-board': {
      const finish = await beginFold(request, action.thread);
      return answerAll(finish(), { isReplacement: true });
    }
    case 'unsubscribe':
      return beginEnd(request, action, click.isInHome);
    case 'watch-here':
    case 'share-here':
    case 'refresh':
    case 'rescan':
      return beginOnTarget(request, action);
    case 'change-settings':
      return async () => {
        await openSettings(request, action.channel);
      };
    case 'start-regular':
      return answerAll(askFirst(request, 'start'));
    case 'stop-regular':
      return answerAll(askFirst(request, 'stop'));
    case 'refresh-home':
      return () => publishHome(bot, click.asker.userId);
  }
}

async function beginOnTarget(
  request: Request,
  { kind, targetId: id }: Extract<Action, { targetId: string }>,
): Promise<FinishClick> {
  const target = parseTargetId(id);
  if (target === null) {
    request.bot.log.warn(
      { target: id.slice(0, 200) },
      'a click on a button with a target that cannot be read',
    );
    return NOTHING;
  }
  const named = { target, isTagAssumed: false };
  switch (kind) {
    case 'refresh':
      return async (answer) => answer(await showProgress(request, named), { isReplacement: true });
    case 'share-here':
      return async (answer) => answer(await showShared(request, target), { isShared: true });
    case 'watch-here': {
      const finish = await beginWatch(request, named);
      return answerAll(finish());
    }
    case 'rescan':
      return answerAll(beginScan(request, named)());
  }
}

function answerAll(messages: AsyncIterable<Message>, options: AnswerOptions = {}): FinishClick {
  return async (answer) => {
    for await (const message of messages) await answer(message, options);
  };
}

/** The board gets its final state by itself. */
async function beginEndBoard(request: Request, boardId: string): Promise<FinishClick> {
  const isStopped = await endBoard(request, boardId);
  return isStopped ? NOTHING : async (answer) => answer(boardOverView());
}

/** The list that was clicked is drawn anew. */
async function beginEnd(
  request: Request,
  { subscriptionId }: Extract<Action, { subscriptionId: string }>,
  isInHome: boolean,
): Promise<FinishClick> {
  const { bot, asker } = request;
  const subscription = await findSubscription(bot.database, subscriptionId);
  const isEnded = subscription !== null && (await endSubscription(request, subscription));
  bot.wake();
  if (isInHome) return () => publishHome(bot, asker.userId);
  return async (answer) => {
    if (!isEnded) await answer(subscriptionOverView());
    await answer(await listWatches(request), { isReplacement: true });
  };
}

/** In a list the list is drawn anew; the live message gets its final state by itself. */
async function beginStop(
  request: Request,
  { kind, watchId }: Extract<Action, { watchId: string }>,
): Promise<FinishClick> {
  const { bot } = request;
  const watch = await findWatch(bot.database, watchId);
  const isStopped = watch !== null && (await stop(request, watch));
  bot.wake();
  if (kind === 'stop-in-home') return () => publishHome(bot, request.asker.userId);
  return async (answer) => {
    if (!isStopped) await answer(watchOverView());
    if (kind === 'stop-in-list') await answer(await listWatches(request), { isReplacement: true });
  };
}
