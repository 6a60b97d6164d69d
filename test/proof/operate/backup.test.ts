import { existsSync, readdirSync } from 'node:fs';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, test, vi } from 'vitest';
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

test('can be put in the place of the database', async () => {
  await run([target]);
  const restored = openSqlite(target);
  expect(await migrate(restored, readMigrations(), NOON)).toEqual([]);
  await restored.close();
});

test('leaves a file that is there alone, unless it is told to replace it', async () => {
  await writeFile(target, 'the last good one');
  const refused = await run([target]);
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('is there already')]);
  expect(await run([target, '--replace'])).toMatchObject({ code: 0 });
  expect(rowsIn(target)).toEqual([]);
});

describe('onto the database itself', () => {
  const file = (name: string) => `${directory}/${name}`;
  const asItIs = () => Promise.resolve({});

  test.each<[string, string, () => Promise<Environment>]>([
    ['by its name', 'bot.db', asItIs],
    ['by a path with detours', 'x/../bot.db', () => mkdir(file('x')).then(asItIs)],
    ['by a symbolic link', 'link.db', () => symlink(file('bot.db'), file('link.db')).then(asItIs)],
    ['by a hard link', 'link.db', () => link(file('bot.db'), file('link.db')).then(asItIs)],
    [
      'where DATABASE_URL names a link',
      'bot.db',
      async () => {
        await symlink(file('bot.db'), file('link.db'));
        return { DATABASE_URL: `sqlite:${file('link.db')}` };
      },
    ],
    ['by its log', 'bot.db-wal', asItIs],
    ['by the index of its log', 'bot.db-shm', asItIs],
    ['by a journal that is not there', 'bot.db-journal', asItIs],
  ])('refuses to copy, and loses nothing: %s', async (_, name, prepare) => {
    const changes = await prepare();
    const database = openSqlite(file('bot.db'));
    await database.query(sql`insert into events (id, at) values (${'before'}, ${1})`);
    const { code, output } = await run([file(name), '--replace'], changes);
    await database.query(sql`insert into events (id, at) values (${'after'}, ${2})`);
    await database.close();
    expect([code, output]).toEqual([1, expect.stringContaining('is the database itself or a part of it')]);
    expect(rowsIn(file('bot.db'))).toEqual(['before', 'after']);
  });
});

test.each<[string, () => Promise<Environment>, RegExp]>([
  [
    'there is no database',
    () => Promise.resolve({ DATABASE_URL: 'sqlite:missing.db' }),
    /there is no missing\.db/,
  ],
  [
    'it is no database',
    async () => {
      await writeFile(join(directory, 'odd.db'), 'no database at all'.repeat(999));
      return { DATABASE_URL: `sqlite:${join(directory, 'odd.db')}` };
    },
    /damaged, or is no SQLite database/,
  ],
  [
    'it is empty',
    async () => {
      await writeFile(join(directory, 'empty.db'), '');
      return { DATABASE_URL: `sqlite:${join(directory, 'empty.db')}` };
    },
    /empty\.db is no database of the bot, or an empty one/,
  ],
])('says so where %s, and leaves nothing behind', async (_, prepare, words) => {
  const { code, output } = await run([target], await prepare());
  expect([code, output]).toEqual([1, expect.stringMatching(words)]);
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([]);
});

test('says so where the copy would take the place of a folder', async () => {
  await mkdir(target);
  const { code, output } = await run([target, '--replace']);
  expect([code, output]).toEqual([1, expect.stringContaining('backup.db is a folder: name a file')]);
});

test('leaves no log of what was there before beside the copy', async () => {
  await writeFile(`${target}-wal`, 'of another file');
  await writeFile(`${target}-shm`, 'of another file');
  expect(await run([target])).toMatchObject({ code: 0 });
  expect(readdirSync(directory).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
  // A database by whose name the copy's log would go is no place for either.
  const odd = { DATABASE_URL: `sqlite:${join(directory, 'odd-wal')}` };
  await link(target, join(directory, 'odd-wal'));
  expect((await run([join(directory, 'odd')], odd)).output).toContain('name another file');
  expect(existsSync(join(directory, 'odd-wal'))).toBe(true);
});

test('says so where the folder of the copy is missing', async () => {
  const { code, output } = await run([join(directory, 'missing', 'backup.db')]);
  expect([code, output]).toEqual([
    1,
    expect.stringMatching(/the folder of the copy, .*missing, does not exist/),
  ]);
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
