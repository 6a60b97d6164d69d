import { beforeEach, expect, it } from 'vitest';
import { bareSuite } from './fixture.ts';
import { NO_MIGRATIONS } from '../../support/memory.ts';
import { oneRow, raw, sql, withOptions } from '../../../src/store/sql.ts';

export const databaseSuite = bareSuite('a database', (store) => {
  const insert = (id: string, expected?: number) =>
    withOptions(sql`insert into notes (id, at) values (${id}, ${1_800_000_000_000}) on conflict do nothing`, {
      ...(expected === undefined ? {} : { expectRows: expected }),
    });
  const ids = () => store.columnOf(sql`select id from notes order by id`);

  beforeEach(async () => {
    await store.query(sql`create table notes (id text primary key, at bigint)`);
  });

  it('returns rows, and none where a statement returns none', async () => {
    expect(await store.query(insert('a'))).toEqual([]);
    const [row] = await store.query(sql`select at from notes where id = ${'a'}`);
    expect(Number(row?.['at'])).toBe(1_800_000_000_000);
  });

  it('binds the values of a statement and of its pieces in their order', async () => {
    await store.batch([insert('a'), insert('b')]);
    const isB = sql`id = ${'b'}`;
    const found = sql`select id from notes where ${isB} or (id = ${'a'} and at > ${0} and not ${isB}) order by id`;
    expect(await store.query(found)).toEqual([{ id: 'a' }, { id: 'b' }]);
  });
  it('gives the rows of each statement of a batch', async () => {
    const returning = sql`insert into notes (id) values (${'a'}) returning id`;
    const select = sql`select count(*) as count from notes`;
    const [first, second, third] = (await store.batch([returning, insert('b'), select])) ?? [];
    expect([first, second]).toEqual([[{ id: 'a' }], []]);
    expect(Number(third?.[0]?.['count'])).toBe(2);
  });

  it('changes nothing with a batch of which one expectation is not met, and says so', async () => {
    await store.batch([insert('a')]);
    expect(await store.batch([insert('b'), insert('a', 1)])).toBeNull();
    expect(await ids()).toEqual(['a']);
    expect(await store.batch([insert('b', 1), insert('a', 0)])).not.toBeNull();
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('undoes a single statement, too, that changes more rows than it may', async () => {
    await store.batch([insert('a'), insert('b')]);
    expect(await store.batch([oneRow`delete from notes`])).toBeNull();
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('counts returned rows for an expectation', async () => {
    const update = oneRow`update notes set at = 0 where id = ${'a'} returning id`;
    expect(await store.batch([update])).toBeNull();
    await store.batch([insert('a')]);
    expect(await store.batch([update])).toEqual([[{ id: 'a' }]]);
  });

  it('changes nothing with a batch that fails, and rejects', async () => {
    const broken = sql`insert into missing (id) values (${'a'})`;
    await expect(store.batch([insert('a'), broken])).rejects.toThrow();
    expect(await ids()).toEqual([]);
    expect(await store.batch([insert('a')])).not.toBeNull();
  });

  it('tells the first that is wrong with a batch, whatever comes after it', async () => {
    await store.batch([insert('a')]);
    const broken = sql`insert into missing (id) values (${'a'})`;
    expect(await store.batch([insert('b'), insert('a', 1), broken])).toBeNull();
    await expect(store.batch([broken, insert('b'), insert('a', 1)])).rejects.toThrow(/missing/);
    expect(await ids()).toEqual(['a']);
  });

  it('takes an empty batch', async () => {
    expect(await store.batch([])).toEqual([]);
  });

  it('shows one connection what another has committed', async () => {
    await store.query(sql`${raw(NO_MIGRATIONS)}`);
    const other = await store.connect();
    await other.batch([insert('a')]);
    expect(await ids()).toEqual(['a']);
  });

  it('rejects once it is closed', async () => {
    await store.close();
    await expect(store.query(sql`select 1 as one`)).rejects.toThrow();
  });
});
