/**
 * Rate limits of Slack and the Console, shared by all replicas: calls counted per minute, and pauses (Retry-After).
 * Rows dated far ahead were written before the clock moved back, and no longer count.
 */

import type { Database, Statement } from '../database.ts';
import { OPEN } from '../sql.ts';
import { bookSql, EDIT_PACE, type Pace, permitAtSql, permitsSql } from './pace.ts';

/** `posts`, `edits` and `looks` (conversations.history) are methods of Slack. */
export type LimitedMethod = 'posts' | 'edits' | 'looks' | 'console';

/** Work that only one replica does at a time. */
export type Turn = 'newest';

/** Calls that Slack counts per minute. */
export type CountedCall = 'update' | 'final' | 'look';

/** The most that one lease of deliveries may take. */
export interface Quota {
  /** Nothing is leased while this method is paused. */
  readonly method: LimitedMethod;
  /** Calls of these kinds per minute, together. */
  readonly limit?: { readonly kinds: readonly CountedCall[]; readonly calls: number };
  /** Calls are made in even steps; all replicas book with one time. */
  readonly pace?: Pace;
}

/**
 * One minute, and some ms more: Slack counts a call when it arrives, which may be after we counted it, and later from a
 * busy replica than from another.
 */
export const WINDOW_MS = 60_700;
/** A row further ahead than this was written before the clock moved back; clocks of replicas differ by less. */
const AHEAD_MS = 60_000;

/** SQL: the smaller of `wanted` and what `limit` still allows, at least 0. `wanted` and `now` are placeholders. */
export function grantedBy(
  quota: Quota,
  { wanted, now }: { readonly wanted: string; readonly now: string },
): string {
  const { method, limit, pace } = quota;
  const left = limit && `union all select ${limit.calls} - count(*) from ${countedCalls(limit.kinds, now)}`;
  return `(select max(quota.n) from (select 0 as n union all select min(quota.n) from (
    select ${wanted} as n ${left ?? ''} ${pace ? permittedBy(pace, method, now) : ''}
    union all select 0 from rate_limit_pauses where method = '${method}' and ${isPausedAt(now)}) quota) quota)`;
}

function countedCalls(kinds: readonly CountedCall[], now: string): string {
  const list = kinds.map((kind) => `'${kind}'`).join(', ');
  return `slack_calls where kind in (${list}) and at > ${now} - ${WINDOW_MS} and at <= ${now} + ${AHEAD_MS}`;
}

/** At most `atOnce`, also before anything was booked. */
function permittedBy(pace: Pace, method: LimitedMethod, now: string): string {
  return `union all select ${pace.atOnce}
    union all select ${permitsSql(pace, 'until', now)} from rate_limit_pauses where method = '${paceOf(method)}'`;
}

const paceOf = (method: LimitedMethod): string => `${method} pace`;

/** SQL; `now` is a placeholder. */
export function isPausedAt(now: string): string {
  return `until > ${now} and began_at <= ${now} + ${AHEAD_MS}`;
}

/** The next time at which a call may be made, epoch ms; `now` or earlier where one may be now. */
export async function nextCallAt(
  database: Database,
  { method, limit, pace }: Quota,
  now: number,
): Promise<number> {
  const times = [
    `select until as at from rate_limit_pauses where method = '${method}' and ${isPausedAt('$1')}`,
    ...(pace
      ? [
          `select ${permitAtSql(pace, 'until', '$1')} from rate_limit_pauses where method = '${paceOf(method)}'`,
        ]
      : []),
    ...(limit
      ? [
          `select at + ${WINDOW_MS} from (select at from ${countedCalls(limit.kinds, '$1')}
            order by at desc limit 1 offset ${limit.calls - 1}) quota`,
        ]
      : []),
  ];
  const [row] = await database.query(`select max(at) as at from (${times.join(' union all ')}) times`, [now]);
  return Number(row?.['at'] ?? 0);
}

interface Leased {
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
}

/** Counts the deliveries of this lease as calls of its method. Must be in one batch with the lease. */
export function countLeased({ method, pace }: Quota, { owner, now, leaseMs }: Leased): readonly Statement[] {
  if (method === 'posts' || method === 'console') return [];
  const [kind, are] =
    method === 'looks'
      ? [`'look'`, `${OPEN.text} and state = 'ambiguous'`]
      : ['kind', `${OPEN.text} and state = 'sending' and kind in ('update', 'final')`];
  return [
    ...(pace === undefined ? [] : [bookLeased(pace, { method, are, owner, now, leaseMs })]),
    {
      sql: `insert into slack_calls (id, kind, at) select id || ' ' || cast($1 as text), ${kind}, $1 from deliveries
        where ${are} and lease_owner = $2 and lease_until = $3
        on conflict do nothing`,
      params: [now, owner, now + leaseMs],
    },
    forgetCalls(now),
  ];
}

/** Deliveries leased in the same ms before are in slack_calls already. PostgreSQL would read all of it for a `not exists`. */
function bookLeased(
  pace: Pace,
  { method, are, owner, now, leaseMs }: Leased & { readonly method: LimitedMethod; readonly are: string },
): Statement {
  const calls = `((excluded.until - excluded.began_at) / ${pace.stepMs})`;
  return {
    sql: `insert into rate_limit_pauses (method, began_at, until)
      select '${paceOf(method)}', cast($1 as bigint), cast($1 as bigint) + count(*) * ${pace.stepMs}
        from deliveries where ${are} and lease_owner = $2 and lease_until = $3
          and (select c.at from slack_calls c where c.id = deliveries.id || ' ' || cast($1 as text)) is null
        having count(*) > 0
      on conflict (method) do update set began_at = excluded.began_at,
        until = ${bookSql(pace, 'rate_limit_pauses.until', { now: 'excluded.began_at', calls })}`,
    params: [now, owner, now + leaseMs],
  };
}

/** Counts one call without a lease. False where the method is paused or the limit is reached. */
export async function takeCall(
  database: Database,
  { id, kind, quota, now }: { id: string; kind: CountedCall; quota: Quota; now: number },
): Promise<boolean> {
  const granted = grantedBy(quota, { wanted: '1', now: 'cast($3 as bigint)' });
  const [taken] =
    (await database.batch([
      {
        sql: `insert into slack_calls (id, kind, at) select cast($1 as text), cast($2 as text), cast($3 as bigint)
          where ${granted} > 0 returning id`,
        params: [id, kind, now],
      },
      forgetCalls(now),
    ])) ?? [];
  return taken?.length === 1;
}

/** The clock moved back by `backMs`: calls and pauses of the time that has not come yet move with it. */
export async function rescheduleLimits(
  database: Database,
  { backMs, now }: { readonly backMs: number; readonly now: number },
): Promise<void> {
  const params = [now, backMs];
  await database.batch([
    { sql: 'update slack_calls set at = at - $2 where at > $1', params },
    {
      // By their key, which holds few.
      sql: `update rate_limit_pauses set began_at = began_at - $2, until = until - $2
        where method in ('posts', 'edits', '${paceOf('edits')}', 'looks', 'console', 'newest') and began_at > $1`,
      params,
    },
  ]);
}

function forgetCalls(now: number): Statement {
  return {
    sql: 'delete from slack_calls where at <= $1 or at > $2',
    params: [now - WINDOW_MS, now + AHEAD_MS],
  };
}

/** Pauses a method until `until`, epoch ms. A longer pause stays. */
export async function savePause(
  database: Database,
  { method, now, until }: { method: LimitedMethod; now: number; until: number },
): Promise<void> {
  await database.query(
    `insert into rate_limit_pauses (method, began_at, until) values ($1, $2, $3)
      on conflict (method) do update set began_at = excluded.began_at, until = excluded.until
      where rate_limit_pauses.until < excluded.until or rate_limit_pauses.began_at > excluded.began_at + ${AHEAD_MS}`,
    [method, now, until],
  );
}

/** True for only one of all callers within `forMs`. */
export async function claimTurn(
  database: Database,
  turn: Turn,
  { now, forMs }: { now: number; forMs: number },
): Promise<boolean> {
  const claimed = await database.query(
    `insert into rate_limit_pauses (method, began_at, until) values ($1, $2, $3)
      on conflict (method) do update set began_at = excluded.began_at, until = excluded.until
      where rate_limit_pauses.until <= excluded.began_at or rate_limit_pauses.began_at > excluded.began_at + ${AHEAD_MS}
      returning method`,
    [turn, now, now + forMs],
  );
  return claimed.length === 1;
}

/** End of the pause, epoch ms; null where the method is not paused. */
export async function findPause(
  database: Database,
  method: LimitedMethod,
  now: number,
): Promise<number | null> {
  const [row] = await database.query(
    `select until from rate_limit_pauses where method = $2 and ${isPausedAt('$1')}`,
    [now, method],
  );
  return row === undefined ? null : Number(row['until']);
}

// Shared by all replicas and by all callers: the outbox and replies to people.

/** As many as Slack allows. They are paced, so that only a pause with saved permits reaches this number. */
export const EDITS_PER_MINUTE = 50;
/** conversations.history has a limit of its own, nearly as high as chat.update's. */
export const LOOKUPS_PER_MINUTE = 48;

/** The quota under which a lease of deliveries, or a single call, is counted. */
export const QUOTAS = {
  posts: { method: 'posts' },
  edits: {
    method: 'edits',
    limit: { kinds: ['update', 'final'], calls: EDITS_PER_MINUTE },
    pace: EDIT_PACE,
  },
  lookups: { method: 'looks', limit: { kinds: ['look'], calls: LOOKUPS_PER_MINUTE } },
} as const satisfies Record<string, Quota>;
