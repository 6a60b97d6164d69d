/**
 * The baseline: from when on watches wait for an end. All times are the Console's, because results are dated by its
 * clock, and ours may be wrong or change.
 */

import type { ResultsObservation } from '../result.ts';
import type { Baseline, TargetState } from './target-state.ts';
import type { Watch } from '../watch.ts';

interface Instant {
  readonly at: number;
  readonly consoleAt: number | null;
}

/** Updates the baseline after a response. A new one has no results yet. */
export function follow(
  {
    following,
    lastEndAt,
    snapshot: { answeredAt },
  }: Pick<TargetState, 'following' | 'lastEndAt' | 'snapshot'>,
  watches: readonly Watch[],
  { at, consoleAt }: Instant,
): Baseline | null {
  // A watch that existed at the last response continues the baseline.
  const hasStayed = ({ id, createdAt }: Watch): boolean =>
    id === following?.watch || (answeredAt !== null && createdAt <= answeredAt);
  if (following !== null && watches.some(hasStayed)) return following;
  const [first, ...others] = watches;
  if (first === undefined) return null;
  const oldest = others.reduce((a, b) => (b.createdAt < a.createdAt ? b : a), first);
  // The age is a difference of our clock, which is accurate for a short time.
  const agoMs = Math.max(0, at - oldest.createdAt);
  const madeAt = consoleAt === null ? null : consoleAt - agoMs;
  // An end may be recorded long after its response, and only then the subscription's next watch is made.
  const since = following !== null && watches.some(goesOn) ? earlier(madeAt, lastEndAt) : madeAt;
  return { watch: oldest.id, since, baseline: null };
}

/** Made when the previous watch ended: its subscription watched without a gap. */
function goesOn({ subscription }: Watch): boolean {
  return subscription !== null && subscription.afterScan > 0;
}

function earlier(madeAt: number | null, lastEndAt: number | null): number | null {
  return madeAt === null || lastEndAt === null ? madeAt : Math.min(madeAt, lastEndAt);
}

/** A `Date` header has whole seconds, and a response takes time. */
const CLOCK_STEP_MS = 2_000;
/** A result dated further ahead of the Console's clock cannot be compared. */
const FUTURE_MS = 5 * 60_000;

/** Whether a result belongs to a scan that ended since it is watched. */
export function isNewResult(
  { following, lastEndAt }: Pick<TargetState, 'following' | 'lastEndAt'>,
  { result, consoleAt }: Extract<ResultsObservation, { kind: 'answered' }>,
): boolean {
  if (following === null || result === null) return false;
  const { scannedAt } = result;
  const { baseline, since } = following;
  const isUsable = (at: number): boolean => consoleAt === null || at <= consoleAt + FUTURE_MS;
  if (!isUsable(scannedAt) || scannedAt === baseline) return false;
  if (lastEndAt !== null && scannedAt <= lastEndAt) return false;
  if (baseline !== null && baseline > 0 && isUsable(baseline)) return scannedAt > baseline;
  // Nothing to compare with: an old result may have been invisible, so only its date counts.
  return since === null ? baseline !== null : scannedAt > since - CLOCK_STEP_MS;
}

/** The result that later ones are compared with. */
export function baselineOf({ result }: Extract<ResultsObservation, { kind: 'answered' }>): number {
  return result?.scannedAt ?? 0;
}

/** A result after this instant belongs to another scan than the one reported as over at `consoleAt`. */
export function endSeenAt(consoleAt: number | null): number | null {
  return consoleAt === null ? null : consoleAt + CLOCK_STEP_MS;
}
