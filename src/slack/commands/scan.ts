/**
 * `scan IMAGE`, `scan` and `stop`: operators only; the registry scan requires confirmation. The request is stored
 * before it is sent to the Console, once: a scan that may have started is never started again automatically.
 */

import { type NamedTarget } from '../../scan/command.ts';
import type { ControlOutcome } from '../../scan/control.ts';
import type { RequestKind } from '../../scan/scan-request.ts';
import type { Failure } from '../../scan/snapshot.ts';
import { REGULAR_SCAN, type Target, targetId } from '../../scan/target.ts';
import { scanOf } from '../../scan/state/target-state.ts';
import { recordRequest, settleRequest } from '../../store/scans/scan-requests.ts';
import { findTarget } from '../../store/targets.ts';
import { findActiveWatch } from '../../store/watches.ts';
import type { Message } from '../../views/kit/blocks.ts';
import {
  confirmView,
  interruptedView,
  outOfScopeView,
  runningView,
  startedView,
  startingView,
  stopInterruptedView,
  stoppedView,
} from '../../views/replies/start-stop.ts';
import { pollingModal, confirmModal } from '../../views/replies/confirm-modal.ts';
import { isAbsent } from '../../views/parts/state.ts';
import type { Responder, Request } from '../context.ts';
import { whyDenied } from './operators.ts';
import { readSnapshot } from './snapshot.ts';
import { withTimeout } from '../../async.ts';
import { beginWatch } from './watch.ts';
import { stopWatch } from '../../store/stop.ts';

/** Most Consoles reject a start within this time; a watch made before would confuse. */
const QUICK_MS = 2_500;
/** A scope that takes longer to find out shows by the outcome. */
const SCOPE_MS = 4_000;
/** Maximum wait for the current progress. */
const READ_MS = 4_000;

export function beginStartScan(request: Request, { target, isTagAssumed }: NamedTarget): Responder {
  if (target.kind === 'regular') return () => confirm(request, 'start');
  return () => startIfAllowed(request, { target, isTagAssumed });
}

export function beginStopScan(request: Request): Responder {
  return () => confirm(request, 'stop');
}

interface Start extends NamedTarget {
  /** Confirmed although the settings seem not to cover the image. */
  readonly isWarned?: boolean;
}

/** After the confirmation, or where none is needed. */
export async function* startIfAllowed(request: Request, named: Start): AsyncGenerator<Message> {
  const denial = await whyDenied(request, 'start');
  if (denial !== null) yield denial;
  else if (request.invocation.isRetry) yield interruptedView(named.target);
  else yield* startScan(request, named);
}

export async function* stopIfAllowed(request: Request): AsyncGenerator<Message> {
  const denial = await whyDenied(request, 'stop');
  if (denial !== null) {
    yield denial;
    return;
  }
  if (request.invocation.isRetry) {
    yield stopInterruptedView();
    return;
  }
  const { control } = request.bot;
  // Before the stop: afterwards nothing runs in either case.
  const isIdle = (await readNow(request, REGULAR_SCAN)) === 'idle';
  const outcome = await recorded(request, { target: REGULAR_SCAN, kind: 'stop' }, control.stopRegularScan);
  yield stoppedView({ outcome, isIdle });
}

/** A modal; where none can be opened, a message with a button that opens it. */
export async function* confirm(request: Request, kind: RequestKind): AsyncGenerator<Message> {
  const denial = await whyDenied(request, kind);
  if (denial !== null) yield denial;
  else if (!(await openConfirmation(request, kind))) yield confirmView(kind);
}

/**
 * A trigger ID expires after 3 s, and the Console may take longer: the modal opens first. False where the person cannot
 * confirm in one.
 */
async function openConfirmation({ bot, invocation }: Request, kind: RequestKind): Promise<boolean> {
  if (invocation.triggerId === null) return false;
  const viewId = await bot.calls.openModal(invocation.triggerId, pollingModal());
  if (viewId === null) return false;
  const isOngoing = ONGOING[await readNow({ bot, invocation }, REGULAR_SCAN)];
  return bot.calls.updateModal(viewId, confirmModal(kind, { ...invocation.conversation, isOngoing }));
}

const ONGOING = { running: true, idle: false, unknown: null } as const;

async function* startScan(request: Request, named: Start): AsyncGenerator<Message> {
  const { bot } = request;
  const { target } = named;
  const outside = named.isWarned === true ? null : await specificationsElsewhere(request, target);
  if (outside !== null) {
    yield outOfScopeView(target, outside);
    return;
  }
  if (await isShownRunning(request, target)) {
    yield runningView(target);
    yield* (await beginWatch(request, named))();
    return;
  }
  // Before the call, which may take minutes.
  yield startingView(target);
  const starting = recorded(request, { target, kind: 'start' }, () => bot.control.startScan(target));
  const quick = await withTimeout(starting, QUICK_MS);
  // Before the watch is made: one that others had must not end with a failed start.
  const wasWatched = await isWatched(request, target);
  if (quick === null || isUnderWay(quick)) yield* (await beginWatch(request, named))();
  const outcome = quick ?? (await starting);
  // The live message shows it to its readers; the requester is mentioned.
  if (quick === null && !wasWatched && (await endNotStarted(request, target, outcome))) return;
  const reply = startedView(target, outcome);
  if (reply !== null) yield reply;
}

/** For an image the Console would accept a second start. The last snapshot may be outdated. */
async function isShownRunning(request: Request, target: Target): Promise<boolean> {
  if (target.kind === 'regular') return false;
  const stored = await findTarget(request.bot.database, target);
  return stored !== null && scanOf(stored.state) !== null && (await readNow(request, target)) === 'running';
}

/** According to the Console now; unknown where it fails or takes too long. */
async function readNow({ bot }: Request, target: Target): Promise<'running' | 'idle' | 'unknown'> {
  const snapshot = await withTimeout(readSnapshot(bot, target), READ_MS);
  if (snapshot === null || snapshot.state === 'unknown') return 'unknown';
  const isUnderWay = snapshot.endedAt === null && !isAbsent(snapshot.state);
  if (!isUnderWay) return 'idle';
  // After an `[]` the scan may be over: its counts are the last known ones.
  return snapshot.emptyAnswers === 0 ? 'running' : 'unknown';
}

async function isWatched({ bot, invocation }: Request, target: Target): Promise<boolean> {
  return (await findActiveWatch(bot.database, target, invocation.conversation)) !== null;
}

function isUnderWay({ kind }: ControlOutcome): boolean {
  return kind === 'done' || kind === 'already-running' || kind === 'unclear';
}

/** The checked specifications where none seems to cover the image; otherwise null. */
async function specificationsElsewhere({ bot }: Request, target: Target): Promise<readonly string[] | null> {
  if (target.kind === 'regular') return null;
  const reading = await withTimeout(bot.control.fetchScope(target.reference), SCOPE_MS);
  return reading?.scope === 'outside' ? reading.specifications : null;
}

/**
 * Ends a watch that was made for a scan that the Console rejected. False where there is none, or another scan to watch.
 */
async function endNotStarted(
  { bot, invocation }: Request,
  target: Target,
  outcome: ControlOutcome,
): Promise<boolean> {
  if (isUnderWay(outcome)) return false;
  const watch = await findActiveWatch(bot.database, target, invocation.conversation);
  if (watch === null) return false;
  const failure = outcome.kind === 'failed' ? outcome.failure : MAY_NOT_WRITE;
  const isEnded = await stopWatch(bot.database, {
    id: watch.id,
    now: bot.now(),
    toFinal: ({ snapshot }) =>
      snapshot.scan > 0 ? null : { snapshot: { ...snapshot, failure }, end: 'not-started', stoppedBy: null },
  });
  bot.wake();
  return isEnded;
}

const MAY_NOT_WRITE: Failure = { cause: 'forbidden', detail: '', retryAfterMs: null };

/** Rejects only where the database does. Without an outcome a request is ambiguous after five minutes. */
async function recorded(
  { bot, invocation }: Request,
  { target, kind }: { target: Target; kind: RequestKind },
  call: () => Promise<ControlOutcome>,
): Promise<ControlOutcome> {
  const { userId, conversation } = invocation;
  const fields = { target: targetId(target), user: userId, channel: conversation.channel };
  const request = { target, kind, userId, channel: conversation.channel, now: bot.now() };
  // Committed before the call: a crash must not hide that a scan may have started.
  const id = await recordRequest(bot.database, request);
  bot.log.info(fields, `requesting a scan ${kind}`);
  const outcome = await call();
  await settleRequest(bot.database, id, toRecorded(outcome));
  const detail = 'failure' in outcome ? { detail: outcome.failure.detail } : {};
  bot.log.info({ ...fields, outcome: outcome.kind, ...detail }, `Console responded to a scan ${kind}`);
  return outcome;
}

/** `failed` also for a scan that runs already: it is not this person's. */
function toRecorded({ kind }: ControlOutcome) {
  if (kind === 'done' || kind === 'unclear') return kind;
  return 'failed';
}
