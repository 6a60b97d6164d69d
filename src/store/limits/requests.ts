/** Requests to the Console by all processes, also ones that crashed: its rate limit counts them together. */

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { keysIn, runBatch, sql, toJson, withOptions } from '../sql.ts';
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
  /** What is left of a pause that the Console requested; 0 for none. */
  readonly pauseMs: number;
}

/** Records requests before they are sent, unless their limit is reached or the Console requested a pause. */
export async function takeRequests(database: Database, wanted: RequestsWanted): Promise<RequestsTaken> {
  const { now, countsMs, limits, late, lateAt } = wanted;
  const rooms = limits.map((limit, index) => [randomUUID(), limit - index] as const);
  // Rows dated far ahead were written before the clock moved back.
  const counts = sql`at > ${now - countsMs} and at <= ${now + countsMs}`;
  const isPaused = sql`method = 'console' and ${isPausedAt(now)}`;
  // It may have been deleted meanwhile.
  const recount = sql`insert into console_requests (id, at) select key, ${lateAt} from ${keysIn(late)} late where true
    on conflict (id) do update set at = excluded.at where excluded.at > console_requests.at`;
  const results = await runBatch(
    database,
    [
      ...(late.length === 0 ? [] : [recount]),
      sql`delete from console_requests where at < ${now - KEEP_MS}`,
      sql`insert into console_requests (id, at) select key, ${now} from json_each(${toJson(rooms)})
        where (select count(*) from console_requests where ${counts}) < cast(cast(value as text) as bigint)
          and not exists (select 1 from rate_limit_pauses where ${isPaused}) returning id`,
      sql`select id, at, 0 as is_pause from console_requests where ${counts}
        union all select method, until, 1 from rate_limit_pauses where ${isPaused}`,
    ].map((statement) => withOptions(statement, { mayBeLost: true })),
  );
  const [taken = [], rows = []] = results.slice(-2);
  const ids = new Set(taken.map(({ id }) => id));
  const pause = rows.find((row) => row['is_pause'] === 1);
  return {
    taken: rooms.map(([id]) => id).filter((id) => ids.has(id)),
    counted: rows
      .filter((row) => row !== pause)
      .map(({ id, at }) => ({ id: String(id), freeInMs: Number(at) + countsMs - now })),
    pauseMs: pause === undefined ? 0 : Number(pause['at']) - now,
  };
}

/** After the clock was set: what counted by the old time counts from now on. */
export async function recountRequests(database: Database, { now, after, until }: Recount): Promise<void> {
  const moved = sql`update console_requests set at = ${now} where at > ${after} and at <= ${until}`;
  await database.batch([withOptions(moved, { mayBeLost: true })]);
}

/** The request was not sent. */
export async function releaseRequest(database: Database, id: string): Promise<void> {
  await database.batch([
    withOptions(sql`delete from console_requests where id = ${id}`, { mayBeLost: true }),
  ]);
}
