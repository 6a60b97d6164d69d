/**
 * Checks the database as a start would find it, without creating it: a file created in the wrong place would hide the
 * mistake.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { toDatabaseError } from '../store/drivers/errors.ts';
import { inspectDatabase } from '../store/maintenance/inspect.ts';
import { readMigrations } from '../store/drivers/migrate.ts';
import { type DatabaseLocation, openLocation } from '../store/drivers/open.ts';
import { OWNER_ONLY } from '../store/drivers/private-file.ts';
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
  const created = followLink(file);
  const folder = dirname(created);
  if (!existsSync(folder)) return { kind: 'no-folder', folder };
  // Rights alone do not tell: /proc takes no file of anybody. As long as `-journal`, the longest name that SQLite needs.
  const trial = `${created}-${randomUUID().slice(0, 7)}`;
  try {
    closeSync(openSync(trial, 'wx', OWNER_ONLY));
    rmSync(trial);
    return { kind: 'absent', file };
  } catch {
    return { kind: 'closed-folder', folder };
  }
}

/** A start creates what a dangling link names. */
function followLink(file: string): string {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return isLink ? resolve(dirname(file), readlinkSync(file)) : file;
}

/** For any Database, which it closes. Tries to write, and leaves nothing behind. */
async function inspect(database: Database): Promise<DatabaseState> {
  try {
    return { kind: 'fine', ...(await inspectDatabase(database, readMigrations())) };
  } finally {
    await database.close();
  }
}
