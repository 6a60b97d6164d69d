/** Handles clicks. The message may be old: the current state is read from the database, never from the click. */

import { MAX_IMAGES, type NamedTarget } from '../../scan/command.ts';
import { parseTargetId } from '../../scan/target.ts';
import { currentId } from '../../store/conversations.ts';
import { findSubscription } from '../../store/subscriptions.ts';
import { findWatch } from '../../store/watches.ts';
import { type Action, parseAction } from '../../views/parts/buttons.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { boardOverView } from '../../views/replies/board.ts';
import { notMemberView } from '../../views/replies/denials.ts';
import { subscriptionOverView } from '../../views/replies/subscribe.ts';
import { watchOverView } from '../../views/replies/watch.ts';
import { watchModal } from '../../views/home-modal.ts';
import { kindOfChannel } from '../../views/parts/channel.ts';
import { readBinding } from '../web-api/binding.ts';
import { isBoundHere, ownerOf, denyEnd, denyOutsider, denyUnlessTyped } from '../access/inside.ts';
import type { CommandContext, Request } from '../context.ts';
import { beginMove, beginWatches, endBoard } from '../commands/board.ts';
import { endAll } from '../commands/end-all.ts';
import { listWatches } from '../commands/list.ts';
import { showProgress, showShared } from '../commands/progress.ts';
import { beginStartScan, confirm, startIfAllowed } from '../commands/scan.ts';
import { openSettings } from '../commands/settings.ts';
import { endSubscription } from '../commands/subscribe.ts';
import { isAwaitedByOthers, stop } from '../commands/unwatch.ts';
import { beginWatch } from '../commands/watch.ts';
import { publishHome } from './app-home.ts';
import type { Click } from './payloads.ts';
import type { ResponseTarget, ResponseOptions } from '../outgoing/respond.ts';

/** The second step of a click, after its acknowledgement. */
export type FinishClick = (respond: ResponseTarget) => Promise<void>;

const NOTHING: FinishClick = () => Promise.resolve();

/** Changes are committed when this resolves. */
export async function beginClick(bot: CommandContext, click: Click): Promise<FinishClick> {
  // Before the action is parsed: a copied button must do nothing at all.
  const { key, value } = readBinding(click.value);
  if (!(await isBoundHere({ bot, invocation: click.invocation }, key, click))) return ignored(click, bot);
  const action = parseAction(click.actionId, value);
  if (action === null) {
    bot.log.warn({ action: click.actionId }, 'unknown button clicked');
    return NOTHING;
  }
  const request: Request = { bot, invocation: await whereMeant(bot, click, action) };
  const denial = await denyAction(request, action);
  if (denial !== null) return withHomeUpdated(click, (respond) => respond(denial), bot);
  switch (action.kind) {
    case 'open-in-console':
      return NOTHING;
    case 'stop-watching':
    case 'stop-in-list':
    case 'stop-in-home':
      return beginStop(request, click, action);
    case 'stop-board':
      return beginEndBoard(request, click, action.boardId);
    case 'fold-into-board': {
      const finish = await beginMove(request, action.thread);
      return respondAll(finish(), { isReplacement: true });
    }
    case 'watch-all':
      return beginWatchAll(request, action.targetIds);
    case 'unwatch-all':
    case 'unsubscribe-all': {
      const ended = await endAll(request, action.kind, action);
      return (respond) => respond(ended, { isReplacement: true });
    }
    case 'unsubscribe':
      return beginEnd(request, click, action);
    case 'watch-here':
    case 'share-here':
    case 'refresh':
    case 'rescan':
    case 'start-anyway':
      return beginOnTarget(request, action);
    case 'change-settings':
      if ((await currentId(bot.database, action.channel)) !== request.invocation.conversation.channel)
        return ignored(click, bot);
      // A trigger ID expires after 3 s: the modal opens as soon as the click is acknowledged.
      return async () => {
        await openSettings(request, request.invocation.conversation.channel);
      };
    case 'watch-from-home':
      return async () => {
        const { triggerId } = click.invocation;
        if (triggerId !== null) await bot.calls.openModal(triggerId, watchModal());
      };
    case 'start-regular':
      return respondAll(confirm(request, 'start'));
    case 'stop-regular':
      return respondAll(confirm(request, 'stop'));
    case 'refresh-home':
      return () => publishHome(bot, click.invocation.userId);
  }
}

/** App Home belongs to no conversation: the button names what to change, and it is the person's own. */
async function whereMeant(
  { database }: CommandContext,
  { invocation, isInHome }: Click,
  action: Action,
): Promise<Request['invocation']> {
  if (!isInHome || action.kind !== 'change-settings') return invocation;
  const channel = await currentId(database, action.channel);
  return { ...invocation, conversation: { channel, thread: '' }, kind: kindOfChannel(channel) };
}

/** A copied or forged click gets no reply. */
function ignored({ actionId, invocation }: Click, { log }: CommandContext): FinishClick {
  log.warn(
    { action: actionId, user: invocation.userId, channel: invocation.conversation.channel },
    'a click on a button of another conversation',
  );
  return NOTHING;
}

/** Actions in the conversation itself are for its members. */
async function denyAction(request: Request, { kind }: Action): Promise<Message | null> {
  if (kind === 'share-here') return denyOutsider(request);
  return MEMBERS_ONLY.includes(kind) ? denyUnlessTyped(request) : null;
}

/** Actions that end something are missing: `denyEnd` also admits people who created it and left. */
const MEMBERS_ONLY: readonly Action['kind'][] = [
  'watch-here',
  'watch-all',
  'unwatch-all',
  'unsubscribe-all',
  'rescan',
  'start-anyway',
  'fold-into-board',
  'change-settings',
  'start-regular',
  'stop-regular',
];

async function beginWatchAll(request: Request, ids: readonly string[]): Promise<FinishClick> {
  const named = ids.slice(0, MAX_IMAGES).flatMap((id): NamedTarget[] => {
    const target = parseTargetId(id);
    return target === null ? [] : [{ target, isTagAssumed: false }];
  });
  if (named.length === 0) return NOTHING;
  const finish = await beginWatches(request, named);
  return respondAll(finish());
}

/** Watches are committed here; generators run later, so the Console is called after the acknowledgement. */
async function beginOnTarget(
  request: Request,
  action: Extract<Action, { targetId: string }>,
): Promise<FinishClick> {
  const { targetId: id } = action;
  const target = parseTargetId(id);
  if (target === null) {
    request.bot.log.warn(
      { target: id.slice(0, 200) },
      'a click on a button with a target that cannot be read',
    );
    return NOTHING;
  }
  const named = { target, isTagAssumed: false };
  switch (action.kind) {
    case 'refresh':
      return async (respond) =>
        respond(await showProgress(request, named, action.scan), { isReplacement: true });
    case 'share-here':
      return async (respond) => respond(await showShared(request, target), { isShared: true });
    case 'watch-here': {
      const finish = await beginWatch(request, named);
      return respondAll(finish());
    }
    case 'rescan':
      return respondAll(beginStartScan(request, named)());
    case 'start-anyway':
      return respondAll(startIfAllowed(request, { ...named, isWarned: true }));
  }
}

function respondAll(messages: AsyncIterable<Message>, options: ResponseOptions = {}): FinishClick {
  return async (respond) => {
    for await (const message of messages) await respond(message, options);
  };
}

/** The board's final state follows from the outbox. */
async function beginEndBoard(request: Request, click: Click, boardId: string): Promise<FinishClick> {
  const denial = await denyEnd(request, await ownerOf(request, boardId), click);
  if (denial === 'elsewhere') return ignored(click, request.bot);
  if (denial !== null && denial !== 'gone') return (respond) => respond(denial);
  const outcome = await endBoard(request, boardId);
  if (outcome === 'ended') return NOTHING;
  const { kind } = request.invocation;
  return async (respond) =>
    respond(outcome === 'over' ? boardOverView() : notMemberView({ isKnown: true, kind }));
}

/** The clicked list is rendered again. */
async function beginEnd(
  request: Request,
  click: Click,
  { subscriptionId }: Extract<Action, { subscriptionId: string }>,
): Promise<FinishClick> {
  const { bot, invocation } = request;
  const subscription = await findSubscription(bot.database, subscriptionId);
  const denial = await denyEnd(request, subscription, click);
  if (denial === 'elsewhere') return withHomeUpdated(click, ignored(click, bot), bot);
  if (denial !== null && denial !== 'gone') return (respond) => respond(denial);
  // `shouldNotify: false`: only one person sees the reply, so a post says who ended it.
  const isEnded =
    subscription !== null && (await endSubscription(request, subscription, { shouldNotify: false }));
  bot.wake();
  if (click.isInHome) return () => publishHome(bot, invocation.userId);
  return async (respond) => {
    if (!isEnded) await respond(subscriptionOverView());
    await respond(await listWatches(request), { isReplacement: true });
  };
}

/** App Home shows what the person may see now. */
function withHomeUpdated(
  { isInHome, invocation }: Click,
  otherwise: FinishClick,
  bot: CommandContext,
): FinishClick {
  return isInHome ? () => publishHome(bot, invocation.userId) : otherwise;
}

/** A list is rendered again; the live message's final state follows from the outbox. */
async function beginStop(
  request: Request,
  click: Click,
  { kind, watchId }: Extract<Action, { watchId: string }>,
): Promise<FinishClick> {
  const { bot } = request;
  const denial = await denyEnd(request, await ownerOf(request, watchId), click);
  if (denial === 'elsewhere') return withHomeUpdated(click, ignored(click, bot), bot);
  if (denial !== null && denial !== 'gone') return (respond) => respond(denial);
  const watch = await findWatch(bot.database, watchId);
  if (watch !== null && (await isAwaitedByOthers(bot, request.invocation.userId, watch))) {
    const notMember = notMemberView({ isKnown: true, kind: request.invocation.kind });
    return withHomeUpdated(click, (respond) => respond(notMember), bot);
  }
  const isStopped = watch !== null && (await stop(request, watch));
  bot.wake();
  if (click.isInHome) return () => publishHome(bot, request.invocation.userId);
  return async (respond) => {
    if (!isStopped) await respond(watchOverView());
    if (kind === 'stop-in-list') await respond(await listWatches(request), { isReplacement: true });
  };
}
