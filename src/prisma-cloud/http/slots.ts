/** Requests that count against the Console's limit now, and when the next one may leave. */

const WINDOW_MS = 30_000;
/** Another process's request was recorded before it left, and is counted by the Console when it arrives. */
export const ON_ITS_WAY_MS = 2_000;
/** How long a request of another process counts, ms. */
export const COUNTS_MS = WINDOW_MS + ON_ITS_WAY_MS;

/** `soon`: a message waits for it, or it repeats a request already sent. */
export type Priority = 'person' | 'soon' | 'poll';

/** Maximum of counted requests for a new one of this priority: the Console allows 30. */
export const LIMITS: Readonly<Record<Priority, number>> = { person: 30, soon: 27, poll: 24 };
/** Below this count polls are not spaced: a few targets are all polled at the start of a tick. */
const POLLS_AT_ONCE = LIMITS.poll / 2;
/** At this interval polls use their limit exactly as it is renewed. */
const POLL_EVERY_MS = WINDOW_MS / LIMITS.poll;

/** Permission for one request. */
export interface Permit {
  /** The request is over. */
  end(): void;
  /** The request is not sent. */
  leave(): void;
}

interface PermitsOptions {
  /** Ages of requests by an earlier process, ms: the Console still counts them. */
  readonly earlier?: readonly number[] | undefined;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  /** A permit may be free, now or later. */
  readonly onEnd: () => void;
}

export function createPermits({ monotonicNow, onEnd, earlier = [] }: PermitsOptions) {
  /** When each permit is free again: Infinity while its request is in flight. */
  const taken = new Set(earlier.map((agoMs) => ({ freeAt: monotonicNow() + COUNTS_MS - agoMs })));

  function occupy(): Permit {
    const permit = { freeAt: Infinity };
    taken.add(permit);
    return {
      // The Console counted the request at some instant before its end. Only a permit held for the whole window after
      // the end keeps the limit, however slow the network.
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

  /** When `count` more permits are free than now; Infinity while that depends on a request in flight. */
  function freeAt(count: number): number {
    const times = Array.from(taken, (permit) => permit.freeAt).toSorted((a, b) => a - b);
    return times[Math.min(count, times.length) - 1] ?? Infinity;
  }

  return { occupy, takenCount, freeAt, nextFreeAt: () => freeAt(1) };
}

type Permits = ReturnType<typeof createPermits>;

/**
 * Polls are not spaced while few requests count, then one by one: sent together, none would be left for the rest of the
 * window, and messages would update in bursts.
 */
export function createPollSpacing({ takenCount, nextFreeAt }: Permits, monotonicNow: () => number) {
  let lastAt = -Infinity;
  return {
    notePoll: () => void (lastAt = monotonicNow()),
    /** Until the next poll may leave, ms; Infinity while that depends on a request in flight. */
    waitMs(): number {
      const taken = takenCount();
      if (taken < POLLS_AT_ONCE) return 0;
      const freeInMs = nextFreeAt() - monotonicNow();
      if (taken >= LIMITS.poll) return freeInMs;
      // The remaining requests are spread until the next one is free.
      const evenMs = freeInMs / (LIMITS.poll - taken + 1);
      const gapMs = Math.min(2 * POLL_EVERY_MS, Math.max(POLL_EVERY_MS, evenMs));
      return Math.max(0, lastAt + gapMs - monotonicNow());
    },
  };
}
