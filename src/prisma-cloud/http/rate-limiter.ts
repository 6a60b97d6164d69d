/**
 * The Console's rate limit: 30 requests in 30 s, sign-ins included, counted in the database for all replicas. People go
 * first, then what a completion waits for, then polls, and each leaves a few requests for those before it.
 *
 * While the database is away no request is sent. Memory keeps what must hold even then, the end of a pause and the
 * requests that took long, and what the database returned last: when the next call to it is worthwhile.
 */

import { type Alarm, setAlarm } from '../../loop.ts';
import { LONGEST_PAUSE_MS } from '../../http.ts';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import {
  type CountedRequest,
  createWindow,
  LIMITS,
  ON_ITS_WAY_MS,
  type Permit,
  permitAt,
  PRIORITIES,
  type Priority,
} from './permits.ts';
import { createWaiting, type PermitWait } from './waiting.ts';

/** From one to two seconds after the first. */
const BACKOFF = { baseMs: 2_000, capMs: 60_000 };
/** Where another process was faster. */
const AGAIN_MS = 100;
const AGAIN_AFTER_ERROR_MS = 1_000;

/** The count of all processes. Calls may reject. */
export interface RequestCounter {
  /**
   * Counts a request for each of `limits` that is not reached: the most that may count with it, none higher than the one
   * before. Requests that are `late` count from now on.
   */
  take(wanted: { readonly limits: readonly number[]; readonly late: readonly string[] }): Promise<{
    readonly taken: readonly string[];
    readonly counted: readonly CountedRequest[];
    readonly pauseMs: number;
  }>;
  /** The request was not sent. */
  release(id: string): Promise<void>;
  /** The Console requested a pause, ms. */
  pause(forMs: number): Promise<void>;
}

export interface RateLimiter {
  /** Waits for a permit; null if the signal aborted first, a pause is too long, or the limiter was closed. */
  take(priority: Priority, waitOptions: PermitWait): Promise<Permit | null>;
  /**
   * After a 429: no permits for `askedMs`, at least for our own growing pause. Returns the pause, ms. Rejects callers
   * that do not wait for that long.
   */
  pause(askedMs: number | null): number;
  /** After any other response: resets the growing pause. */
  recover(): void;
  /** 0 without a pause. */
  pauseLeftMs(): number;
  /** Rejects waiting and later callers: all, or those of the given priorities. */
  close(priorities?: readonly Priority[]): void;
  isClosedTo(priority: Priority): boolean;
  /** Time until the last waiting person gets a permit, ms; 0 where none waits. */
  personWaitMs(): number;
  /** Permits left for people, as far as the database said. */
  readonly left: () => number;
}

export interface LimiterTimers {
  /** Monotonic milliseconds. */
  readonly monotonicNow?: () => number;
  readonly random?: () => number;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

interface RateLimiterOptions extends LimiterTimers {
  readonly counter: RequestCounter;
  /** Called with errors of the counter. */
  readonly onError: (error: unknown) => void;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { counter, onError, monotonicNow = () => performance.now(), random = Math.random } = options;
  const waiting = createWaiting(() => void admit());
  const window = createWindow(monotonicNow);
  const pausing = createPausing(monotonicNow, random);
  const closed = new Set<Priority>();
  const pauseFor = (leftMs: number): number => {
    waiting.cancel(({ pauseMs }) => pauseMs < leftMs);
    return leftMs;
  };
  const parts = { ...options, monotonicNow, waiting, window, pausing, pauseFor };
  const admit = createAdmission({ ...parts, isClosed: () => closed.size === PRIORITIES.length });
  return {
    take(priority, waitOptions) {
      const cannotWait = waitOptions.signal.aborted || pausing.leftMs() > waitOptions.pauseMs;
      if (closed.has(priority) || cannotWait) return Promise.resolve(null);
      const taking = waiting.join(priority, waitOptions);
      void admit();
      return taking;
    },
    pause(askedMs) {
      const leftMs = pauseFor(pausing.pause(askedMs));
      counter.pause(leftMs).catch(onError);
      return leftMs;
    },
    recover: pausing.recover,
    pauseLeftMs: pausing.leftMs,
    close(priorities = PRIORITIES) {
      for (const priority of priorities) closed.add(priority);
      waiting.cancel(({ priority }) => closed.has(priority));
      void admit();
    },
    isClosedTo: (priority) => closed.has(priority),
    personWaitMs() {
      const people = waiting.inOrder().filter(({ priority }) => priority === 'interactive').length;
      if (people === 0) return 0;
      const now = monotonicNow();
      const times = [...window.times(), ...Array<number>(people - 1).fill(Infinity)];
      const waitMs = pausing.leftMs() || permitAt('interactive', times, { now, lastPollAt: now }) - now;
      return waitMs === Infinity ? 0 : waitMs;
    },
    left: () => Math.max(0, LIMITS.interactive - window.times().length),
  };
}

interface AdmissionParts extends RateLimiterOptions {
  readonly monotonicNow: () => number;
  readonly waiting: ReturnType<typeof createWaiting>;
  readonly window: ReturnType<typeof createWindow>;
  readonly pausing: ReturnType<typeof createPausing>;
  /** Cancels callers that do not wait for that long. */
  readonly pauseFor: (leftMs: number) => void;
  readonly isClosed: () => boolean;
}

/** Returns a function that takes permits while any may be free, and repeats itself when the next one is. */
function createAdmission(parts: AdmissionParts): () => Promise<void> {
  const { counter, onError, window, pausing, pauseFor, monotonicNow, alarm = setAlarm } = parts;
  const { nextAt, nextLimits, grant } = createGranting(parts, () => void admit());
  let cancel = (): void => undefined;
  // More calls at a time would compete with each other.
  let isTaking = false;
  let retryAt = 0;
  return admit;

  async function admit(): Promise<void> {
    cancel();
    if (isTaking) return;
    isTaking = true;
    while (nextInMs() === 0) await takeSome();
    isTaking = false;
    const waitMs = nextInMs();
    // Infinity: a request's end or a new one triggers this. Whole: the rest of a millisecond may not move a clock of floats.
    if (waitMs !== Infinity) cancel = alarm(Math.max(1, Math.ceil(waitMs)), () => void admit());
  }

  function nextInMs(): number {
    const now = monotonicNow();
    const at = window.hasLate() ? now : Math.max(now + pausing.leftMs(), nextAt(now));
    return Math.max(0, Math.max(at, retryAt) - now);
  }

  async function takeSome(): Promise<void> {
    const at = monotonicNow();
    const limits = pausing.leftMs() > 0 ? [] : nextLimits(at);
    const late = window.late();
    try {
      const { taken, counted, pauseMs } = await counter.take({ limits, late });
      window.update(counted, { at, recorded: late });
      if (pauseMs > 0) pauseFor(pausing.extend(pauseMs));
      if (taken.length < limits.length) retryAt = monotonicNow() + AGAIN_MS;
      for (const [index, id] of taken.entries()) grant(id, { at, limit: limits[index] ?? 0 });
    } catch (error) {
      onError(error);
      retryAt = monotonicNow() + AGAIN_AFTER_ERROR_MS;
      if (parts.isClosed()) window.forgetLate();
    }
  }
}

/** Which callers get the next permits. `onOver`: a request ended, or was not sent. */
function createGranting(parts: AdmissionParts, onOver: () => void) {
  const { counter, onError, waiting, window, pausing, monotonicNow } = parts;
  let lastPollAt = -Infinity;

  function nextAt(now: number): number {
    const [first] = waiting.inOrder();
    return first === undefined ? Infinity : permitAt(first.priority, window.times(), { now, lastPollAt });
  }

  /** Of those who may all get a permit now. */
  function nextLimits(now: number): readonly number[] {
    const limits: number[] = [];
    const times = [...window.times()];
    let spacedSince = lastPollAt;
    for (const { priority } of waiting.inOrder()) {
      if (permitAt(priority, times, { now, lastPollAt: spacedSince }) > now) break;
      if (priority === 'background') spacedSince = now;
      limits.push(LIMITS[priority]);
      times.push(Infinity);
    }
    return limits;
  }

  /** To the first who waits by now and whose limit allows it. */
  function grant(id: string, { at, limit }: { readonly at: number; readonly limit: number }): void {
    // If it was counted too long ago, by a process suspended since, it would expire before the Console's count does.
    const isVoid = monotonicNow() - at >= ON_ITS_WAY_MS || pausing.leftMs() > 0;
    const waiter = isVoid ? undefined : waiting.inOrder().find(({ priority }) => LIMITS[priority] >= limit);
    if (waiter === undefined) {
      release(id);
      return;
    }
    if (waiter.priority === 'background') lastPollAt = monotonicNow();
    window.begin(id, at);
    waiter.settle({
      end() {
        window.end(id);
        onOver();
      },
      leave() {
        release(id);
        onOver();
      },
    });
  }

  function release(id: string): void {
    window.leave(id);
    counter.release(id).catch(onError);
  }

  return { nextAt, nextLimits, grant };
}

function createPausing(monotonicNow: () => number, random: () => number) {
  let until = 0;
  let pauses = 0;
  const leftMs = (): number => Math.max(0, Math.ceil(until - monotonicNow()));

  function extend(forMs: number): number {
    until = Math.max(until, monotonicNow() + Math.min(forMs, LONGEST_PAUSE_MS));
    return leftMs();
  }

  function pause(askedMs: number | null): number {
    // Requests in flight together are rejected together: that counts as one rejection.
    if (leftMs() === 0) pauses += 1;
    return extend(Math.max(askedMs ?? 0, backoffMs(pauses, random(), BACKOFF)));
  }

  function recover(): void {
    if (leftMs() === 0) pauses = 0;
  }

  return { pause, extend, recover, leftMs };
}
