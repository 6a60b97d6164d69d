/** The state of a target as JSON, in the shape and under the names that earlier versions wrote. */

import type { Findings } from '../findings.ts';
import { NO_ETA, type EtaState, type PastEta } from './eta.ts';
import type { OngoingScan } from './ongoing-scan.ts';
import type { Failure, RegistryProgress, Snapshot } from '../snapshot.ts';
import {
  type Baseline,
  emptyPollsOf,
  NEW_TARGET,
  type Phase,
  phaseWithoutScan,
  scanOf,
  type TargetState,
  toPhase,
} from './target-state.ts';

interface StoredScan {
  readonly number: number;
  readonly startedAt: number;
  readonly isStartKnown: boolean;
  /** Earlier versions kept none. */
  readonly consoleStartedAt?: number;
  readonly movedAt: number;
  readonly seenAt: number;
  readonly restarts: number;
  readonly registries: readonly RegistryProgress[];
  readonly fallen: number;
  readonly missing: number;
  /** The first versions kept none. */
  readonly pace?: EtaState;
  readonly isFollowed: boolean;
}

interface StoredState {
  readonly scan: StoredScan | null;
  readonly scans: number;
  readonly failures: number;
  readonly failure: Failure | null;
  readonly snapshot: Snapshot;
  readonly following: {
    readonly watch: string;
    readonly since: number | null;
    readonly baseline: number | null;
    readonly findings?: Findings | null;
  } | null;
  readonly lookedAt: number | null;
  readonly areResultsHidden: boolean;
  readonly unclear: { readonly registries: readonly RegistryProgress[]; readonly at: number } | null;
  readonly past: readonly PastEta[];
  readonly lastEndAt: number | null;
}

export function stringifyTargetState(state: TargetState): string {
  const { phase, baseline } = state;
  const scan = scanOf(state);
  const stored: StoredState = {
    scan: scan === null ? null : toStoredScan(scan, emptyPollsOf(state)),
    scans: state.scanCount,
    failures: state.failures,
    failure: state.failure,
    snapshot: state.snapshot,
    following: baseline === null ? null : toStoredBaseline(baseline),
    lookedAt: state.resultsCheckedAt,
    areResultsHidden: state.areResultsHidden,
    unclear: phase.kind === 'ended-unconfirmed' ? { registries: phase.registries, at: phase.at } : null,
    past: state.pastEtas,
    lastEndAt: state.lastEndAt,
  };
  return JSON.stringify(stored);
}

/** Of what stringifyTargetState wrote; an earlier version of it wrote fewer fields. */
export function parseTargetState(json: string): TargetState {
  const stored = JSON.parse(json) as Partial<StoredState>;
  const snapshot = stored.snapshot ?? NEW_TARGET.snapshot;
  const { following = null } = stored;
  return {
    phase: toPhaseOf(stored, snapshot),
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

function toPhaseOf({ scan = null, unclear = null }: Partial<StoredState>, snapshot: Snapshot): Phase {
  if (scan !== null) return toPhase(toScan(scan), scan.missing);
  return unclear === null ? phaseWithoutScan(snapshot) : { kind: 'ended-unconfirmed', ...unclear };
}

function toStoredScan(
  { lastProgressAt, lastSeenAt, regressions, eta, consoleStartedAt, ...scan }: OngoingScan,
  missing: number,
): StoredScan {
  const stored = {
    ...scan,
    movedAt: lastProgressAt,
    seenAt: lastSeenAt,
    fallen: regressions,
    missing,
    pace: eta,
  };
  return consoleStartedAt === null ? stored : { ...stored, consoleStartedAt };
}

function toScan({ movedAt, seenAt, fallen, pace, number, ...scan }: StoredScan): OngoingScan {
  const { startedAt, isStartKnown, restarts, registries, isFollowed } = scan;
  const consoleStartedAt = scan.consoleStartedAt ?? null;
  const times = { startedAt, isStartKnown, consoleStartedAt, lastProgressAt: movedAt, lastSeenAt: seenAt };
  return { number, ...times, restarts, registries, regressions: fallen, eta: pace ?? NO_ETA, isFollowed };
}

function toStoredBaseline({ watchId, since, resultAt, findings }: Baseline): StoredState['following'] {
  return { watch: watchId, since, baseline: resultAt, findings };
}

function toBaseline(following: NonNullable<StoredState['following']>): Baseline {
  const { watch, since, baseline, findings = null } = following;
  return { watchId: watch, since, resultAt: baseline, findings };
}
