/** Everything that is remembered of a target between two polls. Stored as JSON, never changed in place. */

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
  /** Counted within the target, from 1. */
  readonly number: number;
  /** When it was first seen, or when the Console says it began; epoch ms. */
  readonly startedAt: number;
  readonly isStartKnown: boolean;
  /** When its counts last changed, epoch ms. */
  readonly movedAt: number;
  /** When the Console last reported it, epoch ms. */
  readonly seenAt: number;
  readonly restarts: number;
  readonly registries: readonly RegistryProgress[];
  /** Polls in a row with lower counts than those shown. */
  readonly fallen: number;
  /** Empty answers in a row since it was last seen. */
  readonly missing: number;
  /** How fast it goes; an earlier version kept none. */
  readonly pace?: EtaState;
  /** False once a poll left nobody who watches: then nobody reads on, and it may be over unseen. */
  readonly isFollowed: boolean;
}

export interface TargetState {
  readonly scan: OngoingScan | null;
  /** How many scans of this target were seen. */
  readonly scans: number;
  /** Failed readings in a row, and why the last one failed. */
  readonly failures: number;
  readonly failure: Failure | null;
  readonly snapshot: Snapshot;
  /** null where nobody watches. */
  readonly following: Baseline | null;
  /** When the results were last looked at, epoch ms; null where that is to be done at once. */
  readonly lookedAt: number | null;
  /** The role may not see results, or this Console has none: then the progress alone must do. */
  readonly areResultsHidden: boolean;
  /** The finished element of a scan that nobody saw begin: the results are to tell whether it is an old one. */
  readonly unclear: UnconfirmedEnd | null;
  /** How fast the last scans went, the newest first; an earlier version kept none. */
  readonly past?: readonly PastEta[];
  /** No result up to here is news, by the Console's clock, epoch ms: the latest end that was seen. */
  readonly lastEndAt: number | null;
}

/** From when on an end is owed to those who watch. */
export interface Baseline {
  /** A watch that was active when it began. */
  readonly watch: string;
  /** When it was made, by the Console's clock, epoch ms; null where the Console shows none. */
  readonly since: number | null;
  /** The latest result before, by the Console's clock, epoch ms; 0 for none, null before the results were looked at. */
  readonly baseline: number | null;
  /** What that result found; null where it is not known. An earlier version kept none. */
  readonly findings?: Findings | null;
}

export interface UnconfirmedEnd {
  readonly registries: readonly RegistryProgress[];
  /** When it was read, epoch ms. */
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

/** Nobody reads on: what is found after a while is another scan, and older ends and results are no news to anybody. */
export function clearBaseline(state: TargetState): TargetState {
  const scan = state.scan === null ? null : { ...state.scan, isFollowed: false };
  return { ...state, scan, following: null, lookedAt: null, unclear: null };
}

/** Left out where unknown. */
export function scoped(snapshot: Snapshot, scope: Scope): Snapshot {
  const known: { scope?: Scope } & Snapshot = { ...snapshot };
  delete known.scope;
  return scope === 'unknown' ? known : { ...known, scope };
}

/** What was answered before anybody who watches now had asked says nothing of their scan. */
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
 * The Console's own start where it tells one that can be true; its clock may be ahead of ours. A registry that has
 * finished beside others may tell of the scan before.
 */
function earliestStart(registries: readonly RegistryProgress[], at: number): number {
  const ongoing = registries.filter(({ isOngoing }) => isOngoing);
  const telling = ongoing.length > 0 ? ongoing : registries;
  return Math.min(at, ...telling.flatMap(({ startedAt }) => startedAt ?? []));
}

/** Nothing scanned yet, or the Console tells when it began: then nothing was missed. */
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

/** With what the poll at `at` tells of its pace. `restarts` is the number of restarts before it. */
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

/** What a scan that completed tells about the next ones; one that was not seen from its start tells nothing. */
export function rememberEta(
  past: readonly PastEta[],
  { state, isStartKnown, startedAt, endedAt, images }: Snapshot,
): readonly PastEta[] {
  if (state !== 'completed' || !isStartKnown || startedAt === null || endedAt === null) return past;
  return [{ images: images.total, durationMs: endedAt - startedAt }, ...past].slice(0, PAST_KEPT);
}

/** The snapshot of an ongoing scan; `now` decides whether it stalls. */
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
    // Our clock may have been set back since the scan began.
    endedAt: Math.max(end.at, scan.startedAt),
    evidence: end.evidence,
    emptyAnswers: 0,
    answeredAt: end.at,
  };
}

/** What a new watch shows before its own scan is seen: whatever ended before is not its scan. */
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

/** Images are counted while tags are still being discovered, so only a finished discovery counts as scanning. */
function phaseOf(registries: readonly RegistryProgress[]): ScanState {
  const discovery = sumSteps(registries.map((registry) => registry.discovery));
  const images = sumSteps(registries.map((registry) => registry.images));
  const isDiscovered = discovery.total > 0 ? discovery.scanned >= discovery.total : images.total > 0;
  return isDiscovered ? 'scanning' : 'discovering';
}
