/** Owners of watches: their conversation, and the person who requested them first. */

import * as z from 'zod';
import type { Database } from './database.ts';
import { chunk, listFrom } from './sql.ts';

export interface Owner {
  readonly channel: string;
  /** User ID; null for a watch made by a subscription. */
  readonly createdBy: string | null;
}

/** Of a watch or a board, active or ended; null where it does not exist. */
export async function findOwner(database: Database, watchId: string): Promise<Owner | null> {
  const rows = await database.query(
    `select w.channel, ${firstOf('m.id = w.id or m.board_id = w.id')} as created_by from watches w where w.id = $1`,
    [watchId],
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
        `select w.target_id, w.channel, ${firstOf('m.id = w.id')} as created_by from watches w
          where w.state = 'active' and w.target_id in (${listFrom(1, ids)}) order by w.created_at desc, w.id`,
        ids,
      ),
    ),
  );
  return rows.flat().map((row) => {
    const { target_id: target, ...owner } = ownedRow.parse(row);
    return { target, ...toOwner(owner) };
  });
}

/** `condition` is a constant over `m` and `w`. */
function firstOf(condition: string): string {
  return `(select f.user_id from followers f join watches m on m.id = f.watch_id where ${condition}
    order by f.followed_at, f.user_id limit 1)`;
}

const ownerRow = z.object({ channel: z.string(), created_by: z.string().nullable() });
const ownedRow = ownerRow.extend({ target_id: z.string() });

function toOwner({ channel, created_by }: z.infer<typeof ownerRow>): Owner {
  return { channel, createdBy: created_by };
}
