/** When a target is polled again. Times in ms; `random` is a number in [0, 1) that spreads retries. */

import { isLikelyOutOfScope } from './fingerprint.ts';
import { scanOf, type TargetState } from './target-state.ts';

/** Doubles to 10, 20, 40 s and stays at a minute: long outages cost little, and recovery shows within a minute. */
const RETRY_BASE_MS = 5_000;
const RETRY_CAP_MS = 60_000;
/** A date written with a wrong clock must not silence a target for longer. */
const LONGEST_WAIT_MS = 3_600_000;
/** For idle images: a scan may still start hours later. */
export const IDLE_MS = 30_000;
/** A stalled scan is polled less often, which saves requests for the others. */
const STALLED_MS = 15_000;

/** Ms until the next poll; 0 means at the next tick. */
export function nextPollDelay(state: TargetState, random: number, idleMs = IDLE_MS): number {
  if (state.failures > 0) return retryIn(state, random);
  if (scanOf(state) === null) return isLikelyOutOfScope(state.snapshot) ? idleMs : 0;
  return state.snapshot.state === 'stalled' ? STALLED_MS : 0;
}

function retryIn({ failures, failure }: TargetState, random: number): number {
  const jittered = backoffMs(failures, random, { baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS });
  // The longer of both: never before the Console's Retry-After.
  return Math.round(Math.max(jittered, Math.min(failure?.retryAfterMs ?? 0, LONGEST_WAIT_MS)));
}

/**
 * Exponential backoff after `failures` in a row, from 1: from `baseMs` up to `capMs`, ms. Half of it is random, so that
 * retries do not coincide.
 */
export function backoffMs(
  failures: number,
  random: number,
  range: { baseMs: number; capMs: number },
): number {
  const ceiling = Math.min(range.capMs, range.baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
