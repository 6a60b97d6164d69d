/** Deletes old data; scans are kept longer, because they are the history. */

import type { Database } from '../database.ts';

/** Names of images: of more than these, those that were seen last. */
const NAMES_MAX = 20_000;

/**
 * Deletes ended watches (with followers and deliveries), ended waits, finished events, unparsed responses and idle
 * targets from before `at`, epoch ms.
 */
export async function forgetBefore(database: Database, at: number): Promise<number> {
  const results = await database.batch([
    {
      // The lines of a board are deleted with it.
      sql: `delete from watches where state <> 'active' and ended_at < $1 and board_id is null
        and not exists (select 1 from deliveries d where d.watch_id = watches.id and d.state in ('pending', 'sending', 'ambiguous'))
        returning id`,
      params: [at],
    },
    {
      sql: `delete from subscriptions where state = 'ended' and ended_at < $1
        and not exists (select 1 from watches w where w.subscription_id = subscriptions.id) returning id`,
      params: [at],
    },
    {
      // Also waits that were given up, and had no request since.
      sql: `delete from waits where coalesce(ended_at, give_up_at) < $1 returning id`,
      params: [at],
    },
    { sql: 'delete from events where at < $1 returning id', params: [at] },
    { sql: 'delete from unparsed_responses where at < $1 returning id', params: [at] },
    { sql: 'delete from known_names where seen_at < $1 returning name', params: [at] },
    {
      sql: `delete from known_names
        where seen_at < (select n.seen_at from known_names n order by n.seen_at desc limit 1 offset $1) returning name`,
      params: [NAMES_MAX - 1],
    },
    {
      sql: `delete from targets where ${IS_IDLE}
        ${HISTORY.map((table) => `and not exists (select 1 from ${table} h where h.target_id = targets.id)`).join(' ')}
        returning id`,
      params: [at],
    },
  ]);
  return countRows(results);
}

/**
 * Deletes scans (with reports and requests) that ended before `at`, epoch ms, except the latest `atLeast` of each
 * target; all scans of a target that was not requested since. Returns the number of rows.
 */
export async function forgetHistory(
  database: Database,
  { at, atLeast }: { readonly at: number; readonly atLeast: number },
): Promise<number> {
  const isOld = (table: string, scan: string): string =>
    `${scan} <= (select max(s.number) from scans s where s.target_id = ${table}.target_id) - $2`;
  const ofIdle = `target_id in (select id from targets where ${IS_IDLE})`;
  const results = await database.batch([
    {
      sql: `delete from reports where created_at < $1 and due_at is null and ${isOld('reports', 'scan')} returning id`,
      params: [at, atLeast],
    },
    {
      sql: `delete from scan_requests where at < $1 and ${isOld('scan_requests', 'scans')} returning id`,
      params: [at, atLeast],
    },
    {
      sql: `delete from scans where coalesce(ended_at, started_at) < $1 and ${isOld('scans', 'number')} returning number`,
      params: [at, atLeast],
    },
    ...HISTORY.map((table) => ({
      sql: `delete from ${table} where ${ofIdle} returning target_id`,
      params: [at],
    })),
    { sql: `delete from targets where ${IS_IDLE} returning id`, params: [at] },
  ]);
  return countRows(results);
}

const HISTORY = ['reports', 'scan_requests', 'scans'];

/** Not requested since $1, and not waiting for a next scan. */
const IS_IDLE = `last_requested_at < $1 and next_poll_at is null
  and not exists (select 1 from watches w where w.target_id = targets.id)
  and not exists (select 1 from subscriptions s where s.target_id = targets.id)
  and not exists (select 1 from waits p where p.target_id = targets.id)`;

function countRows(results: readonly (readonly unknown[])[] | null): number {
  return (results ?? []).reduce((sum, rows) => sum + rows.length, 0);
}
