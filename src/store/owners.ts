/** Owners of watches: their conversation, and the person who requested them first. */

import * as z from 'zod';
import type { Database } from './database.ts';
import { chunk, type Fragment, join, sql } from './sql.ts';

const owner = z.object({
  channel: z.string(),
  /** User ID; null for a watch made by a subscription. */
  createdBy: z.string().nullable(),
});

export type Owner = Readonly<z.infer<typeof owner>>;

/** Of a watch or a message, active or ended; null where it does not exist. */
export async function findOwner(database: Database, id: string): Promise<Owner | null> {
  const rows = await database.query(
    sql`select either.channel, ${firstOf(sql`m.id = ${id} or m.message_id = ${id}`)} as "createdBy" from (
      select channel from messages where id = ${id} union select channel from watches where id = ${id}) either`,
  );
  return z.array(owner).parse(rows)[0] ?? null;
}

/** With the key of its target. */
const ownedTarget = owner.extend({ target: z.string() });

export type OwnedTarget = Readonly<z.infer<typeof ownedTarget>>;

/** Owners of all active watches, including silent ones. */
export async function activeOwners(
  database: Database,
  targetIds: readonly string[],
): Promise<readonly OwnedTarget[]> {
  const rows = await Promise.all(
    chunk(targetIds).map((ids) =>
      database.query(
        sql`select t.id as target, w.channel, ${firstOf(sql`m.id = w.id`)} as "createdBy"
          from targets t join watches w on w.target_number = t.number
          where w.state = 'active' and t.id in (${join(ids)}) order by w.created_at desc, w.id`,
      ),
    ),
  );
  return z.array(ownedTarget).parse(rows.flat());
}

/** `condition` is over watches `m`. */
function firstOf(condition: Fragment): Fragment {
  return sql`(select f.user_id from followers f join watches m on m.id = f.watch_id where ${condition}
    order by f.followed_at, f.user_id limit 1)`;
}
