/** Requests to the Console by all processes, also ones that crashed: its rate limit counts them together. */

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { isPausedAt } from './rate-limits.ts';

/** Longer than any rate limit window. */
const KEEP_MS = 60_000;

/** Requests of a time that the clock showed count from now on. */
export interface Recount {
  readonly now: number;
  readonly after: number;
  readonly until: number;
}

export interface RequestsWanted {
  readonly now: number;
  /** How long a request counts. */
  readonly countsMs: number;
  /** For each wanted request the maximum that may count with it; none is higher than the one before. */
  readonly limits: readonly number[];
  /** Requests that take long or took long: they count from `lateAt`. */
  readonly late: readonly string[];
  readonly lateAt: number;
}

export interface RequestsTaken {
  /** One for each of the first of those wanted. */
  readonly taken: readonly string[];
  /** All that count now, and for how long. */
  readonly counted: readonly { readonly id: string; readonly freeInMs: number }[];
  /** What is left of a pause that the Console requested. */
  readonly pauseMs: number;
}

// Rows dated far ahead were written before the clock moved back.
const COUNTS = 'at > $1 - $2 and at <= $1 + $2';
const IS_PAUSED = `method = 'console' and ${isPausedAt('$1')}`;

/** Records requests before they are sent, unless their limit is reached or the Console requested a pause. */
export async function takeRequests(database: Database, wanted: RequestsWanted): Promise<RequestsTaken> {
  const { now, countsMs, limits, late, lateAt } = wanted;
  const rooms = Object.fromEntries(limits.map((limit, index) => [randomUUID(), limit - index]));
  const statements = [
    {
      // It may have been deleted meanwhile.
      sql: `insert into console_requests (id, at) select key, $1 from json_each($2) where true
        on conflict (id) do update set at = excluded.at where excluded.at > console_requests.at`,
      params: [lateAt, JSON.stringify(Object.fromEntries(late.map((id) => [id, 0])))],
    },
    { sql: 'delete from console_requests where at < $1', params: [now - KEEP_MS] },
    {
      sql: `insert into console_requests (id, at) select key, $1 from json_each($3)
        where (select count(*) from console_requests where ${COUNTS}) < cast(cast(value as text) as bigint)
          and not exists (select 1 from rate_limit_pauses where ${IS_PAUSED}) returning id`,
      params: [now, countsMs, JSON.stringify(rooms)],
    },
    {
      sql: `select id, at, 0 as is_pause from console_requests where ${COUNTS}
        union all select method, until, 1 from rate_limit_pauses where ${IS_PAUSED}`,
      params: [now, countsMs],
    },
  ];
  const results = await database.batch(statements.map((statement) => ({ ...statement, mayBeLost: true })));
  const [taken = [], rows = []] = results?.slice(2) ?? [];
  const ids = new Set(taken.map(({ id }) => id));
  const pause = rows.find((row) => row['is_pause'] === 1);
  return {
    taken: Object.keys(rooms).filter((id) => ids.has(id)),
    counted: rows
      .filter((row) => row !== pause)
      .map(({ id, at }) => ({ id: String(id), freeInMs: Number(at) + countsMs - now })),
    pauseMs: pause === undefined ? 0 : Number(pause['at']) - now,
  };
}

/** After the clock was set: what counted by the old time counts from now on. */
export async function recountRequests(database: Database, { now, after, until }: Recount): Promise<void> {
  const sql = 'update console_requests set at = $1 where at > $2 and at <= $3';
  await database.batch([{ sql, params: [now, after, until], mayBeLost: true }]);
}

/** The request was not sent. */
export async function releaseRequest(database: Database, id: string): Promise<void> {
  const sql = 'delete from console_requests where id = $1';
  await database.batch([{ sql, params: [id], mayBeLost: true }]);
}
