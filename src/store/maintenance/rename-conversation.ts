/**
 * Slack gave a conversation another ID. All rows move to the new ID, including deliveries given up because Slack
 * rejected the old ID first. Duplicates of rows under the new ID are joined.
 */

import type { Database, Statement } from '../database.ts';
import { wakeSubscriptions } from '../subscriptions.ts';

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly now: number;
}

/** Slack reports the new ID within this time. */
const RENAME_DELAY_MS = 3_600_000;

export async function renameConversation(database: Database, rename: Rename): Promise<void> {
  if (rename.from === rename.to) return;
  await database.batch([
    ...revive(rename),
    ...joinSubscriptions(rename),
    ...joinWatches(rename),
    ...['watches', 'subscriptions', 'scan_requests'].map((table) => move(table, rename)),
    ...moveSettings(rename),
    ...recordNewId(rename),
    ...readSoon(rename),
  ]);
  await wakeSubscriptions(database, rename.to, rename.now);
}

/** `$1` was watched under the old ID until Slack rejected it; `$2` is the new one. The latest of duplicates. */
const IS_LOST = `channel = $1 and state = 'undeliverable' and ended_at >= $3 and not exists (
  select 1 from watches n where n.thread = watches.thread and n.target_id = watches.target_id and (
    n.channel in ($1, $2) and n.state = 'active' or n.channel = $1 and n.state = 'undeliverable'
      and (n.ended_at > watches.ended_at or n.ended_at = watches.ended_at and n.id > watches.id)))`;

function revive({ from, to, now }: Rename): readonly Statement[] {
  return [
    {
      // Also the end of a scan whose watch had ended.
      sql: `update deliveries set state = 'pending', due_at = $4, settled_at = null, attempts = 0, error = null
        where state = 'given-up' and error = 'channel_not_found' and settled_at >= $3 and watch_id in (
          select id from watches where channel = $1 and state <> 'undeliverable' or ${IS_LOST})`,
      params: [from, to, now - RENAME_DELAY_MS, now],
    },
    {
      sql: `update watches set state = 'active', ended_at = null where ${IS_LOST}`,
      params: [from, to, now - RENAME_DELAY_MS],
    },
  ];
}

/** `$2` has one, too. */
const otherOf = (table: string, isOpen: string): string => `select 1 from ${table} n where n.channel = $2
  and n.target_id = ${table}.target_id and n.${isOpen}`;

function joinSubscriptions({ from, to, now }: Rename): readonly Statement[] {
  return [
    {
      sql: `update subscriptions set state = 'ended', ended_at = $3 where channel = $1 and state <> 'ended'
        and exists (${otherOf('subscriptions', `state <> 'ended'`)})`,
      params: [from, to, now],
    },
  ];
}

/** Followers of the old watch are notified by the watch under the new ID. */
function joinWatches({ from, to, now }: Rename): readonly Statement[] {
  const isSame = `n.thread = o.thread and n.target_id = o.target_id and n.state = 'active' and o.state = 'active'`;
  return [
    {
      sql: `insert into followers (watch_id, user_id, followed_at)
        select n.id, f.user_id, f.followed_at from followers f join watches o on o.id = f.watch_id and o.channel = $1
          join watches n on n.channel = $2 and ${isSame}
        where true on conflict do nothing`,
      params: [from, to],
    },
    {
      sql: `update watches set state = 'stopped', ended_at = $3 where channel = $1 and state = 'active'
        and exists (${otherOf('watches', `state = 'active'`)} and n.thread = watches.thread)`,
      params: [from, to, now],
    },
  ];
}

function move(table: string, { from, to }: Rename): Statement {
  return { sql: `update ${table} set channel = $2 where channel = $1`, params: [from, to] };
}

function moveSettings({ from, to }: Rename): readonly Statement[] {
  return [
    {
      sql: `update channel_settings set channel = $2 where channel = $1
        and not exists (select 1 from channel_settings n where n.channel = $2)`,
      params: [from, to],
    },
    { sql: 'delete from channel_settings where channel = $1', params: [from] },
  ];
}

/** Buttons in old messages carry the old ID forever. */
function recordNewId({ from, to, now }: Rename): readonly Statement[] {
  return [
    { sql: 'update conversations set renamed_to = $2 where renamed_to = $1', params: [from, to] },
    {
      sql: `insert into conversations (id, checked_at, renamed_to) values ($1, $3, $2)
        on conflict (id) do update set renamed_to = excluded.renamed_to`,
      params: [from, to, now],
    },
    { sql: 'update conversations set renamed_to = null where id = $1', params: [to] },
  ];
}

function readSoon({ to, now }: Rename): readonly Statement[] {
  return [
    {
      sql: `update targets set version = version + 1,
          next_poll_at = case when next_poll_at is null or next_poll_at > $2 then $2 else next_poll_at end
        where id in (select target_id from watches where channel = $1 and state = 'active')`,
      params: [to, now],
    },
  ];
}
