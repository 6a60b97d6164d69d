import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { DatabaseTooNewError, migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { inspectDatabase } from '../../../src/store/maintenance/inspect.ts';
import { sql } from '../../../src/store/sql.ts';
import { makeFaulty } from '../../support/memory.ts';

const MIGRATIONS = readMigrations();
let database: Database;

beforeEach(() => {
  database = openSqlite(':memory:');
  return () => database.close();
});

const contents = async () => [
  await database.query(sql`select name from sqlite_master order by name`),
  await database.query(sql`select number from migrations order by number`).catch(() => []),
  await database.query(sql`select id from events`).catch(() => []),
];

it.each([MIGRATIONS.length, MIGRATIONS.length - 1, 3, 0])(
  'a start applies what comes after %i migrations; to look changes nothing',
  async (count) => {
    if (count > 0) await migrate(database, MIGRATIONS.slice(0, count), 0);
    const before = await contents();
    expect(await inspectDatabase(database, MIGRATIONS)).toEqual({ pending: MIGRATIONS.length - count });
    expect(await contents()).toEqual(before);
  },
);

it.each([0, 1])(
  'a database that cannot be written is refused, also where %i migrations are pending',
  async (pending) => {
    await migrate(database, MIGRATIONS.slice(0, MIGRATIONS.length - pending), 0);
    await database.query(sql`pragma query_only = on`);
    await expect(inspectDatabase(database, MIGRATIONS)).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
  },
);

it('a database of a newer program is refused', async () => {
  await migrate(database, MIGRATIONS, 0);
  const known = MIGRATIONS.slice(0, -1);
  await expect(inspectDatabase(database, known)).rejects.toThrow(
    new DatabaseTooNewError(MIGRATIONS.length, known.length),
  );
});

it('a database that cannot be read is not taken for an unused one', async () => {
  const faulty = makeFaulty(database);
  faulty.before = () => Promise.reject(Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' }));
  await expect(inspectDatabase(faulty, MIGRATIONS)).rejects.toThrow('malformed');
});

it('a migration that fails is found before the start', async () => {
  const broken = {
    number: MIGRATIONS.length + 1,
    name: 'broken.sql',
    sql: 'alter table missing add column a;',
  };
  await migrate(database, MIGRATIONS, 0);
  await expect(inspectDatabase(database, [...MIGRATIONS, broken])).rejects.toThrow('missing');
});
