/**
 * The budget of all processes that ask the same Console: each has its own, which knows its waits and priorities, and takes
 * every request from the common one before it is made.
 */

import { type Alarm, setAlarm } from '../../loop.ts';
import type { RateLimiter, WaitOptions } from './rate-limiter.ts';
import { LIMITS, ON_ITS_WAY_MS, type Priority, type Permit } from './slots.ts';

/** What the processes share. Calls may reject: then nobody asks until they do not. */
export interface SharedCounter {
  /** Notes a request that is about to be made, unless `limit` of all processes count. */
  take(limit: number): Promise<Taken>;
  /** The request took long, and ends now: it counts from now on. */
  prolong(id: string): Promise<void>;
  /** The Console asked to wait, ms. */
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
  /** Told of what went wrong with the share. */
  readonly onError: (error: unknown) => void;
}

/** A request that was noted before `at`, monotonic ms. */
interface Noted {
  readonly id: string;
  readonly at: number;
}

/** Between two questions whether a request is free now: somebody else may have been quicker. */
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

  /** One of this process at a time: the others would only ask the same. People do not wait behind polls. */
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
    // It counts for longer than the window by as much as that.
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

/** Asks until a request is free, the signal aborts, or a pause takes too long. */
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
        // Noted too long ago, by a process that was stopped since, it would count for less time than the Console counts it.
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
  /** Resolves, when it is our turn, to what ends it; null where the signal aborted first. */
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

/** Waits that end early when their signal aborts, or for all when they are woken. */
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

/** When the person who waits for what other processes ask is to have a turn; of the others nobody wants to know. */
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
