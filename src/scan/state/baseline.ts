/**
 * From when on watchers are notified of an end, by the Console's clock alone: the results date each scan by it, and ours
 * may be wrong or change at any time.
 */

import type { ResultsObservation } from '../results/result.ts';
import type { Instant } from '../snapshot.ts';
import type { Baseline, TargetState } from './target-state.ts';
import type { Watch } from '../watch.ts';

/** After a response of the Console: from when on somebody watches. A new baseline has no result yet. */
export function updateBaseline(
  { baseline, lastEndAt, snapshot: { answeredAt } }: Pick<TargetState, 'baseline' | 'lastEndAt' | 'snapshot'>,
  watches: readonly Watch[],
  { at, consoleAt }: Instant,
): Baseline | null {
  // A watch from before the last response has watched without a break.
  const hasStayed = ({ id, createdAt }: Watch): boolean =>
    id === baseline?.watchId || (answeredAt !== null && createdAt <= answeredAt);
  if (baseline !== null && watches.some(hasStayed)) return baseline;
  const [first, ...others] = watches;
  if (first === undefined) return null;
  const oldest = others.reduce((a, b) => (b.createdAt < a.createdAt ? b : a), first);
  // How long ago it was made is a difference of our clock, which is as good as the Console's for a short time.
  const agoMs = Math.max(0, at - oldest.createdAt);
  const madeAt = consoleAt === null ? null : consoleAt - agoMs;
  // An end may be recorded long after it was read, and the next watch of a subscription is made only then.
  const since = baseline !== null && watches.some(goesOn) ? earlier(madeAt, lastEndAt) : madeAt;
  return { watchId: oldest.id, since, resultAt: null, findings: null };
}

/** It was made when the watch before it ended: its subscription has watched without a break. */
function goesOn({ subscription }: Watch): boolean {
  return subscription !== null && subscription.afterScanNumber > 0;
}

function earlier(madeAt: number | null, lastEndAt: number | null): number | null {
  return madeAt === null || lastEndAt === null ? madeAt : Math.min(madeAt, lastEndAt);
}

/** A `Date` header has whole seconds, and a response takes its time. */
export const CLOCK_STEP_MS = 2_000;
/** A result dated later than this after the Console's own clock has no date that could be compared. */
const FUTURE_MS = 5 * 60_000;

/** Whether a result is of a scan that ended since the baseline. */
export function isNewResult(
  { baseline, lastEndAt }: Pick<TargetState, 'baseline' | 'lastEndAt'>,
  { result, consoleAt }: Extract<ResultsObservation, { kind: 'answered' }>,
): boolean {
  if (baseline === null || result === null) return false;
  const { scannedAt } = result;
  const { resultAt, since } = baseline;
  const isUsable = (at: number): boolean => consoleAt === null || at <= consoleAt + FUTURE_MS;
  if (!isUsable(scannedAt) || scannedAt === resultAt) return false;
  if (lastEndAt !== null && scannedAt <= lastEndAt) return false;
  if (resultAt !== null && resultAt > 0 && isUsable(resultAt)) return scannedAt > resultAt;
  // Nothing to compare with: an old result may have been out of sight, and only its date counts.
  return since === null ? resultAt !== null : scannedAt > since - CLOCK_STEP_MS;
}

/** What a later result is compared with. */
export function resultTimeOf({ result }: Extract<ResultsObservation, { kind: 'answered' }>): number {
  return result?.scannedAt ?? 0;
}

/** The instant after which a result belongs to another scan than the one that was reported as over at `consoleAt`. */
export function endSeenAt(consoleAt: number | null): number | null {
  return consoleAt === null ? null : consoleAt + CLOCK_STEP_MS;
}
