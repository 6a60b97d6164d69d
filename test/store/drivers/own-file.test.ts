import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createReadiness, type Readiness } from '../../../src/readiness.ts';
import type { Database } from '../../../src/store/database.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { backUp } from '../../../src/store/maintenance/backup.ts';
import { withHealthReporting } from '../../../src/store/maintenance/health.ts';
import { raw, sql } from '../../../src/store/sql.ts';
import { databaseErrorSentences } from '../../../src/views/parts/database-error.ts';
import { useDirectory } from '../../support/directory.ts';
import { NO_MIGRATIONS } from '../../support/memory.ts';
import { openMigrated } from '../../support/sqlite-databases.ts';
import { recordingLog } from '../../support/store.ts';

const directory = useDirectory();
const file = () => directory.join('bot.db');
const backup = () => directory.join('backup.db');
let lines: readonly string[];
let readiness: Readiness;
let database: Database;

const write = (id: string) => database.query(sql`insert into events (id, at) values (${id}, 1)`);
const isReplaced = expect.objectContaining({ name: 'ReplacedFileError' }) as unknown;

/** With a write in it that its backup has not. */
beforeEach(async () => {
  const recording = recordingLog();
  ({ lines } = recording);
  readiness = createReadiness(recording.log);
  const opened = await openMigrated(file());
  backUp(file(), backup(), { isReplacing: false });
  database = withHealthReporting(opened, { readiness, toSentences: databaseErrorSentences });
  await write('kept');
  return () => database.close();
});

/** As docs/operate.md has it. */
function restore(): void {
  for (const end of ['-wal', '-shm']) rmSync(`${file()}${end}`);
  copyFileSync(backup(), file());
}

describe('a file that is taken from under the bot', () => {
  it.each([
    ['removed', () => rmSync(file())],
    ['moved', () => renameSync(file(), directory.join('elsewhere.db'))],
    ['replaced by another', () => renameSync(backup(), file())],
    ['overwritten by its backup', restore],
    ['left without its log', () => rmSync(`${file()}-wal`)],
  ])('by being %s takes nothing more, says so once, and is left alone', async (_, take) => {
    take();
    const left = existsSync(file()) ? readFileSync(file()) : null;
    await expect(write('lost')).rejects.toEqual(isReplaced);
    await expect(database.batch([sql`delete from events`])).rejects.toEqual(isReplaced);
    // No end is read to be posted: it may have been posted by another process.
    await expect(database.query(sql`select id from events`)).rejects.toEqual(isReplaced);
    expect(readiness.of('database')).toMatch(/removed or replaced.*\. Restart the bot/);
    expect(lines).toEqual(['error not ready']);
    await database.close();
    expect(existsSync(file()) ? readFileSync(file()) : null).toEqual(left);
    expect(existsSync(`${file()}-clean`)).toBe(false);
  });

  it('goes on where it is put back', async () => {
    renameSync(file(), directory.join('elsewhere.db'));
    await expect(write('lost')).rejects.toEqual(isReplaced);
    renameSync(directory.join('elsewhere.db'), file());
    await write('kept, too');
    await vi.waitUntil(() => readiness.reasons().size === 0);
    expect(await database.query(sql`select id from events order by id`)).toEqual([
      { id: 'kept' },
      { id: 'kept, too' },
    ]);
  });
});

it('a file that others read, write and copy is the same', async () => {
  const other = openSqlite(file());
  await other.query(sql`delete from events`);
  await other.query(sql`pragma wal_checkpoint(truncate)`);
  await other.close();
  backUp(file(), backup(), { isReplacing: true });
  await write('a');
  expect(await database.query(sql`select id from events`)).toEqual([{ id: 'a' }]);
  await database.close();
  await expect(write('late')).rejects.not.toEqual(isReplaced);
});

it('a new file gets its log with the first write, and is the same', async () => {
  const fresh = openSqlite(directory.join('new.db'));
  await fresh.query(sql`${raw(NO_MIGRATIONS)}`);
  await fresh.query(sql`insert into migrations values (1, 'a', 1)`);
  expect(existsSync(`${directory.join('new.db')}-wal`)).toBe(true);
  await fresh.close();
});
