/**
 * What one poll of progress makes of a target's state: every rule about what the same `[]` means now, when a scan
 * began, ended, was started over, or was never seen.
 */

import { updateBaseline } from './baseline.ts';
import { endScan, isAbandonedAt, type Transition, type TransitionInput } from './end-scan.ts';
import { isLongPause, type Observation, type RegistryProgress, type Snapshot } from '../snapshot.ts';
import {
  beginScan,
  continueScan,
  type OngoingScan,
  toEndedSnapshot,
  toOngoingSnapshot,
  withEta,
} from './ongoing-scan.ts';
import { endUnconfirmed, isHeldForLong, notEnded } from './unconfirmed-end.ts';
import {
  emptyPollsOf,
  type Phase,
  resetEmptyResponses,
  scanOf,
  type TargetState,
  toPhase,
  unconfirmedEndOf,
} from './target-state.ts';

/** One empty response may be a hiccup of a Console that fails over; two in a row mean that the scan is over. */
export const MISSING_POLLS = 2;
/** One failed poll costs no edit; from the second in a row on, the message says `unknown`. */
const UNKNOWN_AFTER_FAILURES = 2;

/** Or from the first on, where the second would come much later. */
export function isOutOfReach({ failures, failure }: Pick<TargetState, 'failures' | 'failure'>): boolean {
  return failures >= UNKNOWN_AFTER_FAILURES || (failure !== null && isLongPause(failure));
}

/** A scan cannot be requested, queued, run and finished so soon after a poll that reported an end. */
const SAME_END_MS = 10_000;

type ProgressInput = TransitionInput & { readonly observation: Observation };
type ResponseInput = TransitionInput & { readonly observation: Exclude<Observation, { kind: 'failed' }> };
type Missing = Extract<Phase, { kind: 'missing' }>;
type Unconfirmed = Extract<Phase, { kind: 'ended-unconfirmed' }>;

export function applyProgress(input: ProgressInput): Transition {
  const { observation, state, watches } = input;
  if (observation.kind === 'failed') return applyFailure(state, observation);
  const baseline = updateBaseline(state, watches, observation);
  // A new baseline needs a result; and during an outage of the Console an end may have been reported to somebody else.
  const isNew = baseline !== state.baseline || state.failures > 0;
  const next = { ...state, baseline, resultsCheckedAt: isNew ? null : state.resultsCheckedAt };
  const response: ResponseInput = { ...input, observation, state: next };
  return applyHeldEnd(response, applyResponse(response, { isNewBaseline: baseline !== state.baseline }));
}

function applyResponse(input: ResponseInput, { isNewBaseline }: { isNewBaseline: boolean }): Transition {
  const { state, observation } = input;
  if (observation.kind === 'progress' && observation.registries.length > 0)
    return applyElements(input, observation.registries);
  const hasBegun = isNewBaseline && state.baseline !== null;
  return applyEmpty(hasBegun ? { ...input, state: resetEmptyResponses(state) } : input);
}

/** An end that waits for its result does not wait for ever, whatever was seen since. */
function applyHeldEnd(input: ResponseInput, transition: Transition): Transition {
  const { state } = transition;
  return isHeldForLong(state, input.observation.at) ? notifyUnconfirmed({ ...input, state }) : transition;
}

/** The last counts stay, and are called unknown once the Console is out of reach. */
function applyFailure(state: TargetState, { failure }: Observation & { kind: 'failed' }): Transition {
  const failures = state.failures + 1;
  const isUnknown = isOutOfReach({ failures, failure }) && state.snapshot.endedAt === null;
  const snapshot: Snapshot = isUnknown ? { ...state.snapshot, state: 'unknown', failure } : state.snapshot;
  return notEnded({ ...state, failures, failure, snapshot });
}

function applyEmpty(input: ResponseInput): Transition {
  const { state, observation } = input;
  switch (state.phase.kind) {
    case 'ongoing':
    case 'missing':
      return applyMissing(input, {
        kind: 'missing',
        scan: seenUntil(state.phase.scan, observation.at),
        // An empty response from before an outage is not in a row with this one.
        emptyPolls: isOutOfReach(state) ? 1 : emptyPollsOf(state) + 1,
      });
    case 'ended-unconfirmed':
    case 'idle':
    case 'ended':
      return notEnded(withoutScan(state, observation.at, state.snapshot.emptyAnswers + 1));
  }
}

/** A time ahead of the clock is from before the clock was set back: the wait for results counts from now. */
function seenUntil(scan: OngoingScan, at: number): OngoingScan {
  return scan.lastSeenAt > at ? { ...scan, lastSeenAt: at } : scan;
}

function applyMissing(input: ResponseInput, phase: Missing): Transition {
  const { state, observation } = input;
  if (isAbandoned(input, phase.scan)) {
    const over = endScan(input, phase.scan, { evidence: 'vanished' });
    // Its end has no date: a newer result may be that of the next scan, of which the watchers of now are to be notified.
    const { lastEndAt } = state;
    return {
      ...over,
      state: { ...withoutScan(over.state, observation.at, 1), lastEndAt },
      shouldNotify: false,
    };
  }
  if (isOverWithoutResult(input, phase)) return endScan(input, phase.scan, { evidence: 'vanished' });
  // The first empty responses trigger a results check: it tells whether the scan ended, and how.
  const resultsCheckedAt = phase.emptyPolls <= MISSING_POLLS ? null : state.resultsCheckedAt;
  return notEnded({ ...ongoing(input, phase), resultsCheckedAt });
}

/** Where the results cannot help, or show nothing for as long as a scan may stall. */
function isOverWithoutResult({ state, watches, observation, settings }: ResponseInput, phase: Missing) {
  if (phase.emptyPolls < MISSING_POLLS) return false;
  if (state.areResultsHidden || watches.length === 0) return true;
  return observation.at - phase.scan.lastSeenAt >= settings.stallAfterMs;
}

function applyElements(input: ResponseInput, seen: readonly RegistryProgress[]): Transition {
  const { state, observation } = input;
  const isOngoing = seen.some((registry) => registry.isOngoing);
  switch (state.phase.kind) {
    case 'ongoing':
    case 'missing': {
      const before = state.phase.scan;
      const continued = continueScan(before, seen, observation.at);
      const sample = { at: observation.at, restarts: before.restarts, past: state.pastEtas };
      const scan = withEta(continued, sample);
      if (!isOngoing) return applyFinished(input, { before, scan });
      const isLower = scan.regressions > 0 || scan.restarts > before.restarts;
      if (isLower && isAbandoned(input, before)) return applyNextScan(input, { before, seen });
      return notEnded(ongoing(input, { kind: 'ongoing', scan }));
    }
    case 'ended-unconfirmed':
    case 'idle':
    case 'ended': {
      if (!isOngoing) return applyFirstSeenEnd(input, seen);
      const { number, endBefore } = nextScanOf(state);
      const scan = { ...beginScan(number, seen, observation), endBefore };
      return notEnded(ongoing(input, { kind: 'ongoing', scan }));
    }
  }
}

/** An end that waits for its result keeps its number. */
function nextScanOf(state: TargetState): Pick<OngoingScan, 'number' | 'endBefore'> {
  const end = unconfirmedEndOf(state);
  if (end === null) return { number: state.scanCount + 1, endBefore: null };
  return { number: state.scanCount + 2, endBefore: { registries: end.registries, at: end.at } };
}

/**
 * Between the last registry of one batch and the first of the next nothing is ongoing for a moment. A finished registry
 * scan stays visible, so a second poll costs nothing; the end of an on-demand scan is reported only once.
 */
function applyFinished(
  input: ResponseInput,
  { before, scan }: { before: OngoingScan; scan: OngoingScan },
): Transition {
  const isRegular = input.target.kind === 'regular';
  const isAbandonedNow = isAbandoned(input, before);
  const emptyPolls = emptyPollsOf(input.state) + 1;
  const needsConfirmation = isRegular && input.watches.length > 0 && !isAbandonedNow;
  if (needsConfirmation && emptyPolls < MISSING_POLLS)
    return notEnded(ongoing(input, { kind: 'missing', scan, emptyPolls }));
  const over = endScan(input, scan, { evidence: 'reported' });
  return isRegular && isAbandonedNow ? { ...over, shouldNotify: false } : over;
}

/**
 * The scan was unwatched when it was last seen, so it was not polled: what is found after a while need not be that scan.
 * A watch from then, however, is to be notified of its end, however long the Console or we were out of reach.
 */
function isAbandoned({ watches, observation }: ResponseInput, scan: OngoingScan): boolean {
  return isAbandonedAt(scan, { watches, at: observation.at });
}

/** Lower counts after a while are no hiccup but another scan; the next poll records that one. */
function applyNextScan(
  input: ResponseInput,
  { before, seen }: { before: OngoingScan; seen: readonly RegistryProgress[] },
): Transition {
  const { state, observation } = input;
  const next = beginScan(state.scanCount + 1, seen, observation);
  const { ended } = endScan(input, before, { evidence: 'vanished' });
  return { state: ongoing(input, { kind: 'ongoing', scan: next }), ended, shouldNotify: false };
}

/**
 * A finished registry scan stays visible for days: seeing it first is no end. A finished on-demand scan is reported
 * once, so seeing one first means that it began and ended unseen: between two polls, or long before the watch.
 */
function applyFirstSeenEnd(input: ResponseInput, registries: readonly RegistryProgress[]): Transition {
  const { state, target, observation } = input;
  const { at } = observation;
  if (target.kind === 'regular') return applyFinishedBefore(input, registries);
  if (isDuplicateEnd(state, at)) return notEnded(withoutScan(state, at, 0));
  const phase: Unconfirmed = { kind: 'ended-unconfirmed', registries, at };
  if (state.areResultsHidden || !canDateOldResult(state)) {
    return notifyUnconfirmed({ ...input, state: { ...state, phase } });
  }
  return notEnded({ ...withoutScan(state, at, 0), phase, resultsCheckedAt: null });
}

/** Without the Console's clock and a result to compare with, none tells whether it is older than the watch. */
function canDateOldResult({ baseline }: TargetState): boolean {
  return baseline !== null && (baseline.since !== null || baseline.resultAt !== null);
}

/** Watchers are notified of its end where nothing shows that it is an old one. */
function notifyUnconfirmed(input: ResponseInput): Transition {
  return endUnconfirmed(input, input.observation, { shouldNotify: true });
}

/**
 * An end that is repeated from poll to poll, against the documented rule, is still one end; so is one that the results
 * have shown, however late its report. A scan after it has a result of its own.
 */
function isDuplicateEnd({ snapshot }: TargetState, at: number): boolean {
  const { endedAt, answeredAt, emptyAnswers, evidence } = snapshot;
  if (endedAt === null || emptyAnswers > 0) return false;
  return evidence === 'results' || Math.abs(at - (answeredAt ?? endedAt)) < SAME_END_MS;
}

function applyFinishedBefore({ state, observation }: ResponseInput, seen: readonly RegistryProgress[]) {
  const { at } = observation;
  const next = withoutScan(state, at, 0);
  if (next.snapshot.endedAt !== null) return notEnded(next);
  const counts = toEndedSnapshot(beginScan(0, seen, observation), {
    at,
    evidence: 'reported',
    state: 'not running',
  });
  const snapshot: Snapshot = { ...counts, startedAt: null, movedAt: null, endedAt: null, evidence: null };
  return notEnded({ ...next, snapshot });
}

/** What ended last stays visible until the next scan begins. */
function withoutScan(state: TargetState, at: number, emptyAnswers: number): TargetState {
  const { snapshot } = state;
  const isOver = snapshot.endedAt !== null;
  return {
    ...state,
    failures: 0,
    failure: null,
    snapshot: {
      ...snapshot,
      state: isOver ? snapshot.state : 'not running',
      emptyAnswers,
      emptySince: emptyAnswers <= 1 ? at : (snapshot.emptySince ?? at),
      answeredAt: at,
      failure: null,
    },
  };
}

/** As of when it was last seen: an empty response in between is no progress and no stall. */
function ongoing(
  { state, observation, settings }: ResponseInput,
  phase: Extract<Phase, { scan: OngoingScan }>,
): TargetState {
  const { scan } = phase;
  const emptyPolls = phase.kind === 'missing' ? phase.emptyPolls : 0;
  const { stallAfterMs } = settings;
  const before = scanOf(state);
  const hasProgressed = before?.number !== scan.number || before.lastProgressAt !== scan.lastProgressAt;
  const wasStalled = !hasProgressed && state.snapshot.state === 'stalled';
  const snapshot = toOngoingSnapshot(scan, { now: scan.lastSeenAt, stallAfterMs, wasStalled, emptyPolls });
  return {
    ...state,
    phase: toPhase(scan, emptyPolls),
    scanCount: scan.number,
    failures: 0,
    failure: null,
    snapshot: { ...snapshot, answeredAt: observation.at },
  };
}
