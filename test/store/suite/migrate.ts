import { expect, it } from 'vitest';
import {
  DatabaseTooNewError,
  migrate,
  type Migration,
  readMigrations,
  rehearse,
} from '../../../src/store/drivers/migrate.ts';
import { NOON } from '../../support/observations.ts';
import { bareSuite } from './fixture.ts';
import type { Database, Statement } from '../../../src/store/database.ts';
import { raw, sql } from '../../../src/store/sql.ts';

const FIRST: Migration = {
  number: 1,
  name: '0001-first.sql',
  sql: `-- A comment; with a semicolon.
    create table a (id text primary key);

    create table b (id text primary key);
  `,
};
const SECOND: Migration = {
  number: 2,
  name: '0002-second.sql',
  sql: `create table c (id text default '-- no comment');`,
};
const BROKEN: Migration = {
  number: 2,
  name: '0002-broken.sql',
  sql: `create table c (id text);
    insert into a (id) values ('half');
    insert into missing (id) values ('never');`,
};

export const migrateSuite = bareSuite('migrate', (store) => {
  const tryTable = (table: string) => store.query(sql`select * from ${raw(table)}`);
  const applied = () => store.columnOf(sql`select number from migrations order by number`);

  it("brings an empty database to the program's schema", async () => {
    const migrations = readMigrations();
    const names = await migrate(store, migrations, NOON);
    expect(names).toEqual(migrations.map(({ name }) => name));
    for (const table of ['targets', 'scans', 'watches', 'followers', 'deliveries', 'events'])
      expect(await tryTable(table)).toEqual([]);
  });

  it('is rehearsed without a trace, and fails there where it would fail', async () => {
    await rehearse(store, readMigrations(), NOON);
    await expect(tryTable('migrations')).rejects.toThrow();
    await expect(tryTable('targets')).rejects.toThrow();
    await expect(rehearse(store, [FIRST, BROKEN], NOON)).rejects.toThrow('missing');
    await expect(tryTable('a')).rejects.toThrow();
  });

  it('gives every statement of a migration the time that a large database takes', async () => {
    const batches: (readonly Statement[])[] = [];
    const batch: Database['batch'] = (statements) => {
      batches.push(statements);
      return store.batch(statements);
    };
    await migrate({ ...store, batch }, [FIRST], NOON);
    const hasTime = batches.at(-1)?.map(({ text, isLong }) => [text.startsWith('create'), isLong === true]);
    expect(hasTime).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it('applies nothing to a database that has it all', async () => {
    await migrate(store, readMigrations(), NOON);
    expect(await migrate(store, readMigrations(), NOON)).toEqual([]);
  });

  it('applies what is missing, in order, and says when', async () => {
    await migrate(store, [FIRST], NOON);
    expect(await migrate(store, [FIRST, SECOND], NOON + 1)).toEqual([SECOND.name]);
    const times = await store.columnOf(sql`select applied_at from migrations order by number`);
    expect(times).toEqual([NOON, NOON + 1]);
  });

  it('is done once where two connections begin it at once', async () => {
    const other = await store.connect();
    const migrations = readMigrations();
    const [here, there] = await Promise.all([
      migrate(store, migrations, NOON),
      migrate(other, migrations, NOON),
    ]);
    // They may take turns: each step is one's or the other's.
    expect([...here, ...there].toSorted()).toEqual(migrations.map(({ name }) => name));
    expect(await applied()).toEqual(migrations.map(({ number }) => number));
  });

  it('refuses a database that a newer program has written', async () => {
    await migrate(store, [FIRST, SECOND], NOON);
    const refused = migrate(store, [FIRST], NOON);
    await expect(refused).rejects.toBeInstanceOf(DatabaseTooNewError);
    await expect(refused).rejects.toMatchObject({ found: 2, known: 1 });
  });

  it('leaves nothing of a migration that fails in the middle', async () => {
    await migrate(store, [FIRST], NOON);
    await expect(migrate(store, [FIRST, BROKEN], NOON)).rejects.toThrow();
    expect(await tryTable('a')).toEqual([]);
    await expect(tryTable('c')).rejects.toThrow();
    expect(await applied()).toEqual([1]);
  });

  it('goes on after a failed migration once that is mended', async () => {
    await expect(migrate(store, [FIRST, BROKEN], NOON)).rejects.toThrow();
    expect(await migrate(store, [FIRST, SECOND], NOON)).toEqual([SECOND.name]);
    expect(await tryTable('c')).toEqual([]);
  });
});
