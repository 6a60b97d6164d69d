/** The copy itself, into an empty database of any kind; test/proof/operate copies into a PostgreSQL server. */

import { writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { copyToPostgres, NotEmptyError } from '../../../src/store/maintenance/copy-to-postgres.ts';
import { raw, sql } from '../../../src/store/sql.ts';
import { useDirectory } from '../../support/directory.ts';
import { ended, NOON, scanning } from '../../support/observations.ts';
import { imageNamed, readNow } from '../../support/store.ts';
import { boarding } from '../suite/steps.ts';
import { fillVersion } from '../suite/upgrade.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';

const directory = useDirectory();
let file: string;
let target: Database;

const writeVersion3 = async (): Promise<void> => {
  const source = openSqlite(file);
  await fillVersion(source, 3);
  await source.close();
};

beforeEach(() => {
  file = directory.join('bot.db');
  target = openSqlite(':memory:');
  return () => target.close();
});

async function contentsOf(database: Database, tables: readonly string[]) {
  return Promise.all(tables.map((table) => database.query(sql`select * from ${raw(table)} order by rowid`)));
}

const leftovers = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('scanprogress-transfer'));

it('copies every row of every table, and counts them', async () => {
  const source = openSqlite(file);
  await migrate(source, readMigrations(), NOON);
  await boarding(source, ['a', 'b'].map(imageNamed));
  for (const reading of [scanning(3, 12), ended(12, 12)])
    await readNow(source, reading, { target: imageNamed('a') });
  // More than go into two statements.
  const ids = Array.from({ length: 1_001 }, (_, index) => `e${index}`);
  await source.batch(ids.map((id) => sql`insert into events (id, at) values (${id}, 1)`));
  await source.close();
  const before = await leftovers();
  const copied = await copyToPostgres(file, target, NOON);
  expect(await leftovers()).toEqual(before);
  const tables = copied.map(({ table }) => table);
  const kept = openSqlite(file);
  const contents = await contentsOf(kept, tables);
  await kept.close();
  expect(await contentsOf(target, tables)).toEqual(contents);
  expect(copied.map(({ rows }) => rows)).toEqual(contents.map((rows) => rows.length));
  expect(copied).toContainEqual({ table: 'events', rows: 1_001 });
  expect(tables).not.toContain('migrations');
  // Each comes after those that it refers to.
  expect(tables.indexOf('targets')).toBeLessThan(tables.indexOf('scans'));
});

it('copies what an earlier version wrote, and leaves that file as it is', async () => {
  await writeVersion3();
  await copyToPostgres(file, target, NOON);
  expect(await target.query(sql`select id from watches`)).toEqual([{ id: 'w1' }]);
  expect(await migrate(target, readMigrations(), NOON)).toEqual([]);
  const kept = openSqlite(file);
  expect(await kept.query(sql`select max(number) as number from migrations`)).toEqual([{ number: 3 }]);
  await kept.close();
});

it('writes nothing into a database that holds something', async () => {
  await writeVersion3();
  await migrate(target, readMigrations(), NOON);
  await target.query(sql`insert into events (id, at) values ('there', 1)`);
  await expect(copyToPostgres(file, target, NOON)).rejects.toThrow(NotEmptyError);
  expect(await target.query(sql`select id from watches`)).toEqual([]);
  expect(await target.query(sql`select id from events`)).toEqual([{ id: 'there' }]);
});

it('says what is wrong with the file', async () => {
  await expect(copyToPostgres(file, target, NOON)).rejects.toThrow(`there is no ${file}`);
  writeFileSync(file, 'no database at all'.repeat(999));
  await expect(copyToPostgres(file, target, NOON)).rejects.toThrow('file is not a database');
});
