/**
 * Calls that a method may make now: Slack counts edits per minute and workspace, for all messages together. After a 429
 * no call of the method is made before Retry-After.
 */

import { EDITS_PER_MINUTE, LOOKUPS_PER_MINUTE, UPDATES_PER_MINUTE } from '../store/rate-limits.ts';

export interface Allowance {
  /** Calls allowed at `now`, epoch ms. */
  left(now: number): number;
  /** Counts calls made at `now`. */
  take(now: number, calls: number): void;
  /** Allows no calls for `forMs` from `now` on. */
  pause(now: number, forMs: number): void;
}

export function createAllowance({ calls, windowMs }: { calls: number; windowMs: number }): Allowance {
  let made: readonly number[] = [];
  let pausedUntil = 0;
  let seenAt = 0;
  // After the clock moved back, earlier times move back as well: a pause of a minute must not last an hour.
  const follow = (now: number): void => {
    const backMs = Math.max(0, seenAt - now);
    seenAt = now;
    made = made.map((at) => at - backMs).filter((at) => at > now - windowMs);
    pausedUntil -= backMs;
  };
  return {
    left(now) {
      follow(now);
      return now < pausedUntil ? 0 : Math.max(0, calls - made.length);
    },
    take(now, count) {
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
  const windowMs = 60_000;
  return {
    edits: createAllowance({ calls: EDITS_PER_MINUTE, windowMs }),
    updates: createAllowance({ calls: UPDATES_PER_MINUTE, windowMs }),
    lookups: createAllowance({ calls: LOOKUPS_PER_MINUTE, windowMs }),
    posts: createAllowance({ calls: Number.MAX_SAFE_INTEGER, windowMs: 0 }),
  };
}

export type Limits = ReturnType<typeof createLimits>;
