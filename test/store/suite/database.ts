import { beforeEach, describe, expect, it } from 'vitest';
import { type OpenDatabase, useEmpty } from './fixture.ts';

export function databaseSuite(openDatabase: OpenDatabase): void {
  describe('a database', () => {
    const store = useEmpty(openDatabase);
    const insert = (id: string, expected?: number) => ({
      sql: 'insert into notes (id, at) values ($1, $2) on conflict do nothing',
      params: [id, 1_800_000_000_000],
      ...(expected === undefined ? {} : { expectRows: expected }),
    });
    const ids = async () => (await store.query('select id from notes order by id')).map(({ id }) => id);

    beforeEach(async () => {
      await store.query('create table notes (id text primary key, at bigint)');
    });

    it('returns rows, and none where a statement returns none', async () => {
      const { sql, params } = insert('a');
      expect(await store.query(sql, params)).toEqual([]);
      const [row] = await store.query('select at from notes where id = $1', ['a']);
      expect(Number(row?.['at'])).toBe(1_800_000_000_000);
    });

    it('binds a parameter wherever its number occurs', async () => {
      await store.batch([insert('a'), insert('b')]);
      const sql = 'select id from notes where id = $2 or (id = $1 and at > $3 and id <> $2)';
      expect(await store.query(`${sql} order by id`, ['a', 'b', 0])).toHaveLength(2);
    });

    it('gives the rows of each statement of a batch', async () => {
      const returning = { ...insert('a'), sql: `${insert('a').sql} returning id` };
      const select = { sql: 'select count(*) as count from notes', params: [] };
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

    it('counts returned rows for an expectation', async () => {
      const update = {
        sql: 'update notes set at = 0 where id = $1 returning id',
        params: ['a'],
        expectRows: 1,
      };
      expect(await store.batch([update])).toBeNull();
      await store.batch([insert('a')]);
      expect(await store.batch([update])).toEqual([[{ id: 'a' }]]);
    });

    it('changes nothing with a batch that fails, and rejects', async () => {
      const broken = { sql: 'insert into missing (id) values ($1)', params: ['a'] };
      await expect(store.batch([insert('a'), broken])).rejects.toThrow();
      expect(await ids()).toEqual([]);
      expect(await store.batch([insert('a')])).not.toBeNull();
    });

    it('tells the first that is wrong with a batch, whatever comes after it', async () => {
      await store.batch([insert('a')]);
      const broken = { sql: 'insert into missing (id) values ($1)', params: ['a'] };
      expect(await store.batch([insert('b'), insert('a', 1), broken])).toBeNull();
      await expect(store.batch([broken, insert('b'), insert('a', 1)])).rejects.toThrow(/missing/);
      expect(await ids()).toEqual(['a']);
    });

    it('takes an empty batch', async () => {
      expect(await store.batch([])).toEqual([]);
    });

    it('shows one connection what another has committed', async () => {
      const other = await store.connect();
      await other.batch([insert('a')]);
      expect(await ids()).toEqual(['a']);
    });

    it('rejects once it is closed', async () => {
      await store.close();
      await expect(store.query('select 1 as one')).rejects.toThrow();
    });
  });
}
