/**
 * What one poll of progress makes of a target's state: every rule about what the same `[]` means now, when a scan
 * began, ended, was started over, or was never seen.
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

/** One empty answer may be a hiccup of a Console that fails over; two in a row mean that the scan is over. */
export const MISSING_POLLS = 2;
/** One failed poll in between costs nobody an edit; from the second in a row on, the message says `unknown`. */
export const UNKNOWN_AFTER_FAILURES = 2;

/** A scan cannot be asked for, queued, run and finished so soon after a poll that told an end. */
const SAME_END_MS = 10_000;

/** Results that cannot be looked at for this long, though it was tried, do not hold an end back any longer. */
const UNCLEAR_MS = 60_000;

/** A result may show later than the end that it belongs to: until then an older one is no evidence. */
export const SHOWN_LATE_MS = 30_000;

type ProgressInput = ReadInput & { readonly observation: Observation };
type AnsweredInput = ReadInput & { readonly observation: Exclude<Observation, { kind: 'failed' }> };

export function applyProgress(input: ProgressInput): Transition {
  const { observation, state, watches } = input;
  if (observation.kind === 'failed') return readFailure(state, observation);
  const following = follow(state, watches, observation);
  // Who begins to follow needs a baseline; and what was told while the Console was out of reach, nobody knows.
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

/** The last counts stay; only after a second failure in a row are they called unknown. */
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
    // Nobody knows when it ended: a result of since may be that of the next scan, which is owed to those who watch now.
    const { lastEndAt } = state;
    return { ...over, state: { ...toIdle(over.state, at, 1), lastEndAt }, shouldNotify: false };
  }
  if (isOverWithoutResult(input, scan)) return endScan(input, scan, { evidence: 'vanished' });
  // The first empty answers have the results looked at: they tell whether it ended, and how.
  const lookedAt = scan.missing <= MISSING_POLLS ? null : state.lookedAt;
  return notEnded({ ...ongoing(input, scan), lookedAt });
}

/** Where the results cannot help, or show nothing for as long as a scan may stand still. */
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
 * Between the last registry of one batch and the first of the next nothing is ongoing for a moment. A finished regular
 * scan stays visible, so a second look costs nothing; the end of an on-demand scan is told only once.
 */
function needsConfirmation(input: AnsweredInput): boolean {
  return input.target.kind === 'regular' && input.watches.length > 0 && !isAbandoned(input);
}

/**
 * Nobody watched when the scan was last seen, so nobody read on: what is found after a while need not be that scan.
 * A watch from then, however, is owed its end, for however long the Console or we were out of reach.
 */
function isAbandoned({ state: { scan }, watches, observation }: AnsweredInput): boolean {
  return scan !== null && isAbandonedAt(scan, { watches, at: observation.at });
}

/** Lower counts after a while are no hiccup but another scan; the next poll records that one. */
function readNextScan(input: AnsweredInput, seen: readonly RegistryProgress[]): Transition {
  const { state, observation } = input;
  const next = beginScan(state.scans + 1, seen, observation.at);
  const ended = state.scan === null ? null : endScan(input, state.scan, { evidence: 'vanished' }).ended;
  return { state: ongoing(input, next), ended, shouldNotify: false };
}

/**
 * A finished regular scan stays visible for days: seeing it first is no end. A finished on-demand scan is reported
 * once, so seeing one first means that it began and ended unseen: between two polls, or long before the watch.
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

/** Without the Console's clock and a result to compare with, none tells whether it is older than the watch. */
function canDateOldResult({ following }: TargetState): boolean {
  return following !== null && (following.since !== null || following.baseline !== null);
}

/** Its end is told where nothing shows that it is an old one. */
function notifyUnconfirmed(input: AnsweredInput): Transition {
  return endUnconfirmed(input, input.observation, { shouldNotify: true });
}

/** After an outage of the Console the results are looked at first: until then nobody could have. */
function isHeldForLong({ unclear, lookedAt, following }: TargetState, at: number): boolean {
  if (unclear === null || lookedAt === null || at - unclear.at < UNCLEAR_MS) return false;
  // An early look that showed an older result proves nothing: after a restart the next one decides.
  const hasOldResult = (following?.baseline ?? 0) > 0;
  return !hasOldResult || lookedAt - unclear.at >= SHOWN_LATE_MS;
}

/** The scan of which only the finished element was seen is over; it is told unless it ended before the watch. */
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
  // The result of an old end dates it; what comes after that is still news.
  return shouldNotify
    ? over
    : { ...over, state: { ...over.state, lastEndAt: state.lastEndAt }, shouldNotify };
}

/** An end that is repeated from reading to reading, against the documented rule, is still one end. */
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

/** No scan: what ended last stays visible until the next one begins. */
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

/** As of when it was last seen: an empty answer in between neither moves it nor makes it stall. */
function ongoing({ state, observation, settings }: AnsweredInput, scan: OngoingScan): TargetState {
  const snapshot = toOngoingSnapshot(scan, { now: scan.seenAt, stallAfterMs: settings.stallAfterMs });
  return {
    ...state,
    scan,
    scans: scan.number,
    failures: 0,
    failure: null,
    // A scan that goes on is the one to follow, whatever ended before it.
    unclear: null,
    snapshot: { ...snapshot, answeredAt: observation.at },
  };
}
