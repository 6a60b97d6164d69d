/**
 * The rate limit of all processes that use the same Console: each has its own limiter with queues and priorities, and
 * takes every request from the shared count before sending it.
 */

import { type Alarm, setAlarm } from '../../loop.ts';
import type { RateLimiter, WaitOptions } from './rate-limiter.ts';
import { LIMITS, ON_ITS_WAY_MS, type Priority, type Permit } from './slots.ts';

/** The shared count. Calls may reject: then no requests are sent until they succeed. */
export interface SharedCounter {
  /** Records a request before it is sent, unless `limit` of all processes count. */
  take(limit: number): Promise<Taken>;
  /** The request took long, and ends now: it counts from now on. */
  prolong(id: string): Promise<void>;
  /** The Console requested a pause, ms. */
  pause(forMs: number): Promise<void>;
}

type Taken =
  | { readonly kind: 'taken'; readonly id: string }
  | { readonly kind: 'full' | 'paused'; readonly waitMs: number };

interface Failed {
  readonly kind: 'failed';
  readonly waitMs: number;
}

/** For tests. */
export interface SharedTimers {
  /** Monotonic milliseconds. */
  readonly monotonicNow?: () => number;
  readonly random?: () => number;
  readonly alarm?: Alarm;
}

interface SharedRateLimiterOptions extends SharedTimers {
  readonly own: RateLimiter;
  readonly share: SharedCounter;
  /** Called with errors of the shared count. */
  readonly onError: (error: unknown) => void;
}

/** A request that was recorded before `at`, monotonic ms. */
interface Noted {
  readonly id: string;
  readonly at: number;
}

/** Between two attempts for a free request: another process may have been faster. */
const AGAIN_MS = 200;
const AGAIN_AFTER_ERROR_MS = 1_000;

export function createSharedRateLimiter(options: SharedRateLimiterOptions): RateLimiter {
  const { own, share, onError, monotonicNow = () => performance.now(), alarm } = options;
  const queues = createQueues();
  const naps = createNaps(alarm);
  const turns = createTurns(monotonicNow);
  const takeShared = createSharedTake({ ...options, monotonicNow, naps, turns });

  async function take(priority: Priority, waitOptions: WaitOptions): Promise<Permit | null> {
    const permit = await own.take(priority, waitOptions);
    if (permit === null) return null;
    const noted = await takeInTurn(priority, waitOptions);
    if (noted !== null) return { ...permit, end: () => end(permit, noted) };
    permit.leave();
    return null;
  }

  /**
   * One attempt of this process at a time, per priority: more would compete with each other. People do not queue behind
   * polls.
   */
  async function takeInTurn(priority: Priority, waitOptions: WaitOptions): Promise<Noted | null> {
    const leave = await queues[priority].enter(waitOptions.signal);
    if (leave === null) return null;
    try {
      return await takeShared(priority, waitOptions);
    } finally {
      leave();
    }
  }

  function end(permit: Permit, { id, at }: Noted): void {
    permit.end();
    // It counts for longer than the window by that time.
    if (monotonicNow() - at >= ON_ITS_WAY_MS) share.prolong(id).catch(onError);
  }

  return {
    ...own,
    take,
    personWaitMs: () => Math.max(own.personWaitMs(), turns.personWaitMs()),
    pause(askedMs) {
      const leftMs = own.pause(askedMs);
      share.pause(leftMs).catch(onError);
      return leftMs;
    },
    close(priorities) {
      own.close(priorities);
      naps.wake();
    },
  };
}

interface SharedTakeOptions extends SharedRateLimiterOptions {
  readonly monotonicNow: () => number;
  readonly naps: ReturnType<typeof createNaps>;
  readonly turns: ReturnType<typeof createTurns>;
}

/** Tries until a request is free, the signal aborts, or a pause takes too long. */
function createSharedTake(options: SharedTakeOptions) {
  const { own, share, onError, monotonicNow, random = Math.random, naps, turns } = options;
  return async (priority: Priority, { signal, pauseMs }: WaitOptions): Promise<Noted | null> => {
    while (!signal.aborted && !own.isClosedTo(priority)) {
      const at = monotonicNow();
      const taken = await share.take(LIMITS[priority]).catch((error: unknown): Taken | Failed => {
        onError(error);
        return { kind: 'failed', waitMs: AGAIN_AFTER_ERROR_MS };
      });
      if (taken.kind === 'taken') {
        // If recorded too long ago, by a process suspended since, it would expire before the Console's count does.
        if (monotonicNow() - at < ON_ITS_WAY_MS) return { id: taken.id, at };
        continue;
      }
      if (taken.kind === 'paused') own.rest(taken.waitMs);
      if (taken.kind === 'paused' && taken.waitMs > pauseMs) return null;
      const napMs = Math.max(taken.waitMs, AGAIN_MS * (0.5 + random()));
      await turns.during(priority, taken.kind === 'failed' ? 0 : napMs, () => naps.nap(napMs, signal));
    }
    return null;
  };
}

interface Queue {
  /** Resolves, in turn, to a function that ends the turn; null where the signal aborted first. */
  enter(signal: AbortSignal): Promise<(() => void) | null>;
}

function createQueues(): Record<Priority, Queue> {
  return { person: createQueue(), soon: createQueue(), poll: createQueue() };
}

function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async enter(signal) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      last = promise;
      const leave = (): void => resolve(undefined);
      if (await isFirst(before, signal)) return leave;
      void before.then(leave);
      return null;
    },
  };
}

/** False where the signal aborts before the promise resolves. */
function isFirst(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = (): void => resolve(false);
    signal.addEventListener('abort', giveUp, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', giveUp);
      resolve(!signal.aborted);
    });
  });
}

/** Sleeps that end early when their signal aborts, or all together when woken. */
function createNaps(alarm = setAlarm) {
  const wakers = new Set<() => void>();
  return {
    nap: (ms: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const wake = (): void => {
          takeBack();
          signal.removeEventListener('abort', wake);
          wakers.delete(wake);
          resolve();
        };
        const takeBack = alarm(ms, wake);
        signal.addEventListener('abort', wake, { once: true });
        wakers.add(wake);
        if (signal.aborted) wake();
      }),
    wake: (): void => {
      for (const wake of [...wakers]) wake();
    },
  };
}

/** When a person who waits for other processes' requests gets a permit; not tracked for other priorities. */
function createTurns(monotonicNow: () => number) {
  let personTurnAt = 0;
  return {
    personWaitMs: () => Math.max(0, personTurnAt - monotonicNow()),
    during: async (priority: Priority, waitMs: number, wait: () => Promise<void>): Promise<void> => {
      if (priority === 'person') personTurnAt = monotonicNow() + waitMs;
      await wait();
      if (priority === 'person') personTurnAt = 0;
    },
  };
}
