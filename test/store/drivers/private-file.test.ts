import { existsSync } from 'node:fs';
import { chmod, readdir, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { backUp } from '../../../src/store/maintenance/backup.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { isOpenToAll } from '../../../src/store/drivers/private-file.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { useDirectory } from '../../support/directory.ts';
import { NOON } from '../../support/observations.ts';

const directory = useDirectory();
const file = () => directory.join('bot.db');

async function modes(): Promise<Record<string, string>> {
  const files = await readdir(directory.path);
  const found = files.map(async (name) => [
    name,
    ((await stat(directory.join(name))).mode & 0o777).toString(8),
  ]);
  return Object.fromEntries(await Promise.all(found)) as Record<string, string>;
}

/** With the umask of most systems, which lets everybody read. */
async function withFile(use: () => unknown): Promise<void> {
  const database = openSqlite(file());
  await migrate(database, readMigrations(), NOON);
  await use();
  await database.close();
}

describe.skipIf(process.platform === 'win32')('the file of the database', () => {
  it('is made for its owner alone, and what stands beside it too', async () => {
    await withFile(async () => {
      expect(await modes()).toEqual({ 'bot.db': '600', 'bot.db-wal': '600', 'bot.db-shm': '600' });
    });
    expect(isOpenToAll(file())).toBe(false);
  });

  it('keeps the rights that somebody gave it, and is told of where everybody may read it', async () => {
    await withFile(() => undefined);
    for (const mode of [0o640, 0o670]) {
      await chmod(file(), mode);
      expect(isOpenToAll(file())).toBe(false);
    }
    await chmod(file(), 0o644);
    await withFile(async () => {
      expect((await modes())['bot.db']).toBe('644');
    });
    expect(isOpenToAll(file())).toBe(true);
  });

  it('has copies for their owner alone', async () => {
    const copy = directory.join('copy.db');
    await withFile(() => Promise.resolve(backUp(file(), copy, { isReplacing: false })));
    await chmod(copy, 0o644);
    backUp(file(), copy, { isReplacing: true });
    expect(await modes()).toMatchObject({ 'bot.db': '600', 'copy.db': '600' });
  });
});

it('is nobody’s where there is none', () => {
  expect(isOpenToAll(':memory:')).toBe(false);
  expect(isOpenToAll('/nowhere/bot.db')).toBe(false);
});

it('is none of a database in memory', async () => {
  await openSqlite(':memory:').close();
  expect(existsSync(':memory:')).toBe(false);
});
