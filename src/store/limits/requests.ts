/** Times of requests to the Console: its rate limit includes other processes and ones that crashed. */

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { findPause, isPausedAt } from './rate-limits.ts';

/** Longer than any rate limit window. */
const KEEP_MS = 60_000;

/** Age of each request since `at`, ms; 0 for one dated in the future because the clock moved back. */
export async function recentRequests(
  database: Database,
  { since, now }: { since: number; now: number },
): Promise<readonly number[]> {
  const rows = await database.query('select at from console_requests where at > $1', [since]);
  return rows.map(({ at }) => Math.max(0, now - Number(at)));
}

export interface Window {
  readonly now: number;
  /** Requests per window. */
  readonly limit: number;
  /** Length of the window, ms. */
  readonly countsMs: number;
}

/** `waitMs`: earliest time for the next attempt. */
export type TakenRequest =
  | { readonly kind: 'taken'; readonly id: string }
  | { readonly kind: 'full'; readonly waitMs: number }
  | { readonly kind: 'paused'; readonly waitMs: number };

/**
 * Records a request before it is sent, unless the limit of all replicas is reached or the Console requested a pause.
 */
export async function takeRequest(database: Database, window: Window): Promise<TakenRequest> {
  const { now, limit, countsMs } = window;
  const id = randomUUID();
  const results = await database.batch([
    { sql: 'delete from console_requests where at < $1', params: [now - KEEP_MS], mayBeLost: true },
    {
      mayBeLost: true,
      // Rows dated far ahead were written before the clock moved back.
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

/** Time until fewer than `limit` requests count, ms. */
async function freeIn(database: Database, { now, limit, countsMs }: Window): Promise<number> {
  const [row] = await database.query(
    `select at from console_requests where at > $1 - $2 and at <= $1 + $2 order by at desc limit 1 offset $3`,
    [now, countsMs, limit - 1],
  );
  return row === undefined ? 0 : Number(row['at']) + countsMs - now;
}

/** A long request counts from its end: the Console may have counted it that late. */
export async function prolongRequest(database: Database, id: string, at: number): Promise<void> {
  await database.query('update console_requests set at = $2 where id = $1 and at < $2', [id, at]);
}
