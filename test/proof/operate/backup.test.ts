import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, expect, test, vi } from 'vitest';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { type Environment, runToEnd } from '../../support/program/program.ts';
import { openMigrated } from '../../support/sqlite-databases.ts';
import { sql } from '../../../src/store/sql.ts';

vi.setConfig({ testTimeout: 200_000 });

let directory: string;
let target: string;

beforeEach(async () => {
  directory = createDirectory();
  target = join(directory, 'backup.db');
  await (await openMigrated(join(directory, 'bot.db'))).close();
});

function run(args: readonly string[], changes: Environment = {}) {
  const environment = { DATABASE_URL: `sqlite:${join(directory, 'bot.db')}`, ...changes };
  return runToEnd('src/cli/backup.ts', { args, environment, directory });
}

function rowsIn(file: string): unknown[] {
  const database = new BetterSqlite3(file, { readonly: true });
  const rows = database.prepare('select id from events order by at').pluck().all();
  database.close();
  return rows;
}

test('copies a database that is being written to, complete and consistent', async () => {
  const database = openSqlite(join(directory, 'bot.db'));
  let written = 0;
  const write = setInterval(() => {
    const [a, b] = [`a${written}`, `b${written}`];
    // Two rows at a time: a copy that holds one of them alone is torn.
    void database.batch([a, b].map((id) => sql`insert into events (id, at) values (${id}, ${written})`));
    written += 1;
  }, 1);
  const before = written;
  const { code, output } = await run([target]);
  clearInterval(write);
  await database.close();
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/backup\.db: \d+ bytes, schema \d+, copied from/),
  ]);
  const rows = rowsIn(target);
  expect(rows.length % 2).toBe(0);
  expect(rows.length).toBeGreaterThanOrEqual(2 * before);
  expect(readdirSync(directory).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
});

test('leaves a file that is there alone, unless it is told to replace it', async () => {
  await writeFile(target, 'the last good one');
  expect(await run([target])).toEqual({ code: 1, output: expect.stringContaining('is there already') });
  expect(await run([target, '--replace'])).toMatchObject({ code: 0 });
  expect(rowsIn(target)).toEqual([]);
});

test('says so where there is no database', async () => {
  expect(await run([target], { DATABASE_URL: 'sqlite:missing.db' })).toEqual({
    code: 1,
    output: expect.stringContaining('there is no missing.db'),
  });
});

test.each([[[]], [['a', 'b']], [['--nonsense']], [['']]])(
  'explains itself when it is called with %j',
  async (args) => {
    const output = expect.stringContaining('npm run backup -- FILE') as string;
    expect(await run(args)).toEqual({ code: 2, output });
  },
);

test.each(['src/cli/backup.ts', 'src/cli/migrate-to-postgres.ts', 'src/demo/main.ts'])(
  '%s explains itself when it is asked to',
  async (file) => {
    const { code, output } = await runToEnd(file, { args: ['--help'], environment: {}, directory });
    expect(code).toBe(0);
    expect(output).toMatch(/scanprogress (?:backup|migrate-to-postgres|demo)/);
  },
);

test.each([
  [['start', 'foo'], 2, 'scanprogress start takes no arguments'],
  [['doctor', '--help'], 0, 'scanprogress doctor [--samples | --record FILE]'],
  [['version', 'foo'], 2, 'scanprogress version takes no arguments'],
])('scanprogress %j ends with %i', async (args, code, words) => {
  expect(await runToEnd('src/cli/cli.ts', { args, environment: {}, directory })).toEqual({
    code,
    output: expect.stringContaining(words),
  });
});

test('says what backs up a PostgreSQL server instead, without its password', async () => {
  const { code, output } = await run([target], { DATABASE_URL: 'postgres://u:SECRET@h/d' });
  expect([code, output]).toEqual([2, expect.stringContaining('pg_dump')]);
  expect(output).not.toContain('SECRET');
  expect(existsSync(target)).toBe(false);
});
