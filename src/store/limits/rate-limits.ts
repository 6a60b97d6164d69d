/**
 * What Slack and the Console grant to all replicas together: calls that count by the minute, and pauses that somebody was
 * asked for. What is dated far ahead was written before the clock was set back, and counts no more.
 */

import type { Database, Statement } from '../database.ts';
import { bookSql, EDIT_PACE, type Pace, permitsSql } from './pace.ts';

/** `posts`, `edits` and `looks` are methods of Slack. */
export type LimitedMethod = 'posts' | 'edits' | 'looks' | 'console';

/** What one of all replicas does at a time. */
export type Turn = 'newest';

/** Calls that Slack counts by the minute. */
export type CountedCall = 'update' | 'final' | 'look';

/** What a lease of deliveries may take, however many are due. */
export interface Quota {
  /** Nothing while it rests. */
  readonly method: LimitedMethod;
  /** Calls of several kinds may share a limit, and one kind may have a lower one within it. */
  readonly limits: readonly { readonly kinds: readonly CountedCall[]; readonly calls: number }[];
  /** Calls are made in even steps; all replicas book with one time. */
  readonly pace?: Pace;
}

/**
 * Slack counts by the minute, and a call by its arrival, which may be a moment after we have counted it: those of a busy
 * replica come later than those of another.
 */
export const WINDOW_MS = 60_700;
/** Further ahead than this is no clock of another replica, only one that was set back since. */
const AHEAD_MS = 60_000;

/** For `limit`: as many as are wanted and granted, never less than nought. `wanted` and `now` are placeholders. */
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

/** At most so many at once, also before anything was booked. */
function permittedBy(pace: Pace, method: LimitedMethod, now: string): string {
  return `union all select ${pace.atOnce}
    union all select ${permitsSql(pace, 'until', now)} from rate_limit_pauses where method = '${paceOf(method)}'`;
}

const paceOf = (method: LimitedMethod): string => `${method} pace`;

/** `now` is a placeholder. */
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

/** Counts what was leased by this very lease, as calls of its method. Only in one batch with the lease. */
export function countLeased({ method, pace }: Quota, { owner, now, leaseMs }: Leased): readonly Statement[] {
  if (method === 'posts' || method === 'console') return [];
  const [kind, are] =
    method === 'looks'
      ? [`'look'`, `state = 'ambiguous'`]
      : ['kind', `state = 'sending' and kind in ('update', 'final')`];
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

/** What was leased in the same ms before is among the calls already. */
function bookLeased(
  pace: Pace,
  { method, are, owner, now, leaseMs }: Leased & { readonly method: LimitedMethod; readonly are: string },
): Statement {
  const calls = `((excluded.until - excluded.began_at) / ${pace.stepMs})`;
  return {
    sql: `insert into rate_limit_pauses (method, began_at, until)
      select '${paceOf(method)}', cast($1 as bigint), cast($1 as bigint) + leased.n * ${pace.stepMs}
        from (select count(*) as n from deliveries where ${are} and lease_owner = $2 and lease_until = $3
          and not exists (select 1 from slack_calls c where c.id = deliveries.id || ' ' || cast($1 as text))) leased
        where leased.n > 0
      on conflict (method) do update set began_at = excluded.began_at,
        until = ${bookSql(pace, 'rate_limit_pauses.until', { now: 'excluded.began_at', calls })}`,
    params: [now, owner, now + leaseMs],
  };
}

/** One call that no lease makes: counted, and true; false where the method rests or the minute has no calls left. */
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

/** Somebody was asked to wait: nobody calls before `until`. A longer pause that lasts already stays. Epoch ms. */
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

/** True for one of all that ask within `forMs`. */
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

/** Until when it rests, epoch ms; null where it does not. */
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

// What Slack grants to all replicas together, whether the outbox sends it or a reply to a person.

/** As many as Slack grants. They are spread evenly, so that it takes a pause and what was saved up before to reach them. */
export const EDITS_PER_MINUTE = 50;
/** The history is read on a limit of its own, nearly as high as that of edits. */
export const LOOKUPS_PER_MINUTE = 48;

const EDITS = { kinds: ['update', 'final'], calls: EDITS_PER_MINUTE } as const;
const LOOKUPS = { kinds: ['look'], calls: LOOKUPS_PER_MINUTE } as const;

/** What a lease of deliveries, or a single call, is counted among. */
export const QUOTAS = {
  posts: { method: 'posts', limits: [] },
  edits: { method: 'edits', limits: [EDITS], pace: EDIT_PACE },
  lookups: { method: 'looks', limits: [LOOKUPS] },
} as const satisfies Record<string, Quota>;
