/** Applies the end of a scan to a target's state, whether progress or a result shows it. */

import { reportedEnd, disappearedEnd } from './end.ts';
import { endSeenAt } from './baseline.ts';
import type { EndEvidence, Instant, ScanState, Snapshot } from '../snapshot.ts';
import type { Target } from '../target.ts';
import { type OngoingScan, rememberEta, toEndedSnapshot } from './ongoing-scan.ts';
import { phaseWithoutScan, type TargetState } from './target-state.ts';
import type { Watch } from '../watch.ts';

export interface TransitionInput {
  readonly target: Target;
  readonly state: TargetState;
  readonly watches: readonly Watch[];
  readonly settings: { readonly stallAfterMs: number };
  /** A person requested a stop in Slack, so an end short of its totals means `stopped`. */
  readonly isStopRequested?: boolean;
}

/** The outcome of an observation. */
export interface Transition {
  readonly state: TargetState;
  /** The last snapshot of the scan that this observation ended. */
  readonly ended: Snapshot | null;
  /** False where the watches were made after that scan: they go on waiting for theirs. */
  readonly shouldNotify: boolean;
  /** Later watches are about the next scan, which has begun, epoch ms; left out where all are about this one. */
  readonly watchedUntil?: number;
}

interface End {
  readonly evidence: EndEvidence;
  /** Where the counts do not show it. */
  readonly state?: ScanState;
  /** Time of the end by our clock, where it is known better than "by now". */
  readonly at?: number;
  /** Console time of the result that shows it. */
  readonly scannedAt?: number | undefined;
}

type EndInput = TransitionInput & { readonly observation: Instant };

/** Ends the scan and notifies the watchers, unless the caller knows better. */
export function endScan(input: EndInput, scan: OngoingScan, end: End): Transition {
  const { evidence } = end;
  const { at, consoleAt } = input.observation;
  const finished = scan.registries.map((registry) => ({ ...registry, isOngoing: false }));
  const state = end.state ?? stateAtEnd(input, { ...scan, registries: finished }, evidence);
  const snapshot = toEndedSnapshot({ ...scan, registries: finished }, { at: end.at ?? at, evidence, state });
  return {
    state: {
      ...input.state,
      phase: phaseWithoutScan(snapshot),
      scanCount: scan.number,
      failures: 0,
      failure: null,
      baseline: afterEnd(input.state),
      pastEtas: rememberEta(input.state.pastEtas, snapshot),
      // The result's own date, where known, needs no margin, which could hide the next result.
      lastEndAt: end.scannedAt ?? endSeenAt(consoleAt) ?? input.state.lastEndAt,
      snapshot: { ...snapshot, answeredAt: at },
    },
    ended: snapshot,
    shouldNotify: true,
  };
}

/** The known result belongs to an earlier scan: the next scan is compared with a later check, or with this end. */
function afterEnd({ baseline }: TargetState): TargetState['baseline'] {
  return baseline === null ? null : { ...baseline, findings: null };
}

function stateAtEnd(input: EndInput, scan: OngoingScan, evidence: EndEvidence): ScanState {
  const { target, state, observation, watches, isStopRequested = false } = input;
  if (evidence === 'reported') return reportedEnd(scan.registries, { isStopRequested });
  const isAbandonedNow = isAbandonedAt(scan, { watches, at: observation.at });
  const isResultMissing = watches.length > 0 && !state.areResultsHidden && !isAbandonedNow;
  return disappearedEnd(scan.registries, {
    target,
    isAbandoned: isAbandonedNow,
    isResultMissing,
  });
}

/** A watch made this long after the last sighting of a scan is not about that scan. */
const ABANDONED_MS = 60_000;

/** The observation may come much later than the watches were made: their time counts. */
export function isAbandonedAt(
  { isFollowed, lastSeenAt }: OngoingScan,
  { watches, at }: { readonly watches: readonly Watch[]; readonly at: number },
): boolean {
  const createdAt = Math.min(at, ...watches.map((watch) => watch.createdAt));
  return !isFollowed && createdAt - lastSeenAt >= ABANDONED_MS;
}
