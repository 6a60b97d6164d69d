/**
 * From when on an end is owed to those who watch, told by the Console's clock alone: the results date each scan by it,
 * and ours may be wrong or be set anew at any time.
 */

import type { ResultsObservation } from '../result.ts';
import type { Baseline, TargetState } from './target-state.ts';
import type { Watch } from '../watch.ts';

interface Instant {
  readonly at: number;
  readonly consoleAt: number | null;
}

/** After an answer of the Console: who follows now. A new following has seen no results yet. */
export function follow(
  {
    following,
    lastEndAt,
    snapshot: { answeredAt },
  }: Pick<TargetState, 'following' | 'lastEndAt' | 'snapshot'>,
  watches: readonly Watch[],
  { at, consoleAt }: Instant,
): Baseline | null {
  // Who was there at the last answer and still is has followed without a break.
  const hasStayed = ({ id, createdAt }: Watch): boolean =>
    id === following?.watch || (answeredAt !== null && createdAt <= answeredAt);
  if (following !== null && watches.some(hasStayed)) return following;
  const [first, ...others] = watches;
  if (first === undefined) return null;
  const oldest = others.reduce((a, b) => (b.createdAt < a.createdAt ? b : a), first);
  // How long ago it was made is a difference of our clock, which is as good as the Console's for a short time.
  const agoMs = Math.max(0, at - oldest.createdAt);
  const madeAt = consoleAt === null ? null : consoleAt - agoMs;
  // An end may be written down long after it was read, and the next watch of a subscription is made only then.
  const since = following !== null && watches.some(goesOn) ? earlier(madeAt, lastEndAt) : madeAt;
  return { watch: oldest.id, since, baseline: null };
}

/** It was made when the watch before it ended: its subscription has followed without a break. */
function goesOn({ subscription }: Watch): boolean {
  return subscription !== null && subscription.afterScan > 0;
}

function earlier(madeAt: number | null, lastEndAt: number | null): number | null {
  return madeAt === null || lastEndAt === null ? madeAt : Math.min(madeAt, lastEndAt);
}

/** A `Date` header has whole seconds, and an answer takes its time. */
const CLOCK_STEP_MS = 2_000;
/** A result dated later than this after the Console's own clock has no date that could be compared. */
const FUTURE_MS = 5 * 60_000;

/** Whether a result tells of a scan that ended since those who watch began to. */
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
  // Nothing to compare with: an old result may have been out of sight, and only its date tells.
  return since === null ? baseline !== null : scannedAt > since - CLOCK_STEP_MS;
}

/** What a later result is compared with. */
export function baselineOf({ result }: Extract<ResultsObservation, { kind: 'answered' }>): number {
  return result?.scannedAt ?? 0;
}

/** The instant after which a result belongs to another scan than the one that was reported as over at `consoleAt`. */
export function endSeenAt(consoleAt: number | null): number | null {
  return consoleAt === null ? null : consoleAt + CLOCK_STEP_MS;
}
