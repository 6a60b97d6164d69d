/**
 * Calls that a method may make now: Slack counts edits per minute and workspace, for all messages together. After a 429
 * no call of the method is made before Retry-After.
 */

import { book, EDIT_PACE, type Pace, permitIn, permits } from '../store/limits/pace.ts';
import { EDITS_PER_MINUTE, LOOKUPS_PER_MINUTE, WINDOW_MS } from '../store/limits/rate-limits.ts';

export interface Allowance {
  /** Calls allowed at `now`, epoch ms. */
  left(now: number): number;
  /** In how many ms a call may be made, pauses apart; 0 where one may be now. */
  nextIn(now: number): number;
  /** Counts calls made at `now`. */
  take(now: number, calls: number): void;
  /** Allows no calls for `forMs` from `now` on. */
  pause(now: number, forMs: number): void;
}

export function createAllowance({
  calls,
  windowMs,
  pace,
}: {
  readonly calls: number;
  readonly windowMs: number;
  readonly pace?: Pace;
}): Allowance {
  let made: readonly number[] = [];
  let bookedUntil = 0;
  let pausedUntil = 0;
  let seenAt = 0;
  // After the clock moved back, earlier times move back as well: a pause of a minute must not last an hour.
  const follow = (now: number): void => {
    const backMs = Math.max(0, seenAt - now);
    seenAt = now;
    made = made.map((at) => at - backMs).filter((at) => at > now - windowMs);
    pausedUntil -= backMs;
    bookedUntil -= backMs;
  };
  return {
    left(now) {
      follow(now);
      if (now < pausedUntil) return 0;
      return Math.max(0, Math.min(calls - made.length, pace ? permits(pace, bookedUntil, now) : Infinity));
    },
    nextIn(now) {
      follow(now);
      const oldest = made.at(-calls);
      const windowIn = oldest === undefined ? 0 : oldest + windowMs - now;
      return Math.max(windowIn, pace ? permitIn(pace, bookedUntil, now) : 0);
    },
    take(now, count) {
      if (pace) bookedUntil = book(pace, bookedUntil, { now, calls: count });
      made = [...made, ...Array<number>(count).fill(now)];
    },
    pause(now, forMs) {
      follow(now);
      pausedUntil = Math.max(pausedUntil, now + forMs);
    },
  };
}

/** Limits of this process, whose clock may change; QUOTAS limits all replicas together. */
export function createLimits() {
  const windowMs = WINDOW_MS;
  return {
    edits: createAllowance({ calls: EDITS_PER_MINUTE, windowMs, pace: EDIT_PACE }),
    lookups: createAllowance({ calls: LOOKUPS_PER_MINUTE, windowMs }),
    posts: createAllowance({ calls: Number.MAX_SAFE_INTEGER, windowMs: 0 }),
  };
}

export type Limits = ReturnType<typeof createLimits>;
