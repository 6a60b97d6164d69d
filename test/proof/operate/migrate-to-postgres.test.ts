import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openPostgres } from '../../../src/store/drivers/postgres.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { fillVersion } from '../../store/suite/upgrade.ts';
import { createDirectory } from '../../support/directory.ts';
import { ended, NOON, scanning } from '../../support/observations.ts';
import { startPostgres } from '../../support/postgres.ts';
import { runToEnd } from '../../support/program/program.ts';
import { openMigrated } from '../../support/sqlite-databases.ts';
import { CHANNEL, imageNamed, outbox, readNow, saying, watching, watchingLive } from '../../support/store.ts';
import { raw, sql } from '../../../src/store/sql.ts';
import { startBoard } from '../../support/start.ts';

vi.setConfig({ testTimeout: 120_000 });

const server = await startPostgres();
const directory = createDirectory({ onTestFinished: afterAll });
afterAll(() => server?.remove());

let url: string;
let file: string;
let files = 0;

async function run(args: readonly string[], DATABASE_URL = url) {
  const ended = await runToEnd('src/cli/migrate-to-postgres.ts', {
    args,
    environment: { DATABASE_URL },
    directory,
  });
  expect(ended.output).not.toMatch(/p@ss|p%40ss/);
  return ended;
}

/** Every table, row for row. */
async function contentsOf(database: Database, tables: readonly string[]) {
  const contents: Record<string, unknown> = {};
  for (const table of tables) {
    const rows = await database.query(sql`select * from ${raw(table)}`);
    contents[table] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  }
  return contents;
}

describe.skipIf(server === null)('npm run migrate-to-postgres', () => {
  beforeEach(async () => {
    url = (await server?.createDatabase()) ?? '';
    file = join(directory, `${(files += 1)}.db`);
  });

  test('copies every row of every table, and the bot goes on from there', async () => {
    const source = await openMigrated(file);
    for (let index = 0; index < 20; index += 1) await watching(source, { channel: `C${index}` });
    // More than go into one statement.
    await source.batch(
      Array.from(
        { length: 1_200 },
        (_, index) =>
          sql`insert into events (id, at, body)
              values (${`Ev${index}`}, ${NOON + index}, ${index % 2 === 0 ? null : `{"text":"it's ${index}"}`})`,
      ),
    );
    await readNow(source, scanning(7, 12));
    await watchingLive(source, { channel: 'CLIVE' });
    await source.close();
    const { code, output } = await run([file]);
    expect(output).toMatch(/was copied to postgres:\/\/127\.0\.0\.1:\d+\/\w+: .*watches 21/);
    expect(code).toBe(0);
    const target = await openPostgres(url);
    const kept = openSqlite(file);
    const names = await kept.query(
      sql`select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'migrations'`,
    );
    const tables = names.map(({ name }) => String(name));
    expect(tables.length).toBeGreaterThan(10);
    expect(await contentsOf(target, tables)).toEqual(await contentsOf(kept, tables));
    expect(await migrate(target, readMigrations(), NOON)).toEqual([]);
    await readNow(target, ended(12, 12));
    expect((await outbox(target)).filter(({ kind }) => kind === 'completion')).toHaveLength(21);
    await target.close();
    await kept.close();
  });

  test('copies a board after the watches that moved onto it, however many there are', async () => {
    const source = await openMigrated(file);
    const targets = ['a', 'b'].map(imageNamed);
    for (const target of targets) await watching(source, { target, channel: CHANNEL.channel });
    // The board comes in a later statement than its lines.
    for (let index = 0; index < 600; index += 1) await watching(source, { channel: `C0${index}` });
    const images = targets.map((target) => ({ target, content: saying(0) }));
    await startBoard(source, { conversation: CHANNEL, userId: null, images, now: NOON, liveDelayMs: 0 });
    await source.close();
    expect(await run([file])).toEqual({ code: 0, output: expect.stringMatching(/watches 602\b/) });
    const lines = 'select id from watches where message_id <> id';
    expect(await server?.run(lines, url)).toHaveLength(2);
  });

  test('copies nothing while a bot runs on the file', async () => {
    const bot = openSqlite(file);
    await fillVersion(bot, 3);
    expect(await run([file])).toEqual({ code: 1, output: expect.stringContaining('stop the bot first') });
    await bot.close();
    expect((await run([file])).code).toBe(0);
  });

  test('writes nothing into a database that holds something', async () => {
    const source = openSqlite(file);
    await fillVersion(source, 3);
    await source.close();
    await run([file]);
    expect(await run([file])).toEqual({
      code: 1,
      output: expect.stringContaining('it holds something already; name an empty database'),
    });
    expect(await server?.run('select id from watches', url)).toHaveLength(1);
  });

  test.each([
    ['there is no', () => [join(directory, 'missing.db')], undefined],
    ['refuses the user or the password', () => [file], (good: string) => good.replace(/:[^:@]*@/, ':wrong@')],
    ['has no such database', () => [file], (good: string) => good.replace(/[^/]*$/, 'none')],
    ['no SQLite database', () => [broken()], undefined],
  ])('says that something is wrong: %s', async (words, args, change) => {
    const source = openSqlite(file);
    await fillVersion(source, 1);
    await source.close();
    const output = expect.stringContaining(words) as string;
    expect(await run(args(), change?.(url))).toEqual({ code: 1, output });
  });

  test('says how it is called', async () => {
    expect(await run([])).toMatchObject({ code: 2, output: expect.stringContaining('npm run migrate-to') });
    expect(await run([file], `sqlite:${file}`)).toMatchObject({
      code: 2,
      output: expect.stringContaining('DATABASE_URL must name the new database: postgres://'),
    });
  });
});

function broken(): string {
  const path = join(directory, 'broken.db');
  writeFileSync(path, 'this is a text, as far as anybody can tell'.repeat(99));
  return path;
}
