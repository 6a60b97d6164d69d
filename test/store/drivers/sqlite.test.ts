import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Database, Statement } from '../../../src/store/database.ts';
import { MissingFolderError } from '../../../src/store/drivers/errors.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { ended, NOON } from '../../support/observations.ts';
import { outboxLines, readNow, watchingLive } from '../../support/store.ts';
import { NO_MIGRATIONS } from '../../support/memory.ts';
import { openFile, openInMemory } from '../../support/sqlite-databases.ts';
import { storeSuite } from '../store-suite.ts';
import { oneRow, raw, sql, withOptions } from '../../../src/store/sql.ts';

storeSuite('SQLite in memory', openInMemory);

describe('SQLite', () => {
  const pragma = async (database: Database, name: string) =>
    Object.values((await database.query(sql`pragma ${raw(name)}`))[0] ?? {})[0];

  /** What another program sees in the file at this very moment, without awaiting anything. */
  function peek(file: string, sql: string): readonly unknown[] {
    const connection = new BetterSqlite3(file, { readonly: true });
    try {
      return connection.prepare(sql).all();
    } finally {
      connection.close();
    }
  }

  it('writes ahead and syncs every commit, on every connection', async () => {
    const opened = await openFile('bare');
    const { database } = opened;
    for (const connection of [database, await opened.connect()]) {
      expect(await pragma(connection, 'journal_mode')).toBe('wal');
      expect(await pragma(connection, 'synchronous')).toBe(2);
      expect(await pragma(connection, 'foreign_keys')).toBe(1);
    }
  });

  it('does not wait for the disk where all of a batch may be lost in a power cut', async () => {
    const opened = await openFile('bare');
    await opened.database.batch([sql`create table notes (id text)`, sql`${raw(NO_MIGRATIONS)}`]);
    // As it is opened, and as it was left by another statement.
    const database = await opened.connect();
    const lost = withOptions(sql`insert into notes (id) values ('a')`, { mayBeLost: true });
    const kept = { ...lost, mayBeLost: false };
    const level = async (...batch: readonly Statement[]) => {
      await database.batch(batch);
      return pragma(database, 'synchronous');
    };
    expect(await level(lost, lost)).toBe(1);
    expect(await level(lost, kept)).toBe(2);
    expect(await level(lost)).toBe(1);
    await database.query(sql`insert into notes (id) select 'b'`);
    expect(await pragma(database, 'synchronous')).toBe(2);
  });

  it('has committed before the promise is awaited', async () => {
    const { database, file } = await openFile('bare');
    const made = database.query(sql`create table notes (id text)`);
    expect(peek(file, 'select * from notes')).toEqual([]);
    const batch = database.batch([sql`insert into notes (id) values (${'a'})`]);
    expect(peek(file, 'select * from notes')).toEqual([{ id: 'a' }]);
    await Promise.all([made, batch]);
  });

  it('shows nothing of a batch whose expectation fails, not even for a moment', async () => {
    const { database, file } = await openFile('bare');
    await database.query(sql`create table notes (id text primary key)`);
    const insert = sql`insert into notes (id) values ('a')`;
    const batch = database.batch([insert, oneRow`delete from notes where id is null`]);
    expect(peek(file, 'select * from notes')).toEqual([]);
    expect(await batch).toBeNull();
  });

  it('rejects, and does not throw, where a statement is wrong', async () => {
    const { database } = await openFile('bare');
    const query = database.query(sql`selec`);
    await expect(query).rejects.toThrow();
    const batch = database.batch([sql`insert into missing values (1)`]);
    await expect(batch).rejects.toThrow();
  });

  it('finds everything again after a program that never closed it', async () => {
    const opened = await openFile('bare');
    const { database } = opened;
    await migrate(database, readMigrations(), NOON);
    const id = await watchingLive(database);
    await readNow(database, ended(12, 12));
    const other = await opened.connect();
    expect(await migrate(other, readMigrations(), NOON)).toEqual([]);
    expect(await outboxLines(other, id)).toEqual([
      'completion pending 12',
      'final pending 12',
      'live sent 0',
    ]);
  });

  it.each([
    [true, 'delete'],
    [false, 'wal'],
  ])('opened to stay as it is (%s), a file has the journal mode %s', async (isToStay, mode) => {
    const file = join(createDirectory(), 'other.db');
    new BetterSqlite3(file).exec(NO_MIGRATIONS).close();
    const database = openSqlite(file, { isToStay });
    expect(await pragma(database, 'journal_mode')).toBe(mode);
    await database.close();
  });

  it('refuses a file that is no database, and one without its folder', () => {
    const directory = createDirectory();
    const file = join(directory, 'notes.txt');
    writeFileSync(file, 'no database at all'.repeat(999));
    expect(() => openSqlite(file)).toThrow(expect.objectContaining({ code: 'SQLITE_NOTADB' }));
    const below = join(directory, 'below');
    expect(() => openSqlite(join(below, 'bot.db'))).toThrow(
      new MissingFolderError(`the directory does not exist: ${below}`),
    );
  });
});
