/** Deletes the data of a person or a conversation. Scans belong to neither and stay. */

import type { Database, Statement } from '../database.ts';
import { IS_WATCHED } from '../targets.ts';
import { type Fragment, raw, runBatch, sql } from '../sql.ts';

/** Deleted or changed rows. */
export interface Forgotten {
  readonly watches: number;
  readonly subscriptions: number;
  readonly others: number;
}

/** `id` has only letters and digits. Its watches end, and nothing more is sent there. */
export function forgetConversation(database: Database, id: string): Promise<Forgotten> {
  const of = (table: string, column = 'channel'): Statement =>
    sql`delete from ${raw(table)} where ${raw(column)} = ${id} returning 1 as one`;
  return run(database, {
    before: [touch(sql`channel = ${id}`)],
    // Followers are deleted with their watch, deliveries with their message.
    watches: [of('watches'), sql`delete from messages where channel = ${id}`],
    subscriptions: [of('subscriptions')],
    others: [
      of('channel_settings'),
      of('scan_requests'),
      of('conversations', 'id'),
      of('conversations', 'renamed_to'),
      emptyEvents(id),
    ],
  });
}

/** `id` has only letters and digits. What only this person follows ends; shared watches go on without the name. */
export function forgetPerson(database: Database, id: string): Promise<Forgotten> {
  const unname = (table: string, column: string): Statement =>
    sql`update ${raw(table)} set ${raw(column)} = '' where ${raw(column)} = ${id} returning 1 as one`;
  return run(database, {
    before: [touch(followedOnlyBy(id))],
    watches: [
      sql`delete from watches where ${followedOnlyBy(id)} returning 1 as one`,
      sql`delete from messages where state <> 'digest'
        and not exists (select 1 from watches w where w.message_id = messages.id)
        and not exists (select 1 from watches w where w.id = messages.id)`,
      // A board of which only ended lines are left.
      sql`update messages set state = 'stopped',
          ended_at = (select max(w.ended_at) from watches w where w.message_id = messages.id)
        where state = 'active'
          and not exists (select 1 from watches w where w.message_id = messages.id and w.state = 'active')`,
    ],
    subscriptions: [unname('subscriptions', 'created_by')],
    others: [
      sql`delete from followers where user_id = ${id} returning 1 as one`,
      unname('channel_settings', 'changed_by'),
      unname('scan_requests', 'user_id'),
      clearStoppedBy('deliveries', 'content', id),
      clearStoppedBy('watches', 'content', id),
      emptyEvents(id),
    ],
  });
}

function followedOnlyBy(id: string): Fragment {
  return sql`subscription_id is null
    and exists (select 1 from followers f where f.watch_id = watches.id and f.user_id = ${id})
    and not exists (select 1 from followers f where f.watch_id = watches.id and f.user_id <> ${id})`;
}

/** Prevents that a plan for deleted watches is recorded. */
function touch(condition: Fragment): Statement {
  return sql`update targets set version = version + 1 where number in (select target_number from watches where ${condition})`;
}

/** Removes who stopped a watch from JSON as stringifyContent writes it, without spaces. */
function clearStoppedBy(table: string, column: string, id: string): Statement {
  const name = `"stoppedBy":"${id}"`;
  return sql`update ${raw(table)} set ${raw(column)} = replace(${raw(column)}, ${name}, '"stoppedBy":null')
    where ${raw(column)} like ${`%${name}%`} returning 1 as one`;
}

/** Events that are not finished yet. */
function emptyEvents(id: string): Statement {
  return sql`update events set body = null where body like ${`%"${id}"%`} returning 1 as one`;
}

interface Work {
  readonly before: readonly Statement[];
  readonly watches: readonly Statement[];
  readonly subscriptions: readonly Statement[];
  readonly others: readonly Statement[];
}

async function run(database: Database, { before, watches, subscriptions, others }: Work): Promise<Forgotten> {
  const leave: Statement = sql`update targets set next_poll_at = null, is_unwatched = 1
    where next_poll_at is not null and not ${IS_WATCHED}`;
  const results = await runBatch(database, [...before, ...watches, ...subscriptions, ...others, leave]);
  const count = (from: number, { length }: readonly Statement[]): number =>
    results.slice(from, from + length).flat().length;
  return {
    watches: count(before.length, watches),
    subscriptions: count(before.length + watches.length, subscriptions),
    others: count(before.length + watches.length + subscriptions.length, others),
  };
}
