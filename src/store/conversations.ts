/** What Slack says of conversations: whether people of another organisation are members, and former IDs. */

import * as z from 'zod';
import type { Database } from './database.ts';
import { OPEN, sql } from './sql.ts';

export interface KnownConversation {
  readonly isShared: boolean;
  /** When Slack said so, epoch ms. */
  readonly checkedAt: number;
}

/** null where Slack was never queried. */
export async function findConversation(database: Database, id: string): Promise<KnownConversation | null> {
  const rows = await database.query(
    sql`select is_shared, checked_at from conversations where id = ${id} and is_shared is not null`,
  );
  const [row] = rows.map((found) => sharedRow.parse(found));
  return row === undefined ? null : { isShared: row.is_shared === 1, checkedAt: row.checked_at };
}

const sharedRow = z.object({ is_shared: z.coerce.number(), checked_at: z.coerce.number() });

export async function saveConversation(
  database: Database,
  { id, isShared, now }: { readonly id: string; readonly isShared: boolean; readonly now: number },
): Promise<void> {
  await database.query(
    sql`insert into conversations (id, is_shared, checked_at) values (${id}, ${isShared ? 1 : 0}, ${now})
      on conflict (id) do update set is_shared = excluded.is_shared, checked_at = excluded.checked_at`,
  );
}

/** Makes attempted deliveries to the channel due now; ends in state `withheld` stay. */
export async function sendPostponed(database: Database, channel: string, now: number): Promise<void> {
  await database.query(
    sql`update deliveries set due_at = ${now} where ${OPEN} and state = 'pending' and due_at > ${now} and attempts > 0
      and exists (select 1 from messages m where m.id = deliveries.message_id and m.channel = ${channel})`,
  );
}

/** The current ID of a conversation; its own where it was never renamed. */
export async function currentId(database: Database, id: string): Promise<string> {
  const [row] = await database.query(sql`select renamed_to from conversations where id = ${id}`);
  const renamedTo = row?.['renamed_to'];
  return typeof renamedTo === 'string' ? renamedTo : id;
}
