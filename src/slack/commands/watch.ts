/**
 * `watch [IMAGE]`: a live message here until the scan ends; a second watch in the same conversation joins the first.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { NamedTarget } from '../../scan/command.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { NEW_TARGET, toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { findLiveOutcome, type LiveOutcome } from '../../store/outbox/live-outcome.ts';
import { startMessage, unboardedTargets } from '../../store/start.ts';
import { findTarget } from '../../store/targets.ts';
import { findWatch } from '../../store/watches.ts';
import { offerBoardView } from '../../views/replies/board.ts';
import type { Message } from '../../views/kit/blocks.ts';
import {
  alreadyWatchedView,
  internalErrorView,
  cannotPostView,
  wasArchivedView,
  watchingView,
} from '../../views/replies/watch.ts';
import { type CommandContext, type Responder, type Request, whyNoPost } from '../context.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';
import { freshSnapshot } from './snapshot.ts';
import { withTimeout } from '../../async.ts';

/** How long the live message waits for the first poll, to start with counts instead of "waiting". */
export const LIVE_DELAY_MS = 1_500;
/** After this time a person is notified that the message will follow. */
const LIVE_LIMIT_MS = 4_000;
/** From this number on, and after every few more, a board is offered: each live message costs edits. */
const OFFER_FROM = 10;
const OFFER_EVERY = 5;

interface Begun {
  readonly named: NamedTarget;
  /** Of the watch, new or existing. */
  readonly id: string;
  readonly isNew: boolean;
  readonly hasJoined: boolean;
  /** The known state is as new as the tick keeps it. */
  readonly isFresh: boolean;
  /** null for an existing watch. */
  readonly live: Promise<LiveOutcome> | null;
}

export async function beginWatch(request: Request, named: NamedTarget): Promise<Responder> {
  const begun = await begin(request, named);
  request.bot.wake();
  return () => finishWatch(request, begun);
}

async function begin({ bot, invocation }: Request, named: NamedTarget): Promise<Begun> {
  const { target } = named;
  const { conversation, userId } = invocation;
  const { content, isFresh } = await firstContent(bot, target);
  const { messageId, before } = await startMessage(bot.database, {
    conversation,
    userId,
    images: [{ target, content }],
    isBoard: false,
    now: bot.now(),
    liveDelayMs: isFresh ? 0 : LIVE_DELAY_MS,
  });
  const isNew = messageId !== null;
  // The message of a single watch has its id.
  const id = messageId ?? before[0]?.watchId ?? '';
  const hasJoined = isNew || before[0]?.hasJoined === true;
  bot.log.info({ watch: id, target: targetId(target), isNew, user: userId, ...conversation }, 'watch');
  return { named, id, isNew, hasJoined, isFresh, live: isNew ? liveOutcome(bot, id) : null };
}

/** Content of a live message until the next poll, and whether it is as new as the tick keeps it. */
export async function firstContent(
  bot: CommandContext,
  target: Target,
): Promise<{ readonly content: DeliveryContent; readonly isFresh: boolean }> {
  const fresh = await freshSnapshot(bot, target);
  const snapshot = fresh ?? (await followedSnapshot(bot, target));
  // Earlier empty responses say nothing of the scan that is awaited now.
  const watched = { ...toWatchedSnapshot(snapshot), emptyAnswers: 0 };
  return {
    content: { snapshot: watched, end: null, stoppedBy: null },
    isFresh: fresh !== null,
  };
}

/** The last snapshot of an unwatched target may be hours old: it is not used. */
async function followedSnapshot({ database }: CommandContext, target: Target): Promise<Snapshot> {
  const stored = await findTarget(database, target);
  return stored === null || stored.nextPollAt === null ? NEW_TARGET.snapshot : stored.state.snapshot;
}

async function* finishWatch(request: Request, begun: Begun): AsyncGenerator<Message> {
  const { named, live, isFresh, hasJoined } = begun;
  if (live === null) {
    // After a crash the watch exists already: its live message is the reply.
    if (hasJoined || !request.invocation.isRetry) yield await joinedMessage(request, begun);
    return;
  }
  if (!isFresh) readAtOnce(request.bot, named.target);
  yield* notifyOutcome(request, live, {
    isSelfEvident: !named.isTagAssumed,
    view: (isPosted) => watchingView({ named, isPosted }),
  });
  const offer = await boardOffer(request);
  if (offer !== null) yield offer;
}

/** The next tick would poll within seconds; a person should not wait for it. Never throws. */
export function readAtOnce({ observe, log }: CommandContext, target: Target): void {
  observe(target).catch((error: unknown) => log.warn({ error: messageOf(error) }, 'first poll failed'));
}

/** A response_url expires after 30 minutes: later outcomes cannot be reported. */
const REPLY_WINDOW_MS = 25 * 60_000;
/** Each pause is a step longer than the one before, up to POLL_MAX_MS. */
const POLL_STEP_MS = 250;
const POLL_MAX_MS = 3_000;

/** Final outcome of a live message, which another process may send; `posted` where it takes longer. */
export async function liveOutcome({ database }: CommandContext, messageId: string): Promise<LiveOutcome> {
  for (let [waitMs, waitedMs] = [POLL_STEP_MS, 0]; waitedMs < REPLY_WINDOW_MS; waitedMs += waitMs) {
    await sleep(waitMs, undefined, { ref: false });
    // A database that fails now is read again after the next pause.
    const outcome = await findLiveOutcome(database, messageId).catch(() => null);
    if (outcome !== null) return outcome;
    waitMs = Math.min(POLL_MAX_MS, waitMs + POLL_STEP_MS);
  }
  return 'posted';
}

interface Notification {
  /** The posted message says it all. */
  readonly isSelfEvident: boolean;
  readonly view: (isPosted: boolean) => Message;
}

/** Notifies the person if the live message is delayed, or why the conversation accepts none. */
export async function* notifyOutcome(
  { bot, invocation }: Request,
  live: Promise<LiveOutcome>,
  { isSelfEvident, view }: Notification,
): AsyncGenerator<Message> {
  const early = await withTimeout(live, LIVE_LIMIT_MS);
  const isPosted = early === 'posted';
  if (early === null || (isPosted && !isSelfEvident)) yield view(isPosted);
  // A mention is done: its reply goes where the live message goes, and would be rejected too.
  const outcome = early ?? (invocation.isEphemeral ? await live : null);
  if (outcome === 'archived') yield wasArchivedView();
  if (outcome === 'refused') {
    const why = (await whyNoPost(bot, invocation.conversation.channel)) ?? 'restricted';
    yield cannotPostView({ kind: invocation.kind, why });
  }
  if (outcome === 'other') yield internalErrorView();
}

async function joinedMessage({ bot }: Request, { named, id, hasJoined }: Begun): Promise<Message> {
  const watch = await findWatch(bot.database, id);
  const url = watch === null ? null : liveMessageUrl(bot, watch);
  return alreadyWatchedView({ target: named.target, hasJoined, liveMessageUrl: url });
}

/** Many live messages in one conversation: a board would be easier to follow. */
async function boardOffer({ bot, invocation }: Request): Promise<Message | null> {
  const count = (await unboardedTargets(bot.database, invocation.conversation)).length;
  const isDue = count >= OFFER_FROM && (count - OFFER_FROM) % OFFER_EVERY === 0;
  return isDue ? offerBoardView({ count, thread: invocation.conversation.thread }) : null;
}
