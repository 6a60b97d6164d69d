/**
 * Rate limits of Slack and the Console, shared by all replicas: calls counted per minute, and pauses (Retry-After).
 * Rows dated far ahead were written before the clock moved back, and no longer count.
 */

import type { Database, Statement } from '../database.ts';
import { type Fragment, join, OPEN, runBatch, sql } from '../sql.ts';
import { bookSql, EDIT_SPACING, type Spacing, permitAtSql, permitsSql } from './spacing.ts';

/** `posts`, `edits` and `looks` (conversations.history) are methods of Slack. */
export type LimitedMethod = 'posts' | 'edits' | 'looks' | 'console';

/** Work that only one replica does at a time. */
export type Turn = 'newest';

/** Calls that Slack counts per minute. */
export type CountedCall = 'update' | 'final' | 'look';

/** The most that one lease of deliveries may take. */
export interface Quota {
  /** Nothing is leased while this method is paused. */
  readonly method: Exclude<LimitedMethod, 'console'>;
  /** Calls of these kinds per minute, together. */
  readonly limit?: { readonly kinds: readonly CountedCall[]; readonly calls: number };
  /** Calls are made in even steps; all replicas book with one time. */
  readonly spacing?: Spacing;
}

/**
 * One minute, and some ms more: Slack counts a call when it arrives, which may be after we counted it, and later from a
 * busy replica than from another.
 */
export const WINDOW_MS = 60_700;
/** A row further ahead than this was written before the clock moved back; clocks of replicas differ by less. */
const AHEAD_MS = 60_000;

/** SQL: the smaller of `wanted` and what `limit` still allows, at least 0. */
export function grantedBy(
  { method, limit, spacing }: Quota,
  { wanted, now }: { readonly wanted: number; readonly now: number },
): Fragment {
  const left = [
    sql`select ${wanted} as n`,
    ...(limit ? [sql`select ${limit.calls} - count(*) from ${countedCalls(limit.kinds, now)}`] : []),
    ...(spacing ? permittedBy(spacing, method, now) : []),
    sql`select 0 from rate_limit_pauses where method = ${method} and ${isPausedAt(now)}`,
  ];
  return sql`(select max(quota.n) from (
    select 0 as n union all select min(quota.n) from (${join(left, ' union all ')}) quota) quota)`;
}

function countedCalls(kinds: readonly CountedCall[], now: number): Fragment {
  return sql`slack_calls where kind in (${join(kinds)}) and at > ${now - WINDOW_MS} and at <= ${now + AHEAD_MS}`;
}

/** At most `atOnce`, also before anything was booked. */
function permittedBy(spacing: Spacing, method: LimitedMethod, now: number): readonly Fragment[] {
  const permits = permitsSql(spacing, sql`until`, now);
  return [
    sql`select ${spacing.atOnce}`,
    sql`select ${permits} from rate_limit_pauses where method = ${spacingOf(method)}`,
  ];
}
const spacingOf = (method: LimitedMethod): string => `${method} pace`;

/** SQL. */
export function isPausedAt(now: number): Fragment {
  return sql`until > ${now} and began_at <= ${now + AHEAD_MS}`;
}

/** The next time at which a call may be made, epoch ms; `now` or earlier where one may be now. */
export async function nextCallAt(
  database: Database,
  { method, limit, spacing }: Quota,
  now: number,
): Promise<number> {
  const times = [
    sql`select until as at from rate_limit_pauses where method = ${method} and ${isPausedAt(now)}`,
    ...(spacing
      ? [
          sql`select ${permitAtSql(spacing, sql`until`, now)} from rate_limit_pauses where method = ${spacingOf(method)}`,
        ]
      : []),
    ...(limit
      ? [
          sql`select at + ${WINDOW_MS} from (select at from ${countedCalls(limit.kinds, now)}
            order by at desc limit 1 offset ${limit.calls - 1}) quota`,
        ]
      : []),
  ];
  const [row] = await database.query(sql`select max(at) as at from (${join(times, ' union all ')}) times`);
  return Number(row?.['at'] ?? 0);
}

interface Leased {
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
}

/** Counts the deliveries of this lease as calls of its method. Must be in one batch with the lease. */
export function countLeased(
  { method, spacing }: Quota,
  { owner, now, leaseMs }: Leased,
): readonly Statement[] {
  if (method === 'posts') return [];
  const [kind, state] =
    method === 'looks'
      ? [sql`'look'`, sql`state = 'ambiguous'`]
      : [sql`kind`, sql`state = 'sending' and kind in ('update', 'final')`];
  const isLeased = sql`${OPEN} and ${state} and lease_owner = ${owner} and lease_until = ${now + leaseMs}`;
  return [
    ...(spacing === undefined ? [] : [bookLeased(spacing, { method, isLeased, now })]),
    sql`insert into slack_calls (id, kind, at) select ${callId(now)}, ${kind}, ${now} from deliveries
      where ${isLeased} on conflict do nothing`,
    forgetCalls(now),
  ];
}

/** Of the delivery that is leased at `now`. */
function callId(now: number): Fragment {
  return sql`deliveries.id || ' ' || cast(${now} as text)`;
}

/** Deliveries leased in the same ms before are in slack_calls already. PostgreSQL would read all of it for a `not exists`. */
function bookLeased(
  spacing: Spacing,
  { method, isLeased, now }: { method: LimitedMethod; isLeased: Fragment; now: number },
): Statement {
  const calls = sql`((excluded.until - excluded.began_at) / ${spacing.stepMs})`;
  const until = bookSql(spacing, sql`rate_limit_pauses.until`, { now: sql`excluded.began_at`, calls });
  return sql`insert into rate_limit_pauses (method, began_at, until)
    select ${spacingOf(method)}, ${now}, ${now} + count(*) * ${spacing.stepMs} from deliveries
      where ${isLeased} and (select c.at from slack_calls c where c.id = ${callId(now)}) is null
      having count(*) > 0
    on conflict (method) do update set began_at = excluded.began_at, until = ${until}`;
}

/** Counts one call without a lease. False where the method is paused or the limit is reached. */
export async function takeCall(
  database: Database,
  { id, kind, quota, now }: { id: string; kind: CountedCall; quota: Quota; now: number },
): Promise<boolean> {
  const [taken] = await runBatch(database, [
    sql`insert into slack_calls (id, kind, at) select ${id}, ${kind}, ${now}
      where ${grantedBy(quota, { wanted: 1, now })} > 0 returning id`,
    forgetCalls(now),
  ]);
  return taken?.length === 1;
}

/** The clock moved back by `backMs`: calls and pauses of the time that has not come yet move with it. */
export async function rescheduleLimits(
  database: Database,
  { backMs, now }: { readonly backMs: number; readonly now: number },
): Promise<void> {
  // By their key, which holds few.
  const methods = ['posts', 'edits', spacingOf('edits'), 'looks', 'console', 'newest'];
  await database.batch([
    sql`update slack_calls set at = at - ${backMs} where at > ${now}`,
    sql`update rate_limit_pauses set began_at = began_at - ${backMs}, until = until - ${backMs}
      where method in (${join(methods)}) and began_at > ${now}`,
  ]);
}

function forgetCalls(now: number): Statement {
  return sql`delete from slack_calls where at <= ${now - WINDOW_MS} or at > ${now + AHEAD_MS}`;
}

/** Pauses a method until `until`, epoch ms. A longer pause stays. */
export async function savePause(
  database: Database,
  { method, now, until }: { method: LimitedMethod; now: number; until: number },
): Promise<void> {
  await database.query(
    sql`insert into rate_limit_pauses (method, began_at, until) values (${method}, ${now}, ${until})
      on conflict (method) do update set began_at = excluded.began_at, until = excluded.until
      where rate_limit_pauses.until < excluded.until or rate_limit_pauses.began_at > excluded.began_at + ${AHEAD_MS}`,
  );
}

/** True for only one of all callers within `forMs`. */
export async function claimInterval(
  database: Database,
  turn: Turn,
  { now, forMs }: { now: number; forMs: number },
): Promise<boolean> {
  const claimed = await database.query(
    sql`insert into rate_limit_pauses (method, began_at, until) values (${turn}, ${now}, ${now + forMs})
      on conflict (method) do update set began_at = excluded.began_at, until = excluded.until
      where rate_limit_pauses.until <= excluded.began_at or rate_limit_pauses.began_at > excluded.began_at + ${AHEAD_MS}
      returning method`,
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
    sql`select until from rate_limit_pauses where method = ${method} and ${isPausedAt(now)}`,
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
    spacing: EDIT_SPACING,
  },
  lookups: { method: 'looks', limit: { kinds: ['look'], calls: LOOKUPS_PER_MINUTE } },
} as const satisfies Record<string, Quota>;
