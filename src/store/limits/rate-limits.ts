/**
 * Rate limits of Slack and the Console, shared by all replicas: calls counted per minute, and pauses (Retry-After).
 * Rows dated far ahead were written before the clock moved back, and no longer count.
 */

import type { Database, Statement } from '../database.ts';
import { OPEN } from '../sql.ts';
import { bookSql, EDIT_PACE, type Pace, permitsSql } from './pace.ts';

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
  /** Calls of several kinds may share a limit; one kind may have a lower limit within it. */
  readonly limits: readonly { readonly kinds: readonly CountedCall[]; readonly calls: number }[];
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
  const left = quota.limits.map(
    ({ kinds, calls }) =>
      `union all select ${calls} - count(*) from slack_calls where kind in (${quoted(kinds)}) and at > ${now} - ${WINDOW_MS}
        and at <= ${now} + ${AHEAD_MS}`,
  );
  if (quota.pace !== undefined) left.push(permittedBy(quota.pace, quota.method, now));
  return `(select max(quota.n) from (select 0 as n union all select min(quota.n) from (
    select ${wanted} as n ${left.join(' ')}
    union all select 0 from rate_limit_pauses where method = '${quota.method}' and ${isPausedAt(now)}) quota) quota)`;
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

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
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

const EDITS = { kinds: ['update', 'final'], calls: EDITS_PER_MINUTE } as const;
const LOOKUPS = { kinds: ['look'], calls: LOOKUPS_PER_MINUTE } as const;

/** The quota under which a lease of deliveries, or a single call, is counted. */
export const QUOTAS = {
  posts: { method: 'posts', limits: [] },
  edits: { method: 'edits', limits: [EDITS], pace: EDIT_PACE },
  lookups: { method: 'looks', limits: [LOOKUPS] },
} as const satisfies Record<string, Quota>;
