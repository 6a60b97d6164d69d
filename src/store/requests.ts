/** When the Console was asked: its limit counts what other processes ask, and one that was killed since. */

import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { findPause, isPausedAt } from './limits/rate-limits.ts';

/** Longer than any window in which requests are counted. */
const KEEP_MS = 60_000;

/** How long ago each request since `at` was made, ms; 0 for one that a clock set back since dates into the future. */
export async function recentRequests(
  database: Database,
  { since, now }: { since: number; now: number },
): Promise<readonly number[]> {
  const rows = await database.query('select at from console_requests where at > $1', [since]);
  return rows.map(({ at }) => Math.max(0, now - Number(at)));
}

export interface Window {
  readonly now: number;
  /** How many requests may count at a time. */
  readonly limit: number;
  /** How long each of them counts, ms. */
  readonly countsMs: number;
}

/** `waitMs` says when it is worth to ask again. */
export type TakenRequest =
  | { readonly kind: 'taken'; readonly id: string }
  | { readonly kind: 'full'; readonly waitMs: number }
  | { readonly kind: 'paused'; readonly waitMs: number };

/** Notes a request that is about to be made, unless so many count for all replicas, or the Console asked for a pause. */
export async function takeRequest(database: Database, window: Window): Promise<TakenRequest> {
  const { now, limit, countsMs } = window;
  const id = randomUUID();
  const results = await database.batch([
    { sql: 'delete from console_requests where at < $1', params: [now - KEEP_MS] },
    {
      // What is dated far ahead was noted before the clock was set back.
      sql: `insert into console_requests (id, at) select $1, $2
        where (select count(*) from console_requests where at > $2 - $3 and at <= $2 + $3) < $4
          and not exists (select 1 from rate_limit_pauses where method = 'console' and ${isPausedAt('$2')}) returning id`,
      params: [id, now, countsMs, limit],
    },
  ]);
  if (results?.[1]?.length === 1) return { kind: 'taken', id };
  const until = await findPause(database, 'console', now);
  if (until !== null) return { kind: 'paused', waitMs: until - now };
  return { kind: 'full', waitMs: await freeIn(database, window) };
}

/** Until one less than `limit` count. */
async function freeIn(database: Database, { now, limit, countsMs }: Window): Promise<number> {
  const [row] = await database.query(
    `select at from console_requests where at > $1 - $2 and at <= $1 + $2 order by at desc limit 1 offset $3`,
    [now, countsMs, limit - 1],
  );
  return row === undefined ? 0 : Number(row['at']) + countsMs - now;
}

/** A request that took long counts from its end: the Console may have counted it as late as that. */
export async function prolongRequest(database: Database, id: string, at: number): Promise<void> {
  await database.query('update console_requests set at = $2 where id = $1 and at < $2', [id, at]);
}
