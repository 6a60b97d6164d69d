/** What a start would find in a database that is there already. Changes nothing that stays. */

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { toDatabaseError } from '../drivers/errors.ts';
import { DatabaseTooNewError, type Migration, rehearse } from '../drivers/migrate.ts';

export interface Inspection {
  /** How many migrations the next start applies. */
  readonly pending: number;
}

/** Rejects where the database does, cannot be written, or was written by a newer program. */
export async function inspectDatabase(
  database: Database,
  migrations: readonly Migration[],
): Promise<Inspection> {
  const found = await readSchema(database);
  const known = Math.max(0, ...migrations.map(({ number }) => number));
  if (found > known) throw new DatabaseTooNewError(found, known);
  const pending = migrations.filter(({ number }) => number > found);
  await (pending.length === 0 ? tryToWrite(database) : rehearse(database, pending, Date.now()));
  return { pending: pending.length };
}

/** 0 where no program has begun to use it. */
async function readSchema(database: Database): Promise<number> {
  try {
    const [row] = await database.query('select max(number) as number from migrations', []);
    return Number(row?.['number'] ?? 0);
  } catch (error) {
    // The table is missing; whatever is wrong with the database itself is not to be taken for that.
    if (toDatabaseError(error) !== null) throw error;
    return 0;
  }
}

/** Rejects where nothing can be written. A row that comes and goes in one commit: a full disk or a lock shows at the commit, and not before. */
export async function tryToWrite(database: Database): Promise<void> {
  const id = `probe/${randomUUID()}`;
  await database.batch([
    { sql: 'insert into events (id, at) values ($1, 0)', params: [id] },
    { sql: 'delete from events where id = $1', params: [id] },
  ]);
}
