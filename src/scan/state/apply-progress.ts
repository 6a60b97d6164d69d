/**
 * Applies one poll of progress to a target's state: all rules about what `[]` means, and when a scan started, ended,
 * restarted, or was never seen.
 */

import { endScan, type Instant, isAbandonedAt, type Transition, type ReadInput } from './end-scan.ts';
import { follow } from './baseline.ts';
import type { Observation, RegistryProgress, Snapshot } from '../snapshot.ts';
import {
  beginScan,
  continueScan,
  resetEmptyResponses,
  type OngoingScan,
  type TargetState,
  toEndedSnapshot,
  toOngoingSnapshot,
  withEta,
} from './target-state.ts';

/** One empty response may be a hiccup of a Console failing over; two in a row mean that the scan is over. */
export const MISSING_POLLS = 2;
/** One failed poll causes no edit; from the second in a row on, the message says `unknown`. */
export const UNKNOWN_AFTER_FAILURES = 2;

/** A scan cannot be requested, queued, run and finished within this time after a reported end. */
const SAME_END_MS = 10_000;

/** Results that could not be checked for this long, despite attempts, no longer delay an end. */
const UNCLEAR_MS = 60_000;

/** A result may show later than its end: until then an older one is no evidence. */
export const SHOWN_LATE_MS = 30_000;

type ProgressInput = ReadInput & { readonly observation: Observation };
type AnsweredInput = ReadInput & { readonly observation: Exclude<Observation, { kind: 'failed' }> };

export function applyProgress(input: ProgressInput): Transition {
  const { observation, state, watches } = input;
  if (observation.kind === 'failed') return readFailure(state, observation);
  const following = follow(state, watches, observation);
  // A new watcher needs a baseline; and ends during an outage of the Console are unknown.
  const isNew = following !== state.following || state.failures > 0;
  const followed = { ...state, following, lookedAt: isNew ? null : state.lookedAt };
  const answered: AnsweredInput = { ...input, observation, state: followed };
  if (observation.kind === 'progress' && observation.registries.length > 0)
    return readElements(answered, observation.registries);
  const hasBegun = following !== state.following && following !== null;
  return readAbsence(hasBegun ? { ...answered, state: resetEmptyResponses(followed) } : answered);
}

export function notEnded(state: TargetState): Transition {
  return { state, ended: null, shouldNotify: false };
}

/** The last counts stay; only a second consecutive failure makes the state unknown. */
function readFailure(state: TargetState, { failure }: Observation & { kind: 'failed' }): Transition {
  const failures = state.failures + 1;
  const isUnknown = failures >= UNKNOWN_AFTER_FAILURES && state.snapshot.endedAt === null;
  const snapshot: Snapshot = isUnknown ? { ...state.snapshot, state: 'unknown', failure } : state.snapshot;
  return notEnded({ ...state, failures, failure, snapshot });
}

function readAbsence(input: AnsweredInput): Transition {
  const { state, observation } = input;
  const { at } = observation;
  if (isHeldForLong(state, at)) return notifyUnconfirmed(input);
  if (state.scan === null) return notEnded(toIdle(state, at, state.snapshot.emptyAnswers + 1));
  const scan = { ...state.scan, missing: state.scan.missing + 1 };
  if (isAbandoned(input)) {
    const over = endScan(input, scan, { evidence: 'vanished' });
    // The end has no date: a later result may belong to the next scan, which current watches wait for.
    const { lastEndAt } = state;
    return { ...over, state: { ...toIdle(over.state, at, 1), lastEndAt }, shouldNotify: false };
  }
  if (isOverWithoutResult(input, scan)) return endScan(input, scan, { evidence: 'vanished' });
  // The first empty responses trigger results checks, which show whether and how it ended.
  const lookedAt = scan.missing <= MISSING_POLLS ? null : state.lookedAt;
  return notEnded({ ...ongoing(input, scan), lookedAt });
}

/** The results are unavailable, or have shown nothing for the stall time. */
function isOverWithoutResult({ state, watches, observation, settings }: AnsweredInput, scan: OngoingScan) {
  if (scan.missing < MISSING_POLLS) return false;
  if (state.areResultsHidden || watches.length === 0) return true;
  return observation.at - scan.seenAt >= settings.stallAfterMs;
}

function readElements(input: AnsweredInput, seen: readonly RegistryProgress[]): Transition {
  const { state, target, observation } = input;
  const isOngoing = seen.some((registry) => registry.isOngoing);
  if (state.scan === null) {
    if (!isOngoing) return applyFirstSeenEnd(input, seen);
    return notEnded(ongoing(input, beginScan(state.scans + 1, seen, observation.at)));
  }
  const { restarts } = state.scan;
  const continued = continueScan(state.scan, seen, observation.at);
  const scan = withEta(continued, { at: observation.at, restarts, past: state.past ?? [] });
  if (!isOngoing) {
    const quiet = { ...scan, missing: state.scan.missing + 1 };
    if (needsConfirmation(input) && quiet.missing < MISSING_POLLS) return notEnded(ongoing(input, quiet));
    const over = endScan(input, scan, { evidence: 'reported' });
    return target.kind === 'regular' && isAbandoned(input) ? { ...over, shouldNotify: false } : over;
  }
  const isLower = scan.fallen > 0 || scan.restarts > state.scan.restarts;
  if (isLower && isAbandoned(input)) return readNextScan(input, seen);
  return notEnded(ongoing(input, scan));
}

/**
 * Between the last registry of one batch and the first of the next, nothing is ongoing for a moment. A finished
 * registry scan stays visible, so another poll costs nothing; the end of an on-demand scan is reported only once.
 */
function needsConfirmation(input: AnsweredInput): boolean {
  return input.target.kind === 'regular' && input.watches.length > 0 && !isAbandoned(input);
}

/**
 * The target was unwatched when the scan was last seen: what is found later need not be the same scan. A watch from
 * that time, however, must get its end, however long the Console or this program was down.
 */
function isAbandoned({ state: { scan }, watches, observation }: AnsweredInput): boolean {
  return scan !== null && isAbandonedAt(scan, { watches, at: observation.at });
}

/** Lower counts after a while mean another scan; the next poll records it. */
function readNextScan(input: AnsweredInput, seen: readonly RegistryProgress[]): Transition {
  const { state, observation } = input;
  const next = beginScan(state.scans + 1, seen, observation.at);
  const ended = state.scan === null ? null : endScan(input, state.scan, { evidence: 'vanished' }).ended;
  return { state: ongoing(input, next), ended, shouldNotify: false };
}

/**
 * A finished registry scan stays visible for days: seeing it first is no end. A finished on-demand scan is reported
 * once: seeing it first means that it started and ended unseen, between two polls or long before the watch.
 */
function applyFirstSeenEnd(input: AnsweredInput, registries: readonly RegistryProgress[]): Transition {
  const { state, target, watches, observation } = input;
  const { at } = observation;
  if (target.kind === 'regular') return readFinishedBefore(input, registries);
  if (isDuplicateEnd(state, at)) return notEnded(toIdle(state, at, 0));
  const unclear = { registries, at };
  if (watches.length === 0 || state.areResultsHidden || !canDateOldResult(state)) {
    return notifyUnconfirmed({ ...input, state: { ...state, unclear } });
  }
  return notEnded({ ...toIdle(state, at, 0), unclear, lookedAt: null });
}

/** Without the Console's clock and a result to compare with, its age is unknown. */
function canDateOldResult({ following }: TargetState): boolean {
  return following !== null && (following.since !== null || following.baseline !== null);
}

/** The end is notified unless it is known to be old. */
function notifyUnconfirmed(input: AnsweredInput): Transition {
  return endUnconfirmed(input, input.observation, { shouldNotify: true });
}

/** After an outage of the Console the results must be checked first. */
function isHeldForLong({ unclear, lookedAt, following }: TargetState, at: number): boolean {
  if (unclear === null || lookedAt === null || at - unclear.at < UNCLEAR_MS) return false;
  // An early check that showed an older result proves nothing: after a restart the next one decides.
  const hasOldResult = (following?.baseline ?? 0) > 0;
  return !hasOldResult || lookedAt - unclear.at >= SHOWN_LATE_MS;
}

/** Ends the scan of which only the finished element was seen; notifies unless it ended before the watch. */
export function endUnconfirmed(
  input: ReadInput,
  instant: Instant,
  { shouldNotify }: { shouldNotify: boolean },
): Transition {
  const { state } = input;
  if (state.unclear === null) return notEnded(state);
  const { registries, at } = state.unclear;
  const scan = beginScan(state.scans + 1, registries, at);
  const over = endScan({ ...input, observation: instant }, scan, { evidence: 'reported' });
  // The result of an old end dates it; later results are still new.
  return shouldNotify
    ? over
    : { ...over, state: { ...over.state, lastEndAt: state.lastEndAt }, shouldNotify };
}

/** An end that the Console repeats over several polls, against its documentation, is one end. */
function isDuplicateEnd({ snapshot }: TargetState, at: number): boolean {
  const { endedAt, answeredAt, emptyAnswers } = snapshot;
  return endedAt !== null && emptyAnswers === 0 && Math.abs(at - (answeredAt ?? endedAt)) < SAME_END_MS;
}

function readFinishedBefore({ state, observation }: AnsweredInput, seen: readonly RegistryProgress[]) {
  const { at } = observation;
  const next = toIdle(state, at, 0);
  if (next.snapshot.endedAt !== null) return notEnded(next);
  const counts = toEndedSnapshot(beginScan(0, seen, at), { at, evidence: 'reported', state: 'not running' });
  const snapshot: Snapshot = { ...counts, startedAt: null, movedAt: null, endedAt: null, evidence: null };
  return notEnded({ ...next, snapshot });
}

/** No scan: the last end stays visible until the next scan starts. */
function toIdle(state: TargetState, at: number, emptyAnswers: number): TargetState {
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

/** As of its last sighting: an empty response in between is neither progress nor a stall. */
function ongoing({ state, observation, settings }: AnsweredInput, scan: OngoingScan): TargetState {
  const snapshot = toOngoingSnapshot(scan, { now: scan.seenAt, stallAfterMs: settings.stallAfterMs });
  return {
    ...state,
    scan,
    scans: scan.number,
    failures: 0,
    failure: null,
    // An ongoing scan is the one to watch, whatever ended before it.
    unclear: null,
    snapshot: { ...snapshot, answeredAt: observation.at },
  };
}
