/**
 * The Console's rate limit: 30 requests in 30 s for all requests of this process, including sign-ins. People go first,
 * then what a completion waits for, then polls, and each leaves a few requests for those before it.
 *
 * Not p-queue: it uses the wall clock (after a change of an hour it would allow nothing for an hour), frees a permit 30
 * s after a request started, and has neither reserves nor timed pauses.
 */

import { type Alarm, setAlarm } from '../../loop.ts';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import { createPollSpacing, createPermits, LIMITS, type Priority, type Permit } from './slots.ts';

/** From one to two seconds after the first. */
const BACKOFF = { baseMs: 2_000, capMs: 60_000 };
// A date written with a wrong clock must not silence the program for longer.
const LONGEST_PAUSE_MS = 3_600_000;

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** A longer pause is not waited for. */
  readonly pauseMs: number;
}

export interface RateLimiter {
  /** Waits for a permit; null if the signal aborted first, a pause is too long, or the limiter was closed. */
  take(priority: Priority, waitOptions: WaitOptions): Promise<Permit | null>;
  /**
   * After a 429: no permits for `askedMs`, at least for our own growing pause. Returns the pause, ms. Rejects callers
   * that do not wait for that long.
   */
  pause(askedMs: number | null): number;
  /** Another process got a Retry-After, ms: no permits meanwhile. */
  rest(forMs: number): void;
  /** After any other response: resets the growing pause. */
  recover(): void;
  /** 0 without a pause. */
  pauseLeftMs(): number;
  /** Rejects waiting and later callers: all, or those of the given priorities. */
  close(priorities?: readonly Priority[]): void;
  isClosedTo(priority: Priority): boolean;
  /** Time until the last waiting person gets a permit, ms; 0 where none waits. */
  personWaitMs(): number;
  /** Permits left for people now. */
  readonly left: () => number;
}

interface RateLimiterOptions {
  /** Ages of requests by an earlier process, ms: the Console still counts them. */
  readonly earlier?: readonly number[];
  /** Monotonic milliseconds. */
  readonly monotonicNow?: () => number;
  readonly random?: () => number;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const { monotonicNow = () => performance.now(), random = Math.random, alarm = setAlarm } = options;
  const waiting = createWaiting();
  const permits = createPermits({ ...options, monotonicNow, onEnd: () => admit() });
  const pausing = createPausing(monotonicNow, random);
  const admit = createAdmission({ permits, waiting, pausing, monotonicNow, alarm });
  const closed = new Set<Priority>();

  function take(priority: Priority, waitOptions: WaitOptions): Promise<Permit | null> {
    const isVain = waitOptions.signal.aborted || pausing.leftMs() > waitOptions.pauseMs;
    if (closed.has(priority) || isVain) return Promise.resolve(null);
    const taking = waiting.join(priority, waitOptions);
    admit();
    return taking;
  }

  function pause(askedMs: number | null): number {
    return sendAwayFor(pausing.pause(askedMs));
  }

  function sendAwayFor(leftMs: number): number {
    waiting.sendAway(({ pauseMs }) => pauseMs < leftMs);
    return leftMs;
  }

  function close(priorities: readonly Priority[] = ['person', 'soon', 'poll']): void {
    for (const priority of priorities) closed.add(priority);
    waiting.sendAway(({ priority }) => closed.has(priority));
    admit();
  }

  const { recover, leftMs: pauseLeftMs } = pausing;
  return {
    take,
    pause,
    rest: (forMs) => void sendAwayFor(pausing.rest(forMs)),
    recover,
    pauseLeftMs,
    close,
    personWaitMs() {
      const count = waiting.person.size;
      if (count === 0) return 0;
      const waitMs = pauseLeftMs() || permits.freeAt(count) - monotonicNow();
      return waitMs === Infinity ? 0 : Math.max(0, waitMs);
    },
    isClosedTo: (priority) => closed.has(priority),
    left: () => Math.max(0, LIMITS.person - permits.takenCount()),
  };
}

interface AdmissionParts {
  readonly permits: ReturnType<typeof createPermits>;
  readonly waiting: ReturnType<typeof createWaiting>;
  readonly pausing: ReturnType<typeof createPausing>;
  readonly monotonicNow: () => number;
  readonly alarm: Alarm;
}

/** Returns a function that gives free permits to waiting callers, and repeats itself when the next one is free. */
function createAdmission({ permits, waiting, pausing, monotonicNow, alarm }: AdmissionParts): () => void {
  const pace = createPollSpacing(permits, monotonicNow);
  let takeBack = (): void => undefined;
  return admit;

  function admit(): void {
    takeBack();
    if (pausing.leftMs() === 0) {
      admitUpTo(LIMITS.person, waiting.person);
      admitUpTo(LIMITS.soon, waiting.soon);
      admitPolls();
    }
    if (waiting.size() > 0) wakeForNext();
  }

  function admitUpTo(limit: number, waiters: ReadonlySet<Waiter>): void {
    for (const { settle } of waiters) {
      if (permits.takenCount() >= limit) return;
      settle(permits.occupy());
    }
  }

  function admitPolls(): void {
    for (const { settle } of waiting.poll) {
      if (pace.waitMs() > 0) return;
      pace.notePoll();
      settle(permits.occupy());
    }
  }

  function wakeForNext(): void {
    const permitInMs = permits.nextFreeAt() - monotonicNow();
    const pollInMs = waiting.poll.size === 0 ? Infinity : pace.waitMs();
    const waitMs = pausing.leftMs() || Math.min(permitInMs, pollInMs);
    // Infinity: all requests are in flight, and the end of one triggers this.
    if (waitMs !== Infinity) takeBack = alarm(Math.max(1, Math.ceil(waitMs)), admit);
  }
}

interface Waiter {
  readonly priority: Priority;
  readonly pauseMs: number;
  readonly settle: (permit: Permit | null) => void;
}

/** Waiting callers, longest first. */
function createWaiting() {
  const waiting: Record<Priority, Set<Waiter>> = { person: new Set(), soon: new Set(), poll: new Set() };
  const everybody = (): Waiter[] => Object.values(waiting).flatMap((waiters) => [...waiters]);

  function join(priority: Priority, { signal, pauseMs }: WaitOptions): Promise<Permit | null> {
    return new Promise((resolve) => {
      const settle: Waiter['settle'] = (permit) => {
        waiting[priority].delete(waiter);
        signal.removeEventListener('abort', leave);
        resolve(permit);
      };
      const waiter: Waiter = { priority, pauseMs, settle };
      const leave = (): void => settle(null);
      signal.addEventListener('abort', leave, { once: true });
      waiting[priority].add(waiter);
    });
  }

  function sendAway(isMeant: (waiter: Waiter) => boolean): void {
    for (const waiter of everybody()) if (isMeant(waiter)) waiter.settle(null);
  }

  return { ...waiting, size: () => everybody().length, join, sendAway };
}

function createPausing(monotonicNow: () => number, random: () => number) {
  let until = 0;
  let pauses = 0;
  const leftMs = (): number => Math.max(0, Math.ceil(until - monotonicNow()));

  function pause(askedMs: number | null): number {
    // Requests in flight together are rejected together: that counts as one rejection.
    if (leftMs() === 0) pauses += 1;
    const wantedMs = Math.max(askedMs ?? 0, backoffMs(pauses, random(), BACKOFF));
    until = Math.max(until, monotonicNow() + Math.min(wantedMs, LONGEST_PAUSE_MS));
    return leftMs();
  }

  function rest(forMs: number): number {
    until = Math.max(until, monotonicNow() + Math.min(forMs, LONGEST_PAUSE_MS));
    return leftMs();
  }

  function recover(): void {
    if (leftMs() === 0) pauses = 0;
  }

  return { pause, rest, recover, leftMs };
}
