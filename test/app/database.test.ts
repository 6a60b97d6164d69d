import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { openDatabase, startVersionCheck } from '../../src/app/database.ts';
import { createReadiness } from '../../src/readiness.ts';
import { claimRequest } from '../../src/store/inbox.ts';
import { sql } from '../../src/store/sql.ts';
import { databaseFinding } from '../../src/views/doctor.ts';
import { createDirectory } from '../support/directory.ts';
import { recordingLog } from '../support/store.ts';

/** What opening a database of its own takes. */
function prepare() {
  const where = { kind: 'sqlite', file: join(createDirectory({ onTestFinished }), 'bot.db') } as const;
  const { log, lines } = recordingLog();
  const readiness = createReadiness(log);
  return { where, log, lines, readiness, opening: { log, readiness, retentionMs: Infinity } };
}

it('one that is opened forgets what is no longer needed', async () => {
  const { where, opening } = prepare();
  const before = await openDatabase(where, opening);
  await claimRequest(before, { id: 'request of 1970', at: 0 });
  await before.close();
  const database = await openDatabase(where, opening);
  expect(await database.query(sql`select id from events`)).toEqual([]);
  await database.close();
});

it('one in memory is warned of, as by the doctor', async () => {
  const { lines, opening } = prepare();
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' }, opening);
  expect(lines).toContain(`warn the database ${databaseFinding({ kind: 'in-memory' }).text}`);
  await database.close();
});

it('one that no waiting helps is for a person to change', async () => {
  const opened = openDatabase({ kind: 'sqlite', file: '/nowhere/bot.db' }, prepare().opening);
  await expect(opened).rejects.toBeInstanceOf(ConfigurationError);
});

it('one of another program is for a person to change, who is told why', async () => {
  const { where, opening } = prepare();
  new BetterSqlite3(where.file).exec('create table customers (id text)').close();
  const why = /This is the database of another program \(it has the table customers, .*Name another file/;
  const opened = openDatabase(where, opening);
  await expect(opened).rejects.toThrow(why);
  await expect(opened).rejects.toBeInstanceOf(ConfigurationError);
});

it('one that a newer version migrates meanwhile is reported once', async () => {
  const { where, log, lines, opening } = prepare();
  const database = await openDatabase(where, opening);
  let calls = 0;
  const check = startVersionCheck({ database, log, onTooNew: () => (calls += 1) });
  await sleep(60_000);
  expect(calls).toBe(0);
  await database.query(sql`insert into migrations (number, name, applied_at) values (9999, 'later', 0)`);
  await sleep(11_000);
  expect(calls).toBe(1);
  await sleep(60_000);
  await check.stop();
  expect(calls).toBe(1);
  expect(lines.at(-1)).toBe('error a newer version has migrated the database; this one stops');
  await database.close();
});
