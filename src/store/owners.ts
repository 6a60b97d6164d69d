/** Owners of watches: their conversation, and the person who requested them first. */

import * as z from 'zod';
import type { Database } from './database.ts';
import { chunk, type Fragment, join, sql } from './sql.ts';

export interface Owner {
  readonly channel: string;
  /** User ID; null for a watch made by a subscription. */
  readonly createdBy: string | null;
}

/** Of a watch or a message, active or ended; null where it does not exist. */
export async function findOwner(database: Database, id: string): Promise<Owner | null> {
  const rows = await database.query(
    sql`select either.channel, ${firstOf(sql`m.id = ${id} or m.message_id = ${id}`)} as created_by from (
      select channel from messages where id = ${id} union select channel from watches where id = ${id}) either`,
  );
  return rows.map((row) => toOwner(ownerRow.parse(row)))[0] ?? null;
}

export interface OwnedTarget extends Owner {
  /** Key of its target. */
  readonly target: string;
}

/** Owners of all active watches, including silent ones. */
export async function activeOwners(
  database: Database,
  targetIds: readonly string[],
): Promise<readonly OwnedTarget[]> {
  const rows = await Promise.all(
    chunk(targetIds).map((ids) =>
      database.query(
        sql`select w.target_id, w.channel, ${firstOf(sql`m.id = w.id`)} as created_by from watches w
          where w.state = 'active' and w.target_id in (${join(ids)}) order by w.created_at desc, w.id`,
      ),
    ),
  );
  return rows.flat().map((row) => {
    const { target_id: target, ...owner } = ownedRow.parse(row);
    return { target, ...toOwner(owner) };
  });
}

/** `condition` is over watches `m`. */
function firstOf(condition: Fragment): Fragment {
  return sql`(select f.user_id from followers f join watches m on m.id = f.watch_id where ${condition}
    order by f.followed_at, f.user_id limit 1)`;
}

const ownerRow = z.object({ channel: z.string(), created_by: z.string().nullable() });
const ownedRow = ownerRow.extend({ target_id: z.string() });

function toOwner({ channel, created_by }: z.infer<typeof ownerRow>): Owner {
  return { channel, createdBy: created_by };
}
