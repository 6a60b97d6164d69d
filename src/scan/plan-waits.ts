/** Plans the waits of pipelines: which the end of a scan completes, and which are over. */

import type { Snapshot } from './snapshot.ts';
import type { Watch } from './watch.ts';

/** Pipelines: they fetch the result themselves. */
export interface PlannedWaits {
  /** Number of the scan whose end completes waits; null for none. */
  readonly endedScan: number | null;
  /** It completes those that were made by then, epoch ms; left out for all. */
  readonly madeUntil?: number;
  /** Ids of expired waits. */
  readonly expiredWaits: readonly string[];
}

interface WaitsEnd {
  readonly at: number;
  readonly notifiedEnd: Snapshot | null;
  readonly watchedUntil: number | undefined;
}

export function planWaits(
  watches: readonly Watch[],
  { at, notifiedEnd, watchedUntil }: WaitsEnd,
): PlannedWaits {
  const until = watchedUntil === undefined ? {} : { madeUntil: watchedUntil };
  if (notifiedEnd !== null) return { endedScan: notifiedEnd.scan, ...until, expiredWaits: [] };
  const overdue = watches.filter(({ giveUpAt = Infinity }) => at >= giveUpAt);
  return { endedScan: null, expiredWaits: overdue.map(({ id }) => id) };
}
