/** Deletes old data; scans are kept longer, because they are the history. */

import type { Database } from '../database.ts';
import { type Fragment, join, runBatch, sql } from '../sql.ts';

/** Names of images: of more than these, those that were seen last. */
const NAMES_MAX = 20_000;

/**
 * Deletes ended messages (with watches, followers and deliveries), ended waits, finished events, unparsed responses and idle
 * targets from before `at`, epoch ms.
 */
export async function forgetBefore(database: Database, at: number): Promise<number> {
  const results = await runBatch(database, [
    // With their watches.
    sql`delete from messages where state <> 'active' and ended_at < ${at}
      and not exists (select 1 from deliveries d
        where d.message_id = messages.id and d.state in ('pending', 'sending', 'ambiguous'))
      returning id`,
    sql`delete from watches where state <> 'active' and ended_at < ${at} and message_id is null returning id`,
    sql`delete from subscriptions where state = 'ended' and ended_at < ${at}
      and not exists (select 1 from watches w where w.subscription_id = subscriptions.id) returning id`,
    // Also waits that were given up, and had no request since.
    sql`delete from waits where coalesce(ended_at, give_up_at) < ${at} returning id`,
    sql`delete from events where at < ${at} returning id`,
    sql`delete from unparsed_responses where at < ${at} returning id`,
    sql`delete from known_names where seen_at < ${at} returning name`,
    sql`delete from known_names
      where seen_at < (select n.seen_at from known_names n order by n.seen_at desc limit 1 offset ${NAMES_MAX - 1})
        returning name`,
    sql`delete from targets where ${isIdle(at)} and ${join(
      HISTORY.map((table) => sql`not exists (select 1 from ${table} h where h.target_id = targets.id)`),
      ' and ',
    )} returning id`,
  ]);
  return results.flat().length;
}

/**
 * Deletes scans (with reports and requests) that ended before `at`, epoch ms, except the latest `atLeast` of each
 * target; all scans of a target that was not requested since. Returns the number of rows.
 */
export async function forgetHistory(
  database: Database,
  { at, atLeast }: { readonly at: number; readonly atLeast: number },
): Promise<number> {
  const isOld = (scan: Fragment, table: Fragment): Fragment =>
    sql`${scan} <= (select max(s.number) from scans s where s.target_id = ${table}.target_id) - ${atLeast}`;
  const results = await runBatch(database, [
    sql`delete from ${REPORTS}
      where created_at < ${at} and due_at is null and ${isOld(sql`scan`, REPORTS)} returning id`,
    sql`delete from ${REQUESTS} where at < ${at} and ${isOld(sql`scans`, REQUESTS)} returning id`,
    sql`delete from ${SCANS}
      where coalesce(ended_at, started_at) < ${at} and ${isOld(sql`number`, SCANS)} returning number`,
    ...HISTORY.map(
      (table) => sql`delete from ${table}
        where target_id in (select id from targets where ${isIdle(at)}) returning target_id`,
    ),
    sql`delete from targets where ${isIdle(at)} returning id`,
  ]);
  return results.flat().length;
}

const REPORTS = sql`reports`;
const REQUESTS = sql`scan_requests`;
const SCANS = sql`scans`;
const HISTORY = [REPORTS, REQUESTS, SCANS];

/** Not requested since, and not waiting for a next scan. */
function isIdle(since: number): Fragment {
  return sql`last_requested_at < ${since} and next_poll_at is null
    and not exists (select 1 from watches w where w.target_number = targets.number)
    and not exists (select 1 from subscriptions s where s.target_id = targets.id)
    and not exists (select 1 from waits p where p.target_id = targets.id)`;
}
