/** What becomes of one request to the Console. */

import type { Failure, FailureCause } from '../../../src/scan/snapshot.ts';
import type { World } from '../world.ts';

/** The client's own time limit for a call. */
export const CALL_MS = 15_000;

export interface ConsoleFate {
  readonly isReached: boolean;
  readonly isHeard: boolean;
  readonly reachMs: number;
  readonly answerMs: number;
  /** What the caller gets where it does not hear. */
  readonly failure: Failure;
}

/** `isLost`: it fails in any case. */
export function drawFate({ chance, faults, isDown }: World, isLost: boolean): ConsoleFate {
  const share = faults();
  const reachMs = chance.between(1, 60);
  const answerMs =
    reachMs + (chance.hits(share.slowConsole) ? chance.between(500, 14_000) : chance.between(1, 60));
  const lost = (
    cause: FailureCause,
    isReached: boolean,
    afterMs = answerMs,
    retryAfterMs: number | null = null,
  ): ConsoleFate => ({
    isReached,
    isHeard: false,
    reachMs,
    answerMs: afterMs,
    failure: failureOf(cause, retryAfterMs),
  });
  if (isDown('console-down'))
    return chance.hits(0.5) ? lost('unreachable', false) : lost('timeout', false, CALL_MS);
  if (chance.hits(share.tooMany))
    return lost('rate-limited', false, answerMs, chance.pick([null, 5_000, 30_000]));
  if (chance.hits(share.unavailable)) return lost('unavailable', chance.hits(0.5));
  if (chance.hits(share.lostReading))
    return chance.hits(0.5) ? lost('timeout', true, CALL_MS) : lost('unreachable', true);
  if (chance.hits(share.garbled)) return lost('garbled', true);
  return { isReached: true, isHeard: !isLost, reachMs, answerMs, failure: failureOf('garbled') };
}

export function failureOf(cause: FailureCause, retryAfterMs: number | null = null): Failure {
  return { cause, detail: 'simulated', retryAfterMs };
}
