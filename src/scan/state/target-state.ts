/** The state of a target between two polls. Stored as JSON, never changed in place. */

import type { Findings } from '../findings.ts';
import { mergeRegistries } from './merge-registries.ts';
import { NO_ETA, updateEta, type EtaState, type PastEta, remainingMs } from './eta.ts';
import type {
  EndEvidence,
  Failure,
  RegistryProgress,
  ScanState,
  Scope,
  Snapshot,
  StepProgress,
} from '../snapshot.ts';

/** A scan that was seen and has not ended. */
export interface OngoingScan {
  /** Number within the target, from 1. */
  readonly number: number;
  /** When it was first seen, or its start according to the Console; epoch ms. */
  readonly startedAt: number;
  readonly isStartKnown: boolean;
  /** Time of its last progress, epoch ms. */
  readonly movedAt: number;
  /** When the Console last reported it, epoch ms. */
  readonly seenAt: number;
  readonly restarts: number;
  readonly registries: readonly RegistryProgress[];
  /** Consecutive polls with lower counts than shown. */
  readonly fallen: number;
  /** Consecutive empty responses since it was last seen. */
  readonly missing: number;
  /** State of the estimator; missing in states of an earlier version. */
  readonly pace?: EtaState;
  /** False once a poll found no watches: then it is not polled, and may end unseen. */
  readonly isFollowed: boolean;
}

export interface TargetState {
  readonly scan: OngoingScan | null;
  /** Number of scans of this target. */
  readonly scans: number;
  /** Consecutive failed polls, and why the last one failed. */
  readonly failures: number;
  readonly failure: Failure | null;
  readonly snapshot: Snapshot;
  /** null for an unwatched target. */
  readonly following: Baseline | null;
  /** Time of the last results check, epoch ms; null where one is due now. */
  readonly lookedAt: number | null;
  /** The role may not read results, or this Console has none: only progress counts. */
  readonly areResultsHidden: boolean;
  /** The finished element of a scan whose start was not seen: the results must show whether it is old. */
  readonly unclear: UnconfirmedEnd | null;
  /** Rates of the last scans, newest first; missing in states of an earlier version. */
  readonly past?: readonly PastEta[];
  /** Console time of the latest known end, epoch ms: no result up to it is new. */
  readonly lastEndAt: number | null;
}

/** From when on watches wait for an end. */
export interface Baseline {
  /** A watch that was active when it was taken. */
  readonly watch: string;
  /** Console time at which it was taken, epoch ms; null where the Console shows no clock. */
  readonly since: number | null;
  /** Console time of the latest earlier result, epoch ms; 0 for none, null before the first results check. */
  readonly baseline: number | null;
  /** Findings of that result; null if unknown, missing in states of an earlier version. */
  readonly findings?: Findings | null;
}

export interface UnconfirmedEnd {
  readonly registries: readonly RegistryProgress[];
  /** Time of the poll, epoch ms. */
  readonly at: number;
}

export const NO_STEP: StepProgress = { scanned: 0, total: 0, title: '', error: '' };

const NOTHING_SEEN: Snapshot = {
  state: 'not running',
  discovery: NO_STEP,
  images: NO_STEP,
  registries: [],
  scan: 0,
  startedAt: null,
  isStartKnown: false,
  movedAt: null,
  endedAt: null,
  evidence: null,
  restarts: 0,
  emptyAnswers: 0,
  answeredAt: null,
  failure: null,
};

export const NEW_TARGET: TargetState = {
  scan: null,
  scans: 0,
  failures: 0,
  failure: null,
  snapshot: NOTHING_SEEN,
  following: null,
  lookedAt: null,
  areResultsHidden: false,
  unclear: null,
  lastEndAt: null,
};

/** The target is no longer polled: a scan found later is another one, and older results are not new. */
export function clearBaseline(state: TargetState): TargetState {
  const scan = state.scan === null ? null : { ...state.scan, isFollowed: false };
  return { ...state, scan, following: null, lookedAt: null, unclear: null };
}

/** Left out if unknown. */
export function scoped(snapshot: Snapshot, scope: Scope): Snapshot {
  const known: { scope?: Scope } & Snapshot = { ...snapshot };
  delete known.scope;
  return scope === 'unknown' ? known : { ...known, scope };
}

/** Empty responses from before the current watches say nothing of their scan. */
export function resetEmptyResponses(state: TargetState): TargetState {
  return { ...state, snapshot: { ...state.snapshot, emptyAnswers: 0 } };
}

export function beginScan(number: number, seen: readonly RegistryProgress[], at: number): OngoingScan {
  const { registries } = mergeRegistries({ registries: [], fallen: 0 }, seen);
  return {
    number,
    startedAt: earliestStart(registries, at),
    isStartKnown: isStartKnown(registries),
    movedAt: at,
    seenAt: at,
    restarts: 0,
    registries,
    fallen: 0,
    missing: 0,
    isFollowed: true,
  };
}

/**
 * The Console's start time where plausible: its clock may be ahead, and a finished registry beside others may belong to
 * the previous scan.
 */
function earliestStart(registries: readonly RegistryProgress[], at: number): number {
  const ongoing = registries.filter(({ isOngoing }) => isOngoing);
  const telling = ongoing.length > 0 ? ongoing : registries;
  return Math.min(at, ...telling.flatMap(({ startedAt }) => startedAt ?? []));
}

/** Nothing scanned yet, or the Console reports the start: then nothing was missed. */
function isStartKnown(registries: readonly RegistryProgress[]): boolean {
  return registries.every(({ images, startedAt }) => images.scanned === 0 || startedAt !== null);
}

export function continueScan(scan: OngoingScan, seen: readonly RegistryProgress[], at: number): OngoingScan {
  const { registries, isStartedOver, fallen } = mergeRegistries(scan, seen);
  const hasMoved = isStartedOver || !isSameProgress(scan.registries, registries);
  return {
    ...scan,
    registries,
    fallen,
    missing: 0,
    isFollowed: true,
    seenAt: at,
    movedAt: hasMoved ? at : scan.movedAt,
    restarts: scan.restarts + (isStartedOver ? 1 : 0),
  };
}

function isSameProgress(before: readonly RegistryProgress[], now: readonly RegistryProgress[]): boolean {
  const counts = (registries: readonly RegistryProgress[]) =>
    registries.map(({ discovery, images, isOngoing }) => [
      discovery.scanned,
      discovery.total,
      images.scanned,
      images.total,
      isOngoing,
    ]);
  return JSON.stringify(counts(before)) === JSON.stringify(counts(now));
}

/** Updates the estimate with the poll at `at`. `restarts`: number of restarts before it. */
export function withEta(
  scan: OngoingScan,
  { at, restarts, past }: { at: number; restarts: number; past: readonly PastEta[] },
): OngoingScan {
  const { scanned, total } = sumSteps(scan.registries.map(({ images }) => images));
  const isDiscovered = phaseOf(scan.registries) === 'scanning';
  const isStartedOver = scan.restarts > restarts;
  const pace = updateEta(scan.pace ?? NO_ETA, { at, scanned, total, isDiscovered, isStartedOver, past });
  return { ...scan, pace };
}

const PAST_KEPT = 5;

/** Keeps the rate of a completed scan for later estimates, if it was seen from its start. */
export function rememberEta(
  past: readonly PastEta[],
  { state, isStartKnown, startedAt, endedAt, images }: Snapshot,
): readonly PastEta[] {
  if (state !== 'completed' || !isStartKnown || startedAt === null || endedAt === null) return past;
  return [{ images: images.total, durationMs: endedAt - startedAt }, ...past].slice(0, PAST_KEPT);
}

/** The snapshot of an ongoing scan; `now` decides whether it is stalled. */
export function toOngoingSnapshot(
  scan: OngoingScan,
  { now, stallAfterMs }: { now: number; stallAfterMs: number },
): Snapshot {
  const isStalled = now - scan.movedAt >= stallAfterMs;
  return {
    ...countsOf(scan),
    state: isStalled ? 'stalled' : phaseOf(scan.registries),
    endedAt: null,
    evidence: null,
    answeredAt: now,
    remainingMs: isStalled ? null : remainingMs(scan.pace ?? NO_ETA),
  };
}

/** The last snapshot of a scan. */
export function toEndedSnapshot(
  scan: OngoingScan,
  end: { at: number; evidence: EndEvidence; state: ScanState },
): Snapshot {
  return {
    ...countsOf(scan),
    state: end.state,
    // Our clock may have moved back since the scan started.
    endedAt: Math.max(end.at, scan.startedAt),
    evidence: end.evidence,
    emptyAnswers: 0,
    answeredAt: end.at,
  };
}

/** What a new watch shows before its own scan is seen, whatever ended before. */
export function toWatchedSnapshot(snapshot: Snapshot): Snapshot {
  const isOver = snapshot.scan === 0 || snapshot.endedAt !== null || snapshot.state === 'not running';
  if (!isOver) return snapshot;
  const { answeredAt, emptyAnswers, emptySince = null, scope, failure } = snapshot;
  const state = snapshot.state === 'unknown' ? 'unknown' : 'waiting';
  const known = scope === undefined ? {} : { scope };
  return { ...NOTHING_SEEN, ...known, state, answeredAt, emptyAnswers, emptySince, failure };
}

export function sumSteps(steps: readonly StepProgress[]): StepProgress {
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return only;
  return {
    scanned: steps.reduce((sum, step) => sum + step.scanned, 0),
    total: steps.reduce((sum, step) => sum + step.total, 0),
    title: '',
    error: steps.find((step) => step.error !== '')?.error ?? '',
  };
}

function countsOf(scan: OngoingScan) {
  return {
    discovery: sumSteps(scan.registries.map((registry) => registry.discovery)),
    images: sumSteps(scan.registries.map((registry) => registry.images)),
    registries: scan.registries,
    scan: scan.number,
    startedAt: scan.startedAt,
    isStartKnown: scan.isStartKnown,
    movedAt: scan.movedAt,
    restarts: scan.restarts,
    emptyAnswers: scan.missing,
    failure: null,
  };
}

/** Images are counted during discovery already, so the state is `scanning` only once discovery has finished. */
function phaseOf(registries: readonly RegistryProgress[]): ScanState {
  const discovery = sumSteps(registries.map((registry) => registry.discovery));
  const images = sumSteps(registries.map((registry) => registry.images));
  const isDiscovered = discovery.total > 0 ? discovery.scanned >= discovery.total : images.total > 0;
  return isDiscovered ? 'scanning' : 'discovering';
}
