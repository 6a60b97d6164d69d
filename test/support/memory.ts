/** Databases in memory, which a test can hold up and let fail. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { sql } from '../../src/store/sql.ts';
import { NOON } from './observations.ts';

/** A database in memory for each test of the file, under one name; it fails only in tests that make it fail. */
export function useMemory(): FaultyDatabase {
  let opened: Database | null = null;
  const current = (): Database => {
    if (opened === null) throw new Error('the database in memory is there within a test');
    return opened;
  };
  const faulty = makeFaulty({
    query: (statement) => current().query(statement),
    batch: (statements) => current().batch(statements),
    close: () => current().close(),
  });
  beforeEach(async () => {
    opened = await openMemory();
    faulty.failOn(null);
    faulty.after = () => undefined;
    return () => opened?.close();
  });
  return faulty;
}

/** Marks a database as the bot's, without its tables. */
export const NO_MIGRATIONS = 'create table migrations (number integer, name text, applied_at bigint)';

export async function openMemory(): Promise<Database> {
  return openSqlite(await migratedBytes());
}

let migrated: Promise<Buffer> | null = null;

/** Of a database with the program's tables and no rows: opened in a tenth of the time that migrating takes. */
export function migratedBytes(): Promise<Buffer> {
  return (migrated ??= createMigrated());
}

/** A file with the program's tables and no rows, for its owner alone. */
export async function writeMigrated(file: string): Promise<void> {
  writeFileSync(file, await migratedBytes(), { mode: 0o600 });
}

async function createMigrated(): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'scanprogress-migrated-'));
  const file = join(directory, 'bot.db');
  const database = openSqlite(':memory:');
  try {
    await migrate(database, readMigrations(), NOON);
    await database.query(sql`vacuum into ${file}`);
    return readFileSync(file);
  } finally {
    await database.close();
    rmSync(directory, { recursive: true });
  }
}

/** A database that a test can look into, hold up, and let fail. `sql` is the text of all statements of a call. */
export interface FaultyDatabase extends Database {
  /** Called before each call; a promise that it returns is awaited, and where it throws the call fails. */
  before: (sql: string) => unknown;
  /** The same after each call, before its caller goes on. */
  after: (sql: string) => unknown;
  /** From now on, every call in whose text `part` occurs fails; null ends that. */
  failOn(part: string | null): void;
}

export function makeFaulty(database: Database): FaultyDatabase {
  const around = async <T>(sql: string, call: () => Promise<T>): Promise<T> => {
    // Without a pause unless a test wants one: the database itself has none.
    const held = faulty.before(sql);
    if (held instanceof Promise) await held;
    const result = await call();
    await faulty.after(sql);
    return result;
  };
  const faulty: FaultyDatabase = {
    before: () => undefined,
    after: () => undefined,
    failOn(part) {
      faulty.before = (sql) => {
        if (part !== null && sql.includes(part)) throw new Error('disk I/O error');
      };
    },
    query: (statement) => around(statement.text, () => database.query(statement)),
    batch: (statements) =>
      around(statements.map((statement) => statement.text).join(';\n'), () => database.batch(statements)),
    close: () => database.close(),
  };
  return faulty;
}
