/**
 * Slack gave a conversation another ID. All rows move to the new ID, including deliveries given up because Slack
 * rejected the old ID first. Duplicates of rows under the new ID are joined.
 */

import type { Database, Statement } from '../database.ts';
import { resumeSubscriptions } from '../subscriptions.ts';
import { raw, sql } from '../sql.ts';

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly now: number;
}

const hasActiveWatch = sql`exists (select 1 from watches w where w.message_id = messages.id and w.state = 'active')`;

/** Slack reports the new ID within this time. */
const RENAME_DELAY_MS = 3_600_000;

export async function renameConversation(database: Database, rename: Rename): Promise<void> {
  if (rename.from === rename.to) return;
  await database.batch([
    ...revive(rename),
    ...joinSubscriptions(rename),
    ...joinWatches(rename),
    ...['messages', 'watches', 'subscriptions', 'scan_requests'].map((table) => move(table, rename)),
    ...moveSettings(rename),
    ...recordNewId(rename),
    ...readSoon(rename),
  ]);
  await resumeSubscriptions(database, rename.to, rename.now);
}

function revive({ from, to, now }: Rename): readonly Statement[] {
  const since = now - RENAME_DELAY_MS;
  // Watched under the old ID until Slack rejected it. The latest of duplicates.
  const isLost = sql`channel = ${from} and state = 'undeliverable' and ended_at >= ${since} and not exists (
    select 1 from watches n where n.thread = watches.thread and n.target_number = watches.target_number and (
      n.channel in (${from}, ${to}) and n.state = 'active' or n.channel = ${from} and n.state = 'undeliverable'
        and (n.ended_at > watches.ended_at or n.ended_at = watches.ended_at and n.id > watches.id)))`;
  return [
    sql`update watches set state = 'active', ended_at = null where ${isLost}`,
    sql`update messages set state = 'active', ended_at = null
      where channel = ${from} and state = 'undeliverable' and ${hasActiveWatch}`,
    // Also the end of a scan whose watch had ended.
    sql`update deliveries set state = 'pending', due_at = ${now}, settled_at = null, attempts = 0, error = null
      where state = 'given-up' and error = 'channel_not_found' and settled_at >= ${since} and message_id in (
        select id from messages where channel = ${from} and state <> 'undeliverable')`,
  ];
}

function joinSubscriptions({ from, to, now }: Rename): readonly Statement[] {
  return [
    sql`update subscriptions set state = 'ended', ended_at = ${now} where channel = ${from} and state <> 'ended'
      and exists (select 1 from subscriptions n
        where n.channel = ${to} and n.target_id = subscriptions.target_id and n.state <> 'ended')`,
  ];
}

/** Followers of the old watch are notified by the watch under the new ID. */
function joinWatches({ from, to, now }: Rename): readonly Statement[] {
  const isSame = sql`n.thread = o.thread and n.target_number = o.target_number and n.state = 'active' and o.state = 'active'`;
  return [
    sql`insert into followers (watch_id, user_id, followed_at)
      select n.id, f.user_id, f.followed_at
        from followers f join watches o on o.id = f.watch_id and o.channel = ${from}
        join watches n on n.channel = ${to} and ${isSame}
      where true on conflict do nothing`,
    sql`update watches set state = 'stopped', ended_at = ${now} where channel = ${from} and state = 'active'
      and exists (select 1 from watches n where n.channel = ${to} and n.target_number = watches.target_number
        and n.state = 'active' and n.thread = watches.thread)`,
    sql`update messages set state = 'stopped', ended_at = ${now}
      where channel = ${from} and state = 'active' and not ${hasActiveWatch}`,
  ];
}

function move(table: string, { from, to }: Rename): Statement {
  return sql`update ${raw(table)} set channel = ${to} where channel = ${from}`;
}

function moveSettings({ from, to }: Rename): readonly Statement[] {
  return [
    sql`update channel_settings set channel = ${to} where channel = ${from}
      and not exists (select 1 from channel_settings n where n.channel = ${to})`,
    sql`delete from channel_settings where channel = ${from}`,
  ];
}

/** Buttons in old messages carry the old ID forever. */
function recordNewId({ from, to, now }: Rename): readonly Statement[] {
  return [
    sql`update conversations set renamed_to = ${to} where renamed_to = ${from}`,
    sql`insert into conversations (id, checked_at, renamed_to) values (${from}, ${now}, ${to})
      on conflict (id) do update set renamed_to = excluded.renamed_to`,
    sql`update conversations set renamed_to = null where id = ${to}`,
  ];
}

function readSoon({ to, now }: Rename): readonly Statement[] {
  return [
    sql`update targets set version = version + 1,
        next_poll_at = case when next_poll_at is null or next_poll_at > ${now} then ${now} else next_poll_at end
      where number in (select target_number from watches where channel = ${to} and state = 'active')`,
  ];
}
