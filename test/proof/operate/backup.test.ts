import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, expect, test, vi } from 'vitest';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { createDirectory } from '../../support/directory.ts';
import { NOON } from '../../support/observations.ts';
import { type Environment, runProgram } from '../../support/program/program.ts';
import { sql } from '../../../src/store/sql.ts';

vi.setConfig({ testTimeout: 200_000 });

let directory: string;
let target: string;

beforeEach(async () => {
  directory = createDirectory();
  target = join(directory, 'backup.db');
  const database = openSqlite(join(directory, 'bot.db'));
  await migrate(database, readMigrations(), NOON);
  await database.close();
});

async function run(args: readonly string[], changes: Environment = {}) {
  const environment = { DATABASE_URL: `sqlite:${join(directory, 'bot.db')}`, ...changes };
  const program = runProgram('src/cli/backup.ts', { args, environment, directory });
  return { code: await program.ended, output: program.output() };
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
  const refused = await run([target]);
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('is there already')]);
  expect(await run([target, '--replace'])).toMatchObject({ code: 0 });
  expect(rowsIn(target)).toEqual([]);
});

test('says so where there is no database', async () => {
  const { code, output } = await run([target], { DATABASE_URL: 'sqlite:missing.db' });
  expect([code, output]).toEqual([1, expect.stringContaining('there is no missing.db')]);
});

test.each([[[]], [['a', 'b']], [['--nonsense']], [['']]])(
  'explains itself when it is called with %j',
  async (args) => {
    const { code, output } = await run(args);
    expect([code, output]).toEqual([2, expect.stringContaining('npm run backup -- FILE')]);
  },
);

test.each(['src/cli/backup.ts', 'src/cli/migrate-to-postgres.ts', 'src/demo/main.ts'])(
  '%s explains itself when it is asked to',
  async (file) => {
    const program = runProgram(file, { args: ['--help'], environment: {}, directory });
    expect(await program.ended).toBe(0);
    expect(program.output()).toMatch(/scanprogress (?:backup|migrate-to-postgres|demo)/);
  },
);

test.each([
  [['start', 'foo'], 2, 'scanprogress start takes no arguments'],
  [['doctor', '--help'], 0, 'scanprogress doctor [--samples | --record FILE]'],
  [['version', 'foo'], 2, 'scanprogress version takes no arguments'],
])('scanprogress %j ends with %i', async (args, code, words) => {
  const program = runProgram('src/cli/cli.ts', { args, environment: {}, directory });
  expect([await program.ended, program.output()]).toEqual([code, expect.stringContaining(words)]);
});

test('says what backs up a PostgreSQL server instead, without its password', async () => {
  const { code, output } = await run([target], { DATABASE_URL: 'postgres://u:SECRET@h/d' });
  expect([code, output]).toEqual([2, expect.stringContaining('pg_dump')]);
  expect(output).not.toContain('SECRET');
  expect(existsSync(target)).toBe(false);
});
