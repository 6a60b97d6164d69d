/**
 * Slack's rate limits for calls without a delivery: replies to people, and reading the history. Shared with the
 * delivery loop and all replicas, because Slack counts by method.
 */

import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findPause, savePause, takeCall, QUOTAS } from '../../store/limits/rate-limits.ts';
import type { SdkLog } from './sdk-logger.ts';

/** None rejects: a failing database must not prevent a reply that says so. */
export interface RateLimits {
  /** Pause before the next post, ms; 0 for none. */
  readonly post: () => Promise<number>;
  /** Counts one call to conversations.history, where it returns 0; otherwise ms to wait. */
  readonly takeLookup: () => Promise<number>;
  /** Slack requested a pause of `forMs`. */
  readonly rest: (method: 'posts' | 'looks', forMs: number) => Promise<void>;
}

/** Calls of the current minute expire soon; when exactly is unknown. */
const RECHECK_MS = 2_000;

export function createRateLimits({
  database,
  now,
  log,
}: {
  readonly database: Database;
  readonly now: () => number;
  readonly log: SdkLog;
}): RateLimits {
  async function pauseMs(method: 'posts' | 'looks'): Promise<number> {
    const at = now();
    const until = await findPause(database, method, at);
    return until === null ? 0 : until - at;
  }

  async function otherwise<T>(value: T, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'Slack rate limits could not be read or saved');
      return value;
    }
  }

  return {
    post: () => otherwise(0, () => pauseMs('posts')),
    takeLookup: () =>
      otherwise(0, async () => {
        const call = { id: randomUUID(), kind: 'look', quota: QUOTAS.lookups, now: now() } as const;
        if (await takeCall(database, call)) return 0;
        return (await pauseMs('looks')) || RECHECK_MS;
      }),
    rest: (method, forMs) =>
      otherwise(undefined, () => savePause(database, { method, now: now(), until: now() + forMs })),
  };
}

/** For a program that calls Slack once and keeps no state. */
export const UNLIMITED: RateLimits = {
  post: () => Promise.resolve(0),
  takeLookup: () => Promise.resolve(0),
  rest: () => Promise.resolve(),
};
