/**
 * The heart: what one reading of a target means, as a pure function. Every rule about scans lives here: what an empty
 * answer means now, when a scan began, ended, was started over, stalls, was never seen; and who is told what.
 *
 * The Console reports the end of an on-demand scan once, to whoever asks first, and answers `[]` from then on. So the
 * same `[]` means "not begun", "out of scope" or "over", and only what was seen before can tell which.
 */

import { nextReadingIn } from './cadence.ts';
import type { DeliveryContent } from './delivery.ts';
import { reportedEnd, vanishedEnd } from './end.ts';
import { fingerprint } from './fingerprint.ts';
import type { EndEvidence, Observation, RegistryProgress, Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import {
  type OngoingScan,
  type TargetState,
  beginScan,
  continueScan,
  toEndedSnapshot,
  toOngoingSnapshot,
  toWatchedSnapshot,
} from './target-state.ts';
import type { Watch } from './watch.ts';

/** One empty answer may be a hiccup of a Console that fails over; two in a row mean that the scan is over. */
const MISSING_READINGS = 2;
/** One failed reading in between costs nobody an edit; from the second in a row on, the message says `unknown`. */
const UNKNOWN_AFTER_FAILURES = 2;

/** A scan cannot be asked for, queued, run and finished within two ticks of a reading that told an end. */
const SAME_END_MS = 10_000;

/** Whoever comes this long after a scan was last seen does not have that scan in mind. */
const FORGOTTEN_MS = 60_000;

export interface PollSettings {
  readonly stallAfterMs: number;
  readonly watchTtlMs: number;
}

export interface PollInput {
  readonly target: Target;
  readonly state: TargetState;
  readonly observation: Observation;
  readonly watches: readonly Watch[];
  readonly settings: PollSettings;
  /** In [0, 1): spreads the retries. */
  readonly chance: number;
}

export interface Plan {
  readonly state: TargetState;
  /** Epoch ms of the next reading; null where nobody watches any more. */
  readonly nextReadingAt: number | null;
  /** The scan that this reading ended, else the one that goes on; null where there is none. */
  readonly scan: PlannedScan | null;
  readonly watches: readonly PlannedWatch[];
}

export interface PlannedScan {
  readonly number: number;
  readonly startedAt: number;
  /** null while it goes on. */
  readonly endedAt: number | null;
  readonly snapshot: Snapshot;
}

export type PlannedWatch =
  /** Something that a person can see has changed: edit the live message. */
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly content: DeliveryContent;
      readonly queued: string;
    }
  /** The watch is over: give the live message its final state, and post once. */
  | { readonly kind: 'end'; readonly id: string; readonly content: DeliveryContent };

export function planPoll(input: PollInput): Plan {
  const { state, ended, isTold } = readState(input);
  const toldEnd = isTold ? ended : null;
  const watches = input.watches.flatMap((watch) => planWatch(watch, { ...input, state, toldEnd }));
  const isWatched = watches.filter((watch) => watch.kind === 'end').length < input.watches.length;
  return {
    state: isWatched ? state : unfollowed(state),
    nextReadingAt: isWatched ? input.observation.at + nextReadingIn(state, input.chance) : null,
    scan: planScan(state, ended),
    watches,
  };
}

function unfollowed(state: TargetState): TargetState {
  return state.scan === null ? state : { ...state, scan: { ...state.scan, isFollowed: false } };
}

interface Reading {
  readonly state: TargetState;
  /** The last snapshot of the scan that ended with this reading. */
  readonly ended: Snapshot | null;
  /** False where the watches were made after that scan: they go on waiting for theirs. */
  readonly isTold: boolean;
}

function readState(input: PollInput): Reading {
  const { observation } = input;
  switch (observation.kind) {
    case 'failed':
      return readFailure(input, observation);
    case 'absent':
      return readAbsence(input);
    case 'progress':
      return observation.registries.length === 0
        ? readAbsence(input)
        : readProgress(input, observation.registries);
  }
}

function notEnded(state: TargetState): Reading {
  return { state, ended: null, isTold: false };
}

/** The last counts stay; only after a second failure in a row are they called unknown. */
function readFailure({ state }: PollInput, { failure }: Observation & { kind: 'failed' }): Reading {
  const failures = state.failures + 1;
  const isUnknown = failures >= UNKNOWN_AFTER_FAILURES && state.snapshot.endedAt === null;
  const snapshot: Snapshot = isUnknown ? { ...state.snapshot, state: 'unknown', failure } : state.snapshot;
  return notEnded({ ...state, failures, failure, snapshot });
}

function readAbsence(input: PollInput): Reading {
  const { state, observation } = input;
  const { at } = observation;
  if (state.scan === null) return notEnded(rested(state, at, state.snapshot.emptyAnswers + 1));
  const scan = { ...state.scan, missing: state.scan.missing + 1 };
  if (isForgotten(input)) {
    const over = endScan(input, scan, 'vanished');
    return { ...over, state: rested(over.state, at, 1), isTold: false };
  }
  return scan.missing >= MISSING_READINGS ? endScan(input, scan, 'vanished') : notEnded(ongoing(input, scan));
}

function readProgress(input: PollInput, seen: readonly RegistryProgress[]): Reading {
  const { state, target, observation } = input;
  const isOngoing = seen.some((registry) => registry.isOngoing);
  if (state.scan === null) {
    if (!isOngoing) return readEndSeenFirst(input, seen);
    return notEnded(ongoing(input, beginScan(state.scans + 1, seen, observation.at)));
  }
  const scan = continueScan(state.scan, seen, observation.at);
  if (!isOngoing) {
    const quiet = { ...scan, missing: state.scan.missing + 1 };
    if (isWorthASecondLook(input) && quiet.missing < MISSING_READINGS) return notEnded(ongoing(input, quiet));
    const over = endScan(input, scan, 'reported');
    return target.kind === 'regular' && isForgotten(input) ? { ...over, isTold: false } : over;
  }
  const isLower = scan.fallen > 0 || scan.restarts > state.scan.restarts;
  if (isLower && isForgotten(input)) return readNextScan(input, seen);
  return notEnded(ongoing(input, scan));
}

/**
 * Between the last registry of one batch and the first of the next nothing is ongoing for a moment. A finished regular
 * scan stays visible, so a second look costs nothing; the end of an on-demand scan is told only once.
 */
function isWorthASecondLook(input: PollInput): boolean {
  return input.target.kind === 'regular' && input.watches.length > 0 && !isForgotten(input);
}

/**
 * Nobody watched when the scan was last seen, so nobody read on: what is found after a while need not be that scan.
 * A watch from then, however, is owed its end, for however long the Console or we were out of reach.
 */
function isForgotten({ state: { scan }, observation }: PollInput): boolean {
  return scan !== null && !scan.isFollowed && observation.at - scan.seenAt >= FORGOTTEN_MS;
}

/** Lower counts after a while are no hiccup but another scan; the next reading records that one. */
function readNextScan(input: PollInput, seen: readonly RegistryProgress[]): Reading {
  const { state, observation } = input;
  const next = beginScan(state.scans + 1, seen, observation.at);
  const ended = state.scan === null ? null : endScan(input, state.scan, 'vanished').ended;
  return { state: ongoing(input, next), ended, isTold: false };
}

/**
 * A finished regular scan stays visible for days: seeing it first is no end. A finished on-demand scan is reported
 * once, so seeing one first means that it began and ended between two readings.
 */
function readEndSeenFirst(input: PollInput, seen: readonly RegistryProgress[]): Reading {
  const { state, target, observation } = input;
  if (target.kind === 'regular') return readFinishedBefore(input, seen);
  if (isToldAgain(state, observation.at)) return notEnded(rested(state, observation.at, 0));
  return endScan(input, beginScan(state.scans + 1, seen, observation.at), 'reported');
}

/** An end that is repeated from reading to reading, against the documented rule, is still one end. */
function isToldAgain({ snapshot }: TargetState, at: number): boolean {
  const { endedAt, answeredAt, emptyAnswers } = snapshot;
  return endedAt !== null && emptyAnswers === 0 && Math.abs(at - (answeredAt ?? endedAt)) < SAME_END_MS;
}

function readFinishedBefore({ state, observation }: PollInput, seen: readonly RegistryProgress[]): Reading {
  const { at } = observation;
  const next = rested(state, at, 0);
  if (next.snapshot.endedAt !== null) return notEnded(next);
  const counts = toEndedSnapshot(beginScan(0, seen, at), { at, evidence: 'reported', state: 'not running' });
  const snapshot: Snapshot = { ...counts, startedAt: null, movedAt: null, endedAt: null, evidence: null };
  return notEnded({ ...next, snapshot });
}

/** No scan: what ended last stays visible until the next one begins. */
function rested(state: TargetState, at: number, emptyAnswers: number): TargetState {
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
      answeredAt: at,
      failure: null,
    },
  };
}

/** As of when it was last seen: an empty answer in between neither moves it nor makes it stall. */
function ongoing({ observation, settings }: PollInput, scan: OngoingScan): TargetState {
  const snapshot = toOngoingSnapshot(scan, { now: scan.seenAt, stallAfterMs: settings.stallAfterMs });
  return {
    scan,
    scans: scan.number,
    failures: 0,
    failure: null,
    snapshot: { ...snapshot, answeredAt: observation.at },
  };
}

function endScan(input: PollInput, scan: OngoingScan, evidence: EndEvidence): Reading {
  const { at } = input.observation;
  const finished = scan.registries.map((registry) => ({ ...registry, isOngoing: false }));
  const state =
    evidence === 'reported'
      ? reportedEnd(finished)
      : vanishedEnd(finished, { ...input, isForgotten: isForgotten(input) });
  const snapshot = toEndedSnapshot({ ...scan, registries: finished }, { at, evidence, state });
  return {
    state: { scan: null, scans: scan.number, failures: 0, failure: null, snapshot },
    ended: snapshot,
    isTold: true,
  };
}

function planScan(state: TargetState, ended: Snapshot | null): PlannedScan | null {
  const snapshot = ended ?? (state.scan === null ? null : state.snapshot);
  if (snapshot === null || snapshot.startedAt === null) return null;
  return { number: snapshot.scan, startedAt: snapshot.startedAt, endedAt: snapshot.endedAt, snapshot };
}

function planWatch(watch: Watch, input: PollInput & { toldEnd: Snapshot | null }): PlannedWatch[] {
  const { id } = watch;
  if (input.toldEnd !== null) {
    return [{ kind: 'end', id, content: { snapshot: input.toldEnd, end: 'scan-ended', stoppedBy: null } }];
  }
  const snapshot = watchedSnapshot(input.state);
  if (isExpired(watch, input)) {
    return [{ kind: 'end', id, content: { snapshot, end: 'expired', stoppedBy: null } }];
  }
  const queued = fingerprint(snapshot);
  if (queued === watch.queued) return [];
  return [{ kind: 'update', id, content: { snapshot, end: null, stoppedBy: null }, queued }];
}

/** That the Console is out of reach is told to those who wait as well, whatever ended before they came. */
function watchedSnapshot({ snapshot, failures, failure }: TargetState): Snapshot {
  const watched = toWatchedSnapshot(snapshot);
  const isUnknown = watched.state === 'waiting' && failures >= UNKNOWN_AFTER_FAILURES;
  return isUnknown ? { ...watched, state: 'unknown', failure } : watched;
}

/** A watch lives while its scan is seen; without one, or with the Console out of reach, for WATCH_TTL. */
function isExpired(watch: Watch, { state, observation, settings }: PollInput): boolean {
  const lastSign = Math.max(watch.createdAt, state.scan?.seenAt ?? 0);
  return observation.at - lastSign >= settings.watchTtlMs;
}
