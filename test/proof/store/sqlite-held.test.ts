/** A file that another process holds: SQLite itself waits for it as it opens, in real time and without an event loop. */

import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/app/database.ts';
import { createReadiness } from '../../../src/readiness.ts';
import { toDatabaseError } from '../../../src/store/drivers/errors.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { SILENT_LOG } from '../../support/store.ts';

/** A file that is held until `letGo`, and what opening it takes. */
function prepare() {
  const file = join(createDirectory({ onTestFinished }), 'bot.db');
  const other = new BetterSqlite3(file);
  other.exec('begin exclusive');
  const readiness = createReadiness(SILENT_LOG);
  const whenLocked = () =>
    expect.poll(() => readiness.of('database'), { timeout: 30_000 }).toMatch(/locked by another process/);
  const opening = { log: SILENT_LOG, readiness, retentionMs: Infinity };
  return {
    file,
    where: { kind: 'sqlite', file } as const,
    readiness,
    opening,
    whenLocked,
    letGo: () => other.close(),
  };
}

it('is told once the busy time is over', () => {
  const { file, letGo } = prepare();
  const open = () => openSqlite(file);
  expect(open).toThrow(expect.toSatisfy((error) => toDatabaseError(error)?.cause === 'locked'));
  letGo();
  const database = open();
  return database.close();
});

it('is waited for, and opened once it is let go', async () => {
  const { where, readiness, opening, whenLocked, letGo } = prepare();
  const opened = openDatabase(where, opening);
  await whenLocked();
  letGo();
  const database = await opened;
  expect(readiness.of('database')).toBeNull();
  await database.close();
});

it('that is waited for can be given up', async () => {
  const { where, opening, whenLocked, letGo } = prepare();
  const leaving = new AbortController();
  const failing = expect(openDatabase(where, { ...opening, signal: leaving.signal })).rejects.toThrow();
  await whenLocked();
  leaving.abort();
  await failing;
  letGo();
});
