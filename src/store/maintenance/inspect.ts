/** What a start would find in an existing database. Changes nothing permanently. */

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { toDatabaseError } from '../drivers/errors.ts';
import { DatabaseTooNewError, type Migration, rehearse } from '../drivers/migrate.ts';
import { sql } from '../sql.ts';

export interface Inspection {
  /** Migrations that the next start would apply. */
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

/** 0 for an unused database. */
async function readSchema(database: Database): Promise<number> {
  try {
    const [row] = await database.query(sql`select max(number) as number from migrations`);
    return Number(row?.['number'] ?? 0);
  } catch (error) {
    // The table is missing; an error of the database itself must not be mistaken for that.
    if (toDatabaseError(error) !== null) throw error;
    return 0;
  }
}

/**
 * Rejects where nothing can be written. Inserts and deletes a row in one commit: a full disk or a lock shows only at
 * the commit.
 */
export async function tryToWrite(database: Database): Promise<void> {
  const id = `probe/${randomUUID()}`;
  await database.batch([
    sql`insert into events (id, at) values (${id}, 0)`,
    sql`delete from events where id = ${id}`,
  ]);
}
