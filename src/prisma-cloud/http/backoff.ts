/** How long to stay away after failures in a row: doubles from one to the next, jittered so that replicas part. */

interface BackoffRange {
  readonly baseMs: number;
  readonly capMs: number;
}

const JITTER = 0.5;

/** Milliseconds from `baseMs` to `capMs`, whatever the number of failures; `failures` counts from 1. */
export function backoffMs(failures: number, random: () => number, { baseMs, capMs }: BackoffRange): number {
  // The cap leaves room for the jitter: without it every replica would come back at the same instant.
  const steady = Math.min(baseMs * 2 ** (Math.max(1, failures) - 1), capMs / (1 + JITTER));
  return Math.round(Math.max(baseMs, steady) * (1 + JITTER * random()));
}
