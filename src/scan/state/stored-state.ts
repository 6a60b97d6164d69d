/** The state of a target as JSON, in the shape and under the names that earlier versions wrote. */

import type { Findings } from '../results/findings.ts';
import { NO_ETA, type EtaState, type PastEta } from './eta.ts';
import { countsOf, type OngoingScan, type UnconfirmedEnd } from './ongoing-scan.ts';
import type { Failure, Snapshot } from '../snapshot.ts';
import {
  type StoredRegistry,
  type StoredSnapshot,
  toRegistry,
  toSnapshot,
  toStoredRegistry,
  toStoredSnapshot,
  withoutDefaults,
} from './stored-snapshot.ts';
import {
  type Baseline,
  emptyPollsOf,
  type Phase,
  phaseWithoutScan,
  scanOf,
  type TargetState,
  toPhase,
} from './target-state.ts';

interface StoredOngoingScan extends Partial<typeof USUAL> {
  readonly number: number;
  readonly startedAt: number;
  /** Earlier versions kept none. */
  readonly consoleStartedAt?: number;
  readonly movedAt: number;
  readonly seenAt: number;
  readonly registries: readonly StoredRegistry[];
  /** `endBefore`. */
  readonly unclear?: StoredEnd;
  /** The first versions kept none, and none where it is NO_ETA. */
  readonly pace?: Partial<EtaState> | undefined;
}

interface StoredEnd {
  readonly registries: readonly StoredRegistry[];
  readonly at: number;
}

/** Of a scan; left out. */
const USUAL = { isStartKnown: true, restarts: 0, fallen: 0, missing: 0, isFollowed: true };

interface StoredState {
  readonly scan: StoredOngoingScan | null;
  /** `scanCount`. */
  readonly scans: number;
  readonly failures: number;
  readonly failure: Failure | null;
  readonly snapshot: StoredSnapshot;
  /** The baseline. */
  readonly following: {
    readonly watch: string;
    readonly since: number | null;
    readonly baseline: number | null;
    readonly findings?: Findings | null;
  } | null;
  /** `resultsCheckedAt`. */
  readonly lookedAt: number | null;
  readonly areResultsHidden: boolean;
  /** Of the phase `ended-unconfirmed`. */
  readonly unclear: StoredEnd | null;
  readonly past: readonly PastEta[];
  readonly lastEndAt: number | null;
}

export function stringifyTargetState(state: TargetState): string {
  const { phase, baseline } = state;
  const scan = scanOf(state);
  const isUnclear = phase.kind === 'ended-unconfirmed';
  const stored: Partial<StoredState> = {
    ...(scan !== null && { scan: toStoredScan(scan, emptyPollsOf(state)) }),
    ...(state.scanCount > 0 && { scans: state.scanCount }),
    ...(state.failures > 0 && { failures: state.failures }),
    ...(state.failure !== null && { failure: state.failure }),
    snapshot: toStoredSnapshot(state.snapshot, scan === null ? undefined : countsOf(scan)),
    ...(baseline !== null && { following: toStoredBaseline(baseline) }),
    ...(state.resultsCheckedAt !== null && { lookedAt: state.resultsCheckedAt }),
    ...(state.areResultsHidden && { areResultsHidden: true }),
    ...(isUnclear && { unclear: toStoredEnd(phase) }),
    ...(state.pastEtas.length > 0 && { past: state.pastEtas }),
    ...(state.lastEndAt !== null && { lastEndAt: state.lastEndAt }),
  };
  return JSON.stringify(stored);
}

/** Of what stringifyTargetState wrote. It leaves out what a new target has; earlier versions wrote that, or fewer fields. */
export function parseTargetState(json: string): TargetState {
  const stored = JSON.parse(json) as Partial<StoredState>;
  const { following = null } = stored;
  const scan = stored.scan ? toScan(stored.scan) : null;
  const snapshot = toSnapshot(stored.snapshot ?? {}, scan === null ? undefined : countsOf(scan));
  return {
    phase: scan === null ? phaseOf(stored, snapshot) : toPhase(scan, stored.scan?.missing ?? 0),
    scanCount: stored.scans ?? 0,
    failures: stored.failures ?? 0,
    failure: stored.failure ?? null,
    snapshot,
    baseline: following === null ? null : toBaseline(following),
    resultsCheckedAt: stored.lookedAt ?? null,
    areResultsHidden: stored.areResultsHidden ?? false,
    pastEtas: stored.past ?? [],
    lastEndAt: stored.lastEndAt ?? null,
  };
}

function phaseOf({ unclear = null }: Partial<StoredState>, snapshot: Snapshot): Phase {
  if (unclear === null) return phaseWithoutScan(snapshot);
  return { kind: 'ended-unconfirmed', ...toUnconfirmedEnd(unclear) };
}

function toStoredEnd({ registries, at }: UnconfirmedEnd): StoredEnd {
  return { registries: registries.map(toStoredRegistry), at };
}

function toUnconfirmedEnd({ registries, at }: StoredEnd): UnconfirmedEnd {
  return { registries: registries.map(toRegistry), at };
}

function toStoredScan(
  { lastProgressAt, lastSeenAt, regressions, eta, consoleStartedAt, endBefore, ...scan }: OngoingScan,
  missing: number,
): StoredOngoingScan {
  const { number, startedAt, isStartKnown, restarts, isFollowed } = scan;
  return {
    number,
    startedAt,
    ...(consoleStartedAt !== null && { consoleStartedAt }),
    ...(endBefore !== null && { unclear: toStoredEnd(endBefore) }),
    ...withoutDefaults({ isStartKnown, restarts, fallen: regressions, missing, isFollowed }, USUAL),
    registries: scan.registries.map(toStoredRegistry),
    movedAt: lastProgressAt,
    seenAt: lastSeenAt,
    pace: withoutDefaults(eta, NO_ETA),
  };
}

function toScan(stored: StoredOngoingScan): OngoingScan {
  const { number, startedAt, consoleStartedAt = null, movedAt, seenAt, pace, unclear } = stored;
  const { isStartKnown, restarts, fallen, isFollowed } = { ...USUAL, ...stored };
  const registries = stored.registries.map(toRegistry);
  const times = { startedAt, isStartKnown, consoleStartedAt, lastProgressAt: movedAt, lastSeenAt: seenAt };
  const eta = { ...NO_ETA, ...pace };
  const endBefore = unclear === undefined ? null : toUnconfirmedEnd(unclear);
  return { number, ...times, restarts, registries, regressions: fallen, eta, isFollowed, endBefore };
}

function toStoredBaseline({ watchId, since, resultAt, findings }: Baseline): StoredState['following'] {
  return { watch: watchId, since, baseline: resultAt, findings };
}

function toBaseline(following: NonNullable<StoredState['following']>): Baseline {
  const { watch, since, baseline, findings = null } = following;
  return { watchId: watch, since, resultAt: baseline, findings };
}
