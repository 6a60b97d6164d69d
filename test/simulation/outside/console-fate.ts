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
export function drawFate({ random, faults, isDown }: World, isLost: boolean): ConsoleFate {
  const share = faults();
  const reachMs = random.between(1, 60);
  const answerMs =
    reachMs + (random.hits(share.slowConsole) ? random.between(500, 14_000) : random.between(1, 60));
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
    return random.hits(0.5) ? lost('unreachable', false) : lost('timeout', false, CALL_MS);
  if (random.hits(share.tooMany))
    return lost('rate-limited', false, answerMs, random.pick([null, 5_000, 30_000]));
  if (random.hits(share.unavailable)) return lost('unavailable', random.hits(0.5));
  if (random.hits(share.lostReading))
    return random.hits(0.5) ? lost('timeout', true, CALL_MS) : lost('unreachable', true);
  if (random.hits(share.garbled)) return lost('garbled', true);
  return { isReached: true, isHeard: !isLost, reachMs, answerMs, failure: failureOf('garbled') };
}

export function failureOf(cause: FailureCause, retryAfterMs: number | null = null): Failure {
  return { cause, detail: 'simulated', retryAfterMs };
}
