/** How many requests count against the Console's limit right now, and when the next one may leave. */

const WINDOW_MS = 30_000;
/** What another process asked was noted before it left, and counted by the Console when it arrived. */
export const ON_ITS_WAY_MS = 2_000;
/** How long a request of another process counts, ms. */
export const COUNTS_MS = WINDOW_MS + ON_ITS_WAY_MS;

/** People's requests go before `soon` (a message waits, or the first attempt was sent already), and both before polls. */
export type Priority = 'person' | 'soon' | 'poll';

/** How many requests of whatever kind may count where one of this priority is made: the Console takes 30. */
export const LIMITS: Readonly<Record<Priority, number>> = { person: 30, soon: 27, poll: 24 };
/** So many may count while polls leave as they come: a few targets are all read as a tick begins. */
const POLLS_AT_ONCE = LIMITS.poll / 2;
/** At this pace polls use their share up just as it comes back. */
const POLL_EVERY_MS = WINDOW_MS / LIMITS.poll;

/** Permission for one request. */
export interface Permit {
  /** Says that the request is over. */
  end(): void;
  /** Says that it is not made at all. */
  leave(): void;
}

interface PermitsOptions {
  /** How long ago an earlier process asked, ms, a number for each request: the Console counts them. */
  readonly earlier?: readonly number[] | undefined;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  /** A slot may be free, now or later. */
  readonly onEnd: () => void;
}

export function createPermits({ monotonicNow, onEnd, earlier = [] }: PermitsOptions) {
  /** When each slot is free again: Infinity while its request is under way. */
  const taken = new Set(earlier.map((agoMs) => ({ freeAt: monotonicNow() + COUNTS_MS - agoMs })));

  function occupy(): Permit {
    const permit = { freeAt: Infinity };
    taken.add(permit);
    return {
      // The Console counted the request at some instant between the taking and the end. Only a slot that stays taken
      // for the whole window after the end keeps the promise however slow the way was.
      end: () => {
        permit.freeAt = Math.min(permit.freeAt, monotonicNow() + WINDOW_MS);
        onEnd();
      },
      leave: () => {
        taken.delete(permit);
        onEnd();
      },
    };
  }

  function takenCount(): number {
    for (const permit of taken) if (permit.freeAt <= monotonicNow()) taken.delete(permit);
    return taken.size;
  }

  /** When so many more slots are free than now; Infinity while that depends on the end of a request. */
  function freeAt(count: number): number {
    const times = Array.from(taken, (permit) => permit.freeAt).toSorted((a, b) => a - b);
    return times[Math.min(count, times.length) - 1] ?? Infinity;
  }

  return { occupy, takenCount, freeAt, nextFreeAt: () => freeAt(1) };
}

type Permits = ReturnType<typeof createPermits>;

/**
 * Polls leave as they come while few requests count, and then one by one: all at once, they would be silent for the rest
 * of the window, and messages would move in bursts.
 */
export function createPollSpacing({ takenCount, nextFreeAt }: Permits, monotonicNow: () => number) {
  let lastAt = -Infinity;
  return {
    notePoll: () => void (lastAt = monotonicNow()),
    /** Until the next poll may leave, ms; Infinity while that depends on the end of a request. */
    waitMs(): number {
      const taken = takenCount();
      if (taken < POLLS_AT_ONCE) return 0;
      const freeInMs = nextFreeAt() - monotonicNow();
      if (taken >= LIMITS.poll) return freeInMs;
      // What is left of the share lasts until more of it comes back.
      const evenMs = freeInMs / (LIMITS.poll - taken + 1);
      const gapMs = Math.min(2 * POLL_EVERY_MS, Math.max(POLL_EVERY_MS, evenMs));
      return Math.max(0, lastAt + gapMs - monotonicNow());
    },
  };
}
