/** SQLite databases of one test each, for the store's suite and what is special to SQLite. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import type { OpenedDatabase, Shape } from '../store/suite/fixture.ts';
import { createDirectory } from './directory.ts';
import { NOON } from './observations.ts';
import { migratedBytes, writeMigrated } from './memory.ts';

export interface OpenedFile extends OpenedDatabase {
  readonly file: string;
}

/** Closed and removed with its test. */
export async function openFile(shape: Shape): Promise<OpenedFile> {
  const file = join(createDirectory(), 'scanprogress.db');
  const database = openSqlite(file);
  const connections = [database];
  const remove = async (): Promise<void> => {
    for (const connection of connections) await connection.close();
  };
  onTestFinished(remove);
  if (shape === 'migrated') await migrate(database, readMigrations(), NOON);
  return {
    file,
    database,
    connect() {
      const connection = openSqlite(file);
      connections.push(connection);
      return Promise.resolve(connection);
    },
    remove,
  };
}

/** A new file with the program's tables, which its test closes. */
export async function openMigrated(file: string): Promise<Database> {
  await writeMigrated(file);
  return openSqlite(file);
}

export async function openInMemory(shape: Shape): Promise<OpenedDatabase> {
  const database = openSqlite(shape === 'bare' ? ':memory:' : await migratedBytes());
  return { database, connect: () => Promise.resolve(database), remove: () => database.close() };
}
