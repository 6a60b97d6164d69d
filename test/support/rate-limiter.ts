/** The program's limiter for the Console, on a database of its own in memory. */

import { vi } from 'vitest';
import { createRequestCounter } from '../../src/app/console.ts';
import { COUNTS_MS } from '../../src/prisma-cloud/http/permits.ts';
import {
  createRateLimiter,
  type LimiterTimers,
  type RateLimiter,
  type RequestCounter,
} from '../../src/prisma-cloud/http/rate-limiter.ts';
import type { Database } from '../../src/store/database.ts';
import { takeRequests } from '../../src/store/limits/requests.ts';
import { NOON } from './observations.ts';
import { openMemory } from './memory.ts';

/** How long a caller waits that has no time limit. */
export const FOR_EVER = { signal: new AbortController().signal, pauseMs: Infinity };

interface LimiterOptions extends LimiterTimers {
  readonly now?: () => number;
  /** Ages of requests by an earlier process, ms. */
  readonly earlier?: readonly number[];
  /** Of several replicas. */
  readonly database?: Database;
  readonly onError?: (error: unknown) => void;
}

/** Its database opens with the first request. Its clock is the monotonic one, where that is set. */
export function createLimiter({ earlier = [], ...options }: LimiterOptions = {}): RateLimiter {
  const { monotonicNow } = options;
  const now = options.now ?? (monotonicNow === undefined ? Date.now : () => NOON + monotonicNow());
  const startedAt = now();
  const open = async (): Promise<RequestCounter> => {
    const database = options.database ?? (await openMemory());
    for (const agoMs of earlier) await makeRequests(database, { count: 1, now: startedAt - agoMs });
    return createRequestCounter(database, { ...options, now });
  };
  return createRateLimiter({ random: () => 0, onError: raise, ...options, counter: lateCounter(open) });
}

function lateCounter(open: () => Promise<RequestCounter>): RequestCounter {
  let opening: Promise<RequestCounter> | null = null;
  const opened = () => (opening ??= open());
  return {
    take: async (wanted) => (await opened()).take(wanted),
    release: async (id) => (await opened()).release(id),
    pause: async (forMs) => (await opened()).pause(forMs),
  };
}

function raise(error: unknown): never {
  throw error;
}

/** As if another process had made them. */
export async function makeRequests(
  database: Database,
  { count, now }: { readonly count: number; readonly now: number },
): Promise<void> {
  const limits = Array<number>(count).fill(1_000);
  await takeRequests(database, { now, countsMs: COUNTS_MS, limits, late: [], lateAt: now });
}

/** What there is to see after so long, where timers are faked. */
export async function after<T>(ms: number, look: () => T): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return look();
}
