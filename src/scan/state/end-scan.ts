/** What the end of a scan makes of a target's state, whoever told of it: a poll of progress, or a result. */

import { reportedEnd, disappearedEnd } from './end.ts';
import { endSeenAt } from './baseline.ts';
import type { EndEvidence, ScanState, Snapshot } from '../snapshot.ts';
import type { Target } from '../target.ts';
import { type OngoingScan, rememberEta, type TargetState, toEndedSnapshot } from './target-state.ts';
import type { Watch } from '../watch.ts';

export interface ReadInput {
  readonly target: Target;
  readonly state: TargetState;
  readonly watches: readonly Watch[];
  readonly settings: { readonly stallAfterMs: number };
  readonly isStopAsked?: boolean;
}

/** What a poll comes to. */
export interface Transition {
  readonly state: TargetState;
  /** The last snapshot of the scan that ended with this poll. */
  readonly ended: Snapshot | null;
  /** False where the watches were made after that scan: they go on waiting for theirs. */
  readonly shouldNotify: boolean;
}

interface End {
  readonly evidence: EndEvidence;
  /** Where the counts alone do not tell. */
  readonly state?: ScanState;
  /** When it ended, by our clock, where that is known better than "by now". */
  readonly at?: number;
  /** The result that tells of it, by the Console's clock. */
  readonly scannedAt?: number;
}

/** Our clock and the Console's at one instant, epoch ms. */
export interface Instant {
  readonly at: number;
  readonly consoleAt: number | null;
}

type EndInput = ReadInput & { readonly observation: Instant };

/** The scan is over: those who watch are told, unless the caller knows better. */
export function endScan(input: EndInput, scan: OngoingScan, end: End): Transition {
  const { evidence } = end;
  const { at, consoleAt } = input.observation;
  const finished = scan.registries.map((registry) => ({ ...registry, isOngoing: false }));
  const state = end.state ?? stateAtEnd(input, { ...scan, registries: finished }, evidence);
  const snapshot = toEndedSnapshot({ ...scan, registries: finished }, { at: end.at ?? at, evidence, state });
  return {
    state: {
      ...input.state,
      scan: null,
      scans: scan.number,
      failures: 0,
      failure: null,
      unclear: null,
      following: afterEnd(input.state),
      past: rememberEta(input.state.past ?? [], snapshot),
      lastEndAt: end.scannedAt ?? endSeenAt(consoleAt) ?? input.state.lastEndAt,
      snapshot: { ...snapshot, answeredAt: at },
    },
    ended: snapshot,
    shouldNotify: true,
  };
}

/** What the results said is that of the scan before this one: the next scan is compared with a later look, or with this end. */
function afterEnd({ following }: TargetState): TargetState['following'] {
  return following === null ? null : { ...following, findings: null };
}

function stateAtEnd(input: EndInput, scan: OngoingScan, evidence: EndEvidence): ScanState {
  const { target, state, observation, watches, isStopAsked = false } = input;
  if (evidence === 'reported') return reportedEnd(scan.registries, { isStopAsked });
  const isAbandonedNow = isAbandonedAt(scan, { watches, at: observation.at });
  const isLookedFor = watches.length > 0 && !state.areResultsHidden && !isAbandonedNow;
  return disappearedEnd(scan.registries, { target, isAbandoned: isAbandonedNow, isLookedFor });
}

/** Whoever comes this long after a scan was last seen does not have that scan in mind. */
const ABANDONED_MS = 60_000;

/** The reading may come much later than those who watch did: they count. */
export function isAbandonedAt(
  { isFollowed, seenAt }: OngoingScan,
  { watches, at }: { readonly watches: readonly Watch[]; readonly at: number },
): boolean {
  const cameAt = Math.min(at, ...watches.map(({ createdAt }) => createdAt));
  return !isFollowed && cameAt - seenAt >= ABANDONED_MS;
}
