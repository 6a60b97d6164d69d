/**
 * What Slack grants to all replicas together, for the calls that no delivery makes: answers to people, and looks at what
 * was said. They heed the pauses of the delivery loop, and it heeds theirs: Slack counts by the method, not by who calls.
 */

import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findPause, savePause, takeCall, QUOTAS } from '../../store/limits/rate-limits.ts';
import type { Log } from './sdk-logger.ts';

/** None rejects: a database that fails keeps nobody from being told so. */
export interface RateLimits {
  /** For how long no message may be posted, ms; 0 = it may. */
  readonly post: () => Promise<number>;
  /** Counts one look at a conversation, where it returns 0; else the ms to wait. */
  readonly look: () => Promise<number>;
  /** Slack asked for a rest of so many ms. */
  readonly rest: (method: 'posts' | 'looks', forMs: number) => Promise<void>;
}

/** A call of the minute that is passing becomes free soon; nobody knows which one. */
const RECHECK_MS = 2_000;

export function createRateLimits({
  database,
  now,
  log,
}: {
  readonly database: Database;
  readonly now: () => number;
  readonly log: Log;
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
    look: () =>
      otherwise(0, async () => {
        const call = { id: randomUUID(), kind: 'look', quota: QUOTAS.lookups, now: now() } as const;
        if (await takeCall(database, call)) return 0;
        return (await pauseMs('looks')) || RECHECK_MS;
      }),
    rest: (method, forMs) =>
      otherwise(undefined, () => savePause(database, { method, now: now(), until: now() + forMs })),
  };
}

/** For a program that asks Slack once and keeps no state. */
export const UNLIMITED: RateLimits = {
  post: () => Promise.resolve(0),
  look: () => Promise.resolve(0),
  rest: () => Promise.resolve(),
};
