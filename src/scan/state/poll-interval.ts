/** When a target is asked about again. Everything is in ms; `chance` is a number in [0, 1) that spreads retries. */

import { isLikelyOutOfScope } from './fingerprint.ts';
import { scanOf, type TargetState } from './target-state.ts';

/** 5 s doubles to 10, 20, 40 s and stays at a minute: long outages cost little, and are over within a minute. */
const RETRY_BASE_MS = 5_000;
const RETRY_CAP_MS = 60_000;
/** A date that a wrong clock put into next year must not silence a target until then. */
const LONGEST_WAIT_MS = 3_600_000;
/** For images for which nothing has shown for a while: a scan may still begin hours later. */
export const IDLE_MS = 30_000;
/** Nothing moves for minutes: a look every 15 s keeps the budget for those that do. */
const STALLED_MS = 15_000;

/** Ms until the next poll; 0 means at the next tick. */
export function nextPollDelay(state: TargetState, random: number, idleMs = IDLE_MS): number {
  if (state.failures > 0) return retryIn(state, random);
  if (scanOf(state) === null) return isLikelyOutOfScope(state.snapshot) ? idleMs : 0;
  return state.snapshot.state === 'stalled' ? STALLED_MS : 0;
}

function retryIn({ failures, failure }: TargetState, random: number): number {
  const jittered = backoffMs(failures, random, { baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS });
  return Math.round(Math.max(jittered, Math.min(failure?.retryAfterMs ?? 0, LONGEST_WAIT_MS)));
}

/**
 * Ms after `failures` in a row, counted from 1: doubles from half of `baseMs` up to `capMs`. Half of the wait is certain,
 * half is chance, so that many do not return at the same instant.
 */
export function backoffMs(
  failures: number,
  random: number,
  range: { baseMs: number; capMs: number },
): number {
  const ceiling = Math.min(range.capMs, range.baseMs * 2 ** Math.min(failures - 1, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
