/**
 * How many calls a method may make now: Slack counts edits per minute and workspace, for all messages together. After a
 * 429 no call of the method is made before Retry-After is over.
 */

export interface Allowance {
  /** How many calls may be made at `now`, epoch ms. */
  left(now: number): number;
  /** Counts calls made at `now`. */
  take(now: number, calls: number): void;
  /** Allows none before `until`, epoch ms. */
  pause(until: number): void;
}

export function createAllowance({ calls, windowMs }: { calls: number; windowMs: number }): Allowance {
  let made: readonly number[] = [];
  let pausedUntil = 0;
  const recent = (now: number) => made.filter((at) => at <= now && at > now - windowMs);
  return {
    left(now) {
      // A clock set back must not pause longer than the longest pause asked for: pauses are at most minutes.
      if (now < pausedUntil && pausedUntil - now <= MAX_PAUSE_MS) return 0;
      return Math.max(0, calls - recent(now).length);
    },
    take(now, count) {
      made = [...recent(now), ...Array<number>(count).fill(now)];
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
  };
}

/** Slack's Retry-After has been seen up to 120 s; an hour covers what an administrator may configure in a proxy. */
const MAX_PAUSE_MS = 3_600_000;
