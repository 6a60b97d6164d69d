/** Exponential backoff with jitter, so that replicas do not return together. */

interface BackoffRange {
  readonly baseMs: number;
  readonly capMs: number;
}

const JITTER = 0.5;

/** Milliseconds from `baseMs` to `capMs`, for any number of failures; `failures` counts from 1. */
export function backoffMs(failures: number, random: () => number, { baseMs, capMs }: BackoffRange): number {
  // The cap leaves room for the jitter: otherwise all replicas would return at the same instant.
  const steady = Math.min(baseMs * 2 ** (Math.max(1, failures) - 1), capMs / (1 + JITTER));
  return Math.round(Math.max(baseMs, steady) * (1 + JITTER * random()));
}
