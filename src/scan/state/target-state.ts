/** Everything that is remembered of a target between two polls; never changed in place. `stored-state` has its JSON. */

import type { Findings } from '../results/findings.ts';
import type { PastEta } from './eta.ts';
import { NO_STEP, type OngoingScan, type UnconfirmedEnd } from './ongoing-scan.ts';
import type { Failure, Scope, Snapshot } from '../snapshot.ts';

/** What is known of the target's scan. */
export type Phase =
  /** No scan was seen, or none since the last end was forgotten. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'ongoing'; readonly scan: OngoingScan }
  /** It was seen and is not reported any more: over, or a hiccup of a Console that fails over. */
  | { readonly kind: 'missing'; readonly scan: OngoingScan; readonly emptyPolls: number }
  /** Its finished element alone was seen. */
  | ({ readonly kind: 'ended-unconfirmed' } & UnconfirmedEnd)
  /** The snapshot is that of the end. */
  | { readonly kind: 'ended' };

export interface TargetState {
  readonly phase: Phase;
  /** How many scans of this target were seen. */
  readonly scanCount: number;
  /** Failed polls in a row, and why the last one failed. */
  readonly failures: number;
  readonly failure: Failure | null;
  readonly snapshot: Snapshot;
  /** null without a watch. */
  readonly baseline: Baseline | null;
  /** When the results were last checked, epoch ms; null where a check is due now. */
  readonly resultsCheckedAt: number | null;
  /** The role may not see results, or this Console has none: progress alone decides. */
  readonly areResultsHidden: boolean;
  /** How fast the last scans were, newest first. */
  readonly pastEtas: readonly PastEta[];
  /** Results up to here are not new, by the Console's clock, epoch ms: the latest end that was seen. */
  readonly lastEndAt: number | null;
}

/** From when on watchers are notified of an end. */
export interface Baseline {
  /** A watch that was active when it began. */
  readonly watchId: string;
  /** When it was made, by the Console's clock, epoch ms; null where the Console shows none. */
  readonly since: number | null;
  /** The latest result before, by the Console's clock, epoch ms; 0 for none, null before the first results check. */
  readonly resultAt: number | null;
  /** The findings of that result; null where they are not known. */
  readonly findings: Findings | null;
}

/** Stored JSON leaves out what equals these values: changing one changes the meaning of old rows. */
export const NOTHING_SEEN: Snapshot = {
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
  phase: { kind: 'idle' },
  scanCount: 0,
  failures: 0,
  failure: null,
  snapshot: NOTHING_SEEN,
  baseline: null,
  resultsCheckedAt: null,
  areResultsHidden: false,
  pastEtas: [],
  lastEndAt: null,
};

/** The scan that was seen and is not over. */
export function scanOf({ phase }: TargetState): OngoingScan | null {
  return phase.kind === 'ongoing' || phase.kind === 'missing' ? phase.scan : null;
}

/** The end whose result is awaited; the next scan may have begun since. */
export function unconfirmedEndOf(state: TargetState): UnconfirmedEnd | null {
  return state.phase.kind === 'ended-unconfirmed' ? state.phase : (scanOf(state)?.endBefore ?? null);
}

/** Polls in a row that did not show the scan. */
export function emptyPollsOf({ phase }: TargetState): number {
  return phase.kind === 'missing' ? phase.emptyPolls : 0;
}

export function toPhase(scan: OngoingScan, emptyPolls: number): Phase {
  return emptyPolls > 0 ? { kind: 'missing', scan, emptyPolls } : { kind: 'ongoing', scan };
}

/** Without a scan: the last one has ended, or none was seen. */
export function phaseWithoutScan({ endedAt }: Snapshot): Phase {
  return { kind: endedAt === null ? 'idle' : 'ended' };
}

/** Polling stops: what is found after a while is another scan, and older ends and results are not new to anybody. */
export function clearBaseline(state: TargetState): TargetState {
  const scan = scanOf(state);
  const phase =
    scan === null
      ? phaseWithoutScan(state.snapshot)
      : toPhase({ ...scan, isFollowed: false, endBefore: null }, emptyPollsOf(state));
  return { ...state, phase, baseline: null, resultsCheckedAt: null };
}

/** Leaves the scope out where it is unknown. */
export function scoped(snapshot: Snapshot, scope: Scope): Snapshot {
  const known: { scope?: Scope } & Snapshot = { ...snapshot };
  delete known.scope;
  return scope === 'unknown' ? known : { ...known, scope };
}

/** Empty responses from before the oldest watch do not count for it. */
export function resetEmptyResponses(state: TargetState): TargetState {
  return { ...state, snapshot: { ...state.snapshot, emptyAnswers: 0 } };
}

/** What a new watch shows before its own scan is seen: a scan that ended before is not its scan. */
export function toWatchedSnapshot(snapshot: Snapshot): Snapshot {
  const isOver = snapshot.scan === 0 || snapshot.endedAt !== null || snapshot.state === 'not running';
  if (!isOver) return snapshot;
  const { answeredAt, emptyAnswers, emptySince = null, scope, failure } = snapshot;
  const state = snapshot.state === 'unknown' ? 'unknown' : 'waiting';
  const known = scope === undefined ? {} : { scope };
  return { ...NOTHING_SEEN, ...known, state, answeredAt, emptyAnswers, emptySince, failure };
}
