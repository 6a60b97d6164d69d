/**
 * Checks the database as a start would find it, without creating it: a file created in the wrong place would hide the
 * mistake.
 */

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { toDatabaseError } from '../store/drivers/errors.ts';
import { inspectDatabase } from '../store/maintenance/inspect.ts';
import { readMigrations } from '../store/drivers/migrate.ts';
import { type DatabaseLocation, openLocation } from '../store/drivers/open.ts';
import { openSqlite } from '../store/drivers/sqlite.ts';
import type { DatabaseState } from '../views/doctor.ts';

/** Never rejects. */
export async function checkDatabase(location: DatabaseLocation): Promise<DatabaseState> {
  try {
    return location.kind === 'sqlite'
      ? await checkFile(location.file)
      : await inspect(await openLocation(location));
  } catch (error) {
    const databaseError = toDatabaseError(error);
    return databaseError === null
      ? { kind: 'broken', detail: messageOf(error) }
      : { kind: 'error', error: databaseError };
  }
}

async function checkFile(file: string): Promise<DatabaseState> {
  if (file === ':memory:') return { kind: 'in-memory' };
  if (!existsSync(file)) return checkFolder(file);
  // `isToStay` does not change the journal mode of the file.
  return inspect(openSqlite(file, { isToStay: true }));
}

function checkFolder(file: string): DatabaseState {
  const folder = dirname(file);
  if (!existsSync(folder)) return { kind: 'no-folder', folder };
  try {
    // SQLite creates two more files beside it, so writing to the folder is needed.
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { kind: 'absent', file };
  } catch {
    return { kind: 'closed-folder', folder };
  }
}

/** For any Database, which it closes. Tries to write, and leaves nothing behind. */
async function inspect(database: Database): Promise<DatabaseState> {
  try {
    return { kind: 'fine', ...(await inspectDatabase(database, readMigrations())) };
  } finally {
    await database.close();
  }
}
