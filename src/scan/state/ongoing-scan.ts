/** A scan that was seen and is not over: how it begins, goes on, and what of it is shown. */

import { mergeRegistries } from './merge-registries.ts';
import { NO_ETA, updateEta, type EtaState, type PastEta, remainingMs } from './eta.ts';
import type {
  EndEvidence,
  Instant,
  RegistryProgress,
  ScanState,
  Snapshot,
  StepProgress,
} from '../snapshot.ts';

export interface OngoingScan {
  /** Counted within the target, from 1. */
  readonly number: number;
  /** When it was first seen, or when the Console says it began; epoch ms. */
  readonly startedAt: number;
  readonly isStartKnown: boolean;
  /** When it began or was first seen, by the Console's clock, epoch ms; null where the Console shows none. */
  readonly consoleStartedAt: number | null;
  /** When its counts last changed, epoch ms. */
  readonly lastProgressAt: number;
  /** When the Console last reported it, epoch ms. */
  readonly lastSeenAt: number;
  readonly restarts: number;
  readonly registries: readonly RegistryProgress[];
  /** Polls in a row with lower counts than those shown. */
  readonly regressions: number;
  readonly eta: EtaState;
  /** False once a poll left no watch: polling stops, and it may end unseen. */
  readonly isFollowed: boolean;
  /** That of the scan before it, whose result is still awaited; null for none. */
  readonly endBefore: UnconfirmedEnd | null;
}

/** The finished element alone was seen, at `at` (epoch ms): the results tell whether it is an old one. */
export interface UnconfirmedEnd {
  readonly registries: readonly RegistryProgress[];
  readonly at: number;
}

export const NO_STEP: StepProgress = { scanned: 0, total: 0, title: '', error: '' };

export function beginScan(
  number: number,
  seen: readonly RegistryProgress[],
  { at, consoleAt }: Instant,
): OngoingScan {
  const { registries } = mergeRegistries({ registries: [], regressions: 0 }, seen);
  return {
    number,
    startedAt: earliestStart(registries, at),
    isStartKnown: isStartKnown(registries),
    consoleStartedAt: consoleAt === null ? null : earliestStart(registries, consoleAt),
    lastProgressAt: at,
    lastSeenAt: at,
    restarts: 0,
    registries,
    regressions: 0,
    eta: NO_ETA,
    isFollowed: true,
    endBefore: null,
  };
}

/**
 * The Console's own start where it tells one that can be true; its clock may be ahead of ours. A registry that has
 * finished beside others may tell of the scan before.
 */
function earliestStart(registries: readonly RegistryProgress[], at: number): number {
  const ongoing = registries.filter(({ isOngoing }) => isOngoing);
  const relevant = ongoing.length > 0 ? ongoing : registries;
  return Math.min(at, ...relevant.flatMap(({ startedAt }) => startedAt ?? []));
}

/** Nothing scanned yet, or the Console tells when it began: then nothing was missed. */
function isStartKnown(registries: readonly RegistryProgress[]): boolean {
  return registries.every(({ images, startedAt }) => images.scanned === 0 || startedAt !== null);
}

/** What was scanned becomes less only where `restarts` becomes more. */
export function continueScan(scan: OngoingScan, seen: readonly RegistryProgress[], at: number): OngoingScan {
  const { registries, isRestart, regressions } = mergeRegistries(scan, seen);
  const hasMoved = isRestart || !isSameProgress(scan.registries, registries);
  return {
    ...scan,
    registries,
    regressions,
    isFollowed: true,
    lastSeenAt: at,
    lastProgressAt: hasMoved ? at : scan.lastProgressAt,
    restarts: scan.restarts + (isRestart ? 1 : 0),
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

/** Updates the estimate from the poll at `at`. `restarts` is the number of restarts before it. */
export function withEta(
  scan: OngoingScan,
  { at, restarts, past }: { at: number; restarts: number; past: readonly PastEta[] },
): OngoingScan {
  const { scanned, total } = sumSteps(scan.registries.map(({ images }) => images));
  const isDiscovered = phaseOf(scan.registries) === 'scanning';
  const isRestart = scan.restarts > restarts;
  const eta = updateEta(scan.eta, { at, scanned, total, isDiscovered, isRestart, past });
  return { ...scan, eta };
}

const MAX_PAST_ETAS = 5;

/** Keeps how long a completed scan took, newest first; one that was not seen from its start does not count. */
export function rememberEta(
  past: readonly PastEta[],
  { state, isStartKnown, startedAt, endedAt, images }: Snapshot,
): readonly PastEta[] {
  if (state !== 'completed' || !isStartKnown || startedAt === null || endedAt === null) return past;
  return [{ images: images.total, durationMs: endedAt - startedAt }, ...past].slice(0, MAX_PAST_ETAS);
}

interface StallInput {
  readonly now: number;
  readonly stallAfterMs: number;
  readonly wasStalled: boolean;
}

/**
 * `now` decides whether it stalls, unless it did before (`wasStalled`) and has not progressed since: the clock may have been
 * set back. `emptyPolls` is how many polls in a row did not show it.
 */
export function toOngoingSnapshot(
  scan: OngoingScan,
  { now, stallAfterMs, wasStalled, emptyPolls }: StallInput & { readonly emptyPolls: number },
): Snapshot {
  const isStalled = wasStalled || now - scan.lastProgressAt >= stallAfterMs;
  return {
    ...countsOf(scan),
    emptyAnswers: emptyPolls,
    state: isStalled ? 'stalled' : phaseOf(scan.registries),
    endedAt: null,
    evidence: null,
    answeredAt: now,
    remainingMs: isStalled ? null : remainingMs(scan.eta),
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
    answeredAt: end.at,
  };
}

/** A single step keeps its title; a sum has none, and the first error of all. */
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

/** What its snapshot repeats of it. */
export function countsOf(scan: OngoingScan) {
  return {
    discovery: sumSteps(scan.registries.map((registry) => registry.discovery)),
    images: sumSteps(scan.registries.map((registry) => registry.images)),
    registries: scan.registries,
    scan: scan.number,
    startedAt: scan.startedAt,
    isStartKnown: scan.isStartKnown,
    movedAt: scan.lastProgressAt,
    restarts: scan.restarts,
    emptyAnswers: 0,
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
