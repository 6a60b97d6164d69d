/** SQLite itself waits for a held file as it opens, in real time and without an event loop. */

import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/app/database.ts';
import { createReadiness } from '../../../src/readiness.ts';
import { toDatabaseError } from '../../../src/store/drivers/errors.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { SILENT_LOG } from '../../support/store.ts';

/** A file that is held until `release`, and what opening it takes. */
async function prepare() {
  const file = join(createDirectory({ onTestFinished }), 'bot.db');
  await openSqlite(file).close();
  const other = new BetterSqlite3(file);
  const release = () => other.close();
  onTestFinished(() => void release());
  // A log lets others read, also while a transaction is exclusive.
  other.pragma('locking_mode = exclusive');
  other.exec('begin exclusive');
  const readiness = createReadiness(SILENT_LOG);
  const whenLocked = () =>
    expect.poll(() => readiness.of('database'), { timeout: 30_000 }).toMatch(/locked by another process/);
  const opening = { log: SILENT_LOG, readiness, retentionMs: Infinity };
  return { file, where: { kind: 'sqlite', file } as const, readiness, opening, whenLocked, release };
}

describe('a file that another process holds', () => {
  it('is reported as locked after two seconds', async () => {
    const { file, release } = await prepare();
    const open = () => openSqlite(file);
    const startedAt = performance.now();
    expect(open).toThrow(expect.toSatisfy((error) => toDatabaseError(error)?.cause === 'locked'));
    // A lower bound alone: it holds on every machine.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_900);
    release();
    await open().close();
  });

  it('is waited for, and opened once it is released', async () => {
    const { where, readiness, opening, whenLocked, release } = await prepare();
    const opened = openDatabase(where, opening);
    await whenLocked();
    release();
    const database = await opened;
    expect(readiness.of('database')).toBeNull();
    await database.close();
  });

  it('is waited for until the start is aborted', async () => {
    const { where, opening, whenLocked } = await prepare();
    const leaving = new AbortController();
    const failing = expect(openDatabase(where, { ...opening, signal: leaving.signal })).rejects.toThrow();
    await whenLocked();
    leaving.abort();
    await failing;
  });
});
