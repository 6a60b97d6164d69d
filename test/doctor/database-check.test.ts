import { existsSync, readdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { checkDatabase } from '../../src/doctor/database-check.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { useDirectory } from '../support/directory.ts';
import { NOON } from '../support/observations.ts';
import { sql } from '../../src/store/sql.ts';

const directory = useDirectory();
const file = (name = 'bot.db') => directory.join(name);
const check = (name?: string) => checkDatabase({ kind: 'sqlite', file: file(name) });

async function make(migrations = readMigrations()): Promise<void> {
  const database = openSqlite(file());
  await migrate(database, migrations, NOON);
  await database.close();
}

describe('the database', () => {
  it('is written to, and nothing of that stays', async () => {
    await make();
    expect(await check()).toEqual({ kind: 'fine', pending: 0 });
    const database = openSqlite(file());
    expect(await database.query(sql`select id from events`)).toEqual([]);
    await database.close();
  });

  it('that waits for changes is told how many, and gets none', async () => {
    await make(readMigrations().slice(0, 2));
    const waiting = { kind: 'fine', pending: readMigrations().length - 2 };
    expect([await check(), await check()]).toEqual([waiting, waiting]);
  });

  it('whose log was removed beside a running bot is called so, and not a disk that fails', async () => {
    const running = openSqlite(file());
    await migrate(running, readMigrations(), NOON);
    rmSync(`${file()}-wal`);
    expect(await check()).toEqual({ kind: 'error', error: { kind: 'file', cause: 'replaced' } });
    await running.close();
  });

  it('that is not there yet is not made', async () => {
    expect(await check()).toEqual({ kind: 'absent', file: file() });
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('without its folder names the folder, and makes none', async () => {
    expect(await check('deep/bot.db')).toEqual({ kind: 'no-folder', folder: file('deep') });
    expect(existsSync(file('deep'))).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)('in a folder that is closed names the folder', async () => {
    await mkdir(file('closed'));
    await chmod(file('closed'), 0o555);
    expect(await check('closed/bot.db')).toEqual({ kind: 'closed-folder', folder: file('closed') });
  });

  it.skipIf(process.platform !== 'linux')('where nobody can make a file names the folder', async () => {
    const state = await checkDatabase({ kind: 'sqlite', file: '/proc/bot.db' });
    expect(state).toEqual({ kind: 'closed-folder', folder: '/proc' });
  });

  it('whose name leaves no room for its log is told', async () => {
    expect(await check('x'.repeat(252))).toMatchObject({ kind: 'closed-folder' });
  });

  it('behind a link to nowhere names the folder that is missing', async () => {
    await symlink('deep/bot.db', file());
    expect(await check()).toEqual({ kind: 'no-folder', folder: file('deep') });
  });

  it.skipIf(process.platform === 'win32')('that is a device is told', async () => {
    const state = await checkDatabase({ kind: 'sqlite', file: '/dev/null' });
    expect(state).toMatchObject({ kind: 'error', error: { kind: 'file', cause: 'unreachable' } });
  });

  it('that a newer program wrote is told', async () => {
    const future = { number: 9_999, name: '9999-future.sql', sql: 'create table future (id text);' };
    await make([...readMigrations(), future]);
    expect(await check()).toMatchObject({ kind: 'error', error: { kind: 'file', cause: 'newer' } });
  });

  it('of another program is told, and stays as it is', async () => {
    new BetterSqlite3(file()).exec('create table customers (id text)').close();
    const before = await readFile(file());
    expect(await check()).toMatchObject({ kind: 'error', error: { kind: 'file', cause: 'foreign' } });
    expect(await readFile(file())).toEqual(before);
  });

  it('that is none is told', async () => {
    await writeFile(file(), 'no database at all'.repeat(999));
    expect(await check()).toMatchObject({ kind: 'error', error: { kind: 'file', cause: 'corrupt' } });
  });

  it('that another process holds is told', async () => {
    await make();
    const other = new BetterSqlite3(file());
    other.exec('begin immediate');
    const state = await check();
    other.close();
    expect(state).toMatchObject({ kind: 'error', error: { kind: 'file', cause: 'locked' } });
  });

  it('that is empty waits for all changes', async () => {
    await writeFile(file(), '');
    expect(await check()).toEqual({ kind: 'fine', pending: readMigrations().length });
  });

  it('in memory forgets', async () => {
    expect(await checkDatabase({ kind: 'sqlite', file: ':memory:' })).toEqual({ kind: 'in-memory' });
  });
});
