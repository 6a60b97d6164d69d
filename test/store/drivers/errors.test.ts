import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReadiness, type Readiness } from '../../../src/readiness.ts';
import { type Database, type Statement } from '../../../src/store/database.ts';
import { toDatabaseError } from '../../../src/store/drivers/errors.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { markCleanStop } from '../../../src/store/drivers/clean-stop.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { withHealthReporting } from '../../../src/store/maintenance/health.ts';
import { databaseErrorSentences } from '../../../src/views/parts/database-error.ts';
import { makeFaulty } from '../../support/memory.ts';
import { useDirectory } from '../../support/directory.ts';
import { ended, NOON } from '../../support/observations.ts';
import { outboxLines, readNow, recordingLog, SILENT_LOG, watchingLive } from '../../support/store.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const directory = useDirectory();
let file: string;

beforeEach(() => {
  file = directory.join('bot.db');
});

async function openMigrated(): Promise<Database> {
  const database = openSqlite(file);
  await migrate(database, readMigrations(), NOON);
  return database;
}

/** A disk without room: what adds nothing succeeds on it all the same. */
function withDisk(database: Database, isFull: () => boolean): Database {
  const check = (statement: Statement): void => {
    if (isFull() && statement.text.startsWith('insert'))
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  return {
    ...database,
    query: async (statement) => {
      check(statement);
      return database.query(statement);
    },
    batch: async (statements) => {
      for (const statement of statements) check(statement);
      return database.batch(statements);
    },
  };
}

/** What opening and migrating comes to. */
async function causeOfOpening(): Promise<string> {
  try {
    await (await openMigrated()).close();
    return 'none';
  } catch (error) {
    return toDatabaseError(error)?.cause ?? `unknown: ${String(error)}`;
  }
}

describe('opening a database', () => {
  it('says that it is no database', async () => {
    await writeFile(
      file,
      'PK\u0003\u0004 this is a zip file, as far as anybody can tell, and no database'.repeat(99),
    );
    expect(await causeOfOpening()).toBe('corrupt');
  });

  it('says that a page in the middle of it is damaged', async () => {
    const database = await openMigrated();
    for (let index = 0; index < 300; index += 1) await watchingLive(database, { channel: `C${index}` });
    await database.close();
    const copy = new BetterSqlite3(file);
    const bytes = copy.serialize();
    copy.close();
    bytes.fill(0xff, 4096 * 3, 4096 * 12);
    await writeFile(file, bytes);
    expect(await causeOfOpening()).toBe('corrupt');
    // The whole file is read for that, so it is not where the file is as a clean stop left it.
    markCleanStop(file);
    expect(() => openSqlite(file)).not.toThrow();
  });

  it('says that its folder is missing, or that it is a folder or a device', async () => {
    file = '/dev/null';
    expect(await causeOfOpening()).toBe('unreachable');
    file = directory.join('missing/bot.db');
    expect(await causeOfOpening()).toBe('unreachable');
    file = directory.join('folder.db');
    await mkdir(file);
    expect(await causeOfOpening()).toBe('unreachable');
  });

  it('says that a newer program wrote it', async () => {
    const database = await openMigrated();
    await database.query(sql`insert into migrations (number, name, applied_at) values (9999, 'later', 1)`);
    const { length } = readMigrations();
    const words = `the database has schema 9999, this program knows ${String(length)}: run the newer program`;
    await expect(migrate(database, readMigrations(), NOON)).rejects.toThrow(words);
    await database.close();
    expect(await causeOfOpening()).toBe('newer');
  });

  it.each([
    ['a table of its own', 'create table customers (id text)'],
    ['a table that is called as one of ours', 'create table watches (id text)'],
    ['a list of migrations of its own', 'create table migrations (id text, batch integer)'],
  ])('says that it is the database of another program, with %s, and changes nothing', async (_, table) => {
    const other = new BetterSqlite3(file);
    other.exec(table);
    other.close();
    const before = await readFile(file);
    expect(await causeOfOpening()).toBe('foreign');
    expect(await readFile(file)).toEqual(before);
  });

  it('sets a log, its full synchronisation and a busy time', async () => {
    const database = await openMigrated();
    const pragma = async (name: string) =>
      Object.values((await database.query(sql`pragma ${raw(name)}`))[0] ?? {})[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('busy_timeout')).toBe(5);
    await database.close();
  });
});

describe('a database in use', () => {
  let readiness: Readiness;
  beforeEach(() => {
    readiness = createReadiness(SILENT_LOG);
  });
  /** Closed with its test. */
  const watch = (database: Database, onError?: (cause: string) => void): Database => {
    onTestFinished(() => database.close());
    const toSentences = databaseErrorSentences;
    return withHealthReporting(database, { readiness, toSentences, ...(onError && { onError }) });
  };
  const problem = () => readiness.reasons().get('database');
  const untilReady = () => vi.waitUntil(() => readiness.reasons().size === 0);
  /** As a tick does that finds nothing to lease. */
  const lease = (database: Database) =>
    database.query(sql`update targets set lease_owner = 'a' where id = 'none'`);

  it('that is full says so, loses nothing that it took, and goes on once there is room', async () => {
    const database = watch(await openMigrated());
    const id = await watchingLive(database);
    const [row] = await database.query(sql`pragma page_count`);
    // As a full disk does: SQLite can have no more pages.
    await database.query(sql`pragma max_page_count = ${raw(String(Object.values(row ?? {})[0]))}`);
    const fill = () =>
      database.query(sql`insert into events (id, at, body) values (${id}, 1, ${'x'.repeat(99_000)})`);
    await expect(fill()).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    expect(problem()).toContain('full');
    expect(await outboxLines(database, id)).toEqual(['live sent 0']);
    await database.query(sql`pragma max_page_count = 1000000`);
    await readNow(database, ended(12, 12));
    await untilReady();
    expect(await outboxLines(database, id)).toContain('completion pending 12');
  });

  it('that cannot be written is not ready, however much is read, until it can', async () => {
    const database = watch(await openMigrated());
    // Stands for a file system that was remounted: root may write whatever its permissions say.
    await database.query(sql`pragma query_only = on`);
    await expect(watchingLive(database)).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
    await database.query(sql`select * from watches`);
    expect(problem()).toContain('cannot be written');
    await database.query(sql`pragma query_only = off`);
    await watchingLive(database);
    await untilReady();
  });

  it('that is full stays so while only writes succeed that change no row', async () => {
    const { log, lines } = recordingLog();
    readiness = createReadiness(log);
    let isFull = true;
    const database = watch(withDisk(await openMigrated(), () => isFull));
    const insert = (id: string) => database.query(sql`insert into events (id, at) values (${id}, 1)`);
    await expect(insert('Ev1')).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    for (let ticks = 0; ticks < 3; ticks += 1) {
      await lease(database);
      await setImmediate();
    }
    expect(lines).toEqual(['error not ready']);
    isFull = false;
    await lease(database);
    await untilReady();
    expect(await database.query(sql`select * from events`)).toEqual([]);
  });

  it('is tried by one write at a time, and only where it failed before', async () => {
    const inner = makeFaulty(await openMigrated());
    let probes = 0;
    inner.before = (text) => {
      if (text.includes('delete from events')) probes += 1;
      return undefined;
    };
    const database = watch(inner);
    const write = () => database.query(sql`update targets set lease_owner = (select 'a') where id = 'none'`);
    await write();
    await setImmediate();
    expect(probes).toBe(0);
    readiness.report('database', 'full');
    await Promise.all([write(), write()]);
    await untilReady();
    expect(probes).toBe(1);
  });

  it('that fails while a write is tried stays as it is', async () => {
    const { promise: held, resolve } = Promise.withResolvers<null>();
    const inner = makeFaulty(await openMigrated());
    inner.before = (text) => {
      if (text.includes('bot')) throw Object.assign(new Error('no'), { code: 'SQLITE_FULL' });
      return text.includes('delete from events') ? held : undefined;
    };
    const database = watch(inner);
    readiness.report('database', 'full');
    await lease(database);
    await setImmediate();
    await expect(database.query(sql`select 'bot'`)).rejects.toThrow('no');
    resolve(null);
    await setImmediate();
    expect(problem()).toContain('full');
  });

  it('says what is wrong now, where that has changed', async () => {
    const causes: string[] = [];
    const whole = await openMigrated();
    let code = 'SQLITE_FULL';
    const failing: Database = {
      ...whole,
      batch: () => Promise.reject(Object.assign(new Error('no'), { code })),
    };
    const database = watch(failing, (cause) => causes.push(cause));
    await expect(database.batch([])).rejects.toThrow('no');
    code = 'SQLITE_READONLY';
    // A write that succeeds lets another one be tried.
    await lease(database);
    await vi.waitUntil(() => causes.length > 1);
    expect(causes).toEqual(['full', 'read-only']);
    expect(problem()).toContain('cannot be written');
  });

  it('has run a call by the time that its promise is there', async () => {
    const database = watch(await openMigrated());
    const written = database.query(sql`insert into events (id, at) values ('Ev1', 1)`);
    const other = new BetterSqlite3(file, { readonly: true });
    expect(other.prepare('select count(*) from events').pluck().get()).toBe(1);
    const batch = database.batch([sql`insert into events (id, at) values ('Ev2', 1)`]);
    expect(other.prepare('select count(*) from events').pluck().get()).toBe(2);
    other.close();
    await Promise.all([written, batch]);
  });

  it('says nothing of its state by a mistake in a statement', async () => {
    const database = watch(await openMigrated());
    await expect(database.query(sql`select nonsense`)).rejects.toThrow();
    expect(readiness.reasons().size).toBe(0);
  });
});
