import { describe, expect, it } from 'vitest';
import { IMAGE, NOON } from '../support/observations.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { CHANNEL, imageNamed, rowOf, saying, watching } from '../support/store.ts';
import type { Database } from '../../src/store/database.ts';
import { stopMessage, stopWatch } from '../../src/store/stop.ts';
import { sql } from '../../src/store/sql.ts';
import { startBoard } from '../support/start.ts';

it('a watch that moves onto a board while it is stopped is stopped there', async () => {
  const database = makeFaulty(await openMemory());
  const id = await watching(database);
  const targets = [IMAGE, imageNamed('library/other')];
  database.before = (sql) => {
    if (!sql.includes(`set state = 'stopped'`)) return undefined;
    database.before = () => undefined;
    const images = targets.map((target) => ({ target, content: saying(0) }));
    return startBoard(database, { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 });
  };
  const content = { ...saying(0), end: 'stopped', stoppedBy: 'U2' } as const;
  expect(await stopWatch(database, { id, now: NOON, content })).toBe(true);
  expect(await stopWatch(database, { id, now: NOON, content })).toBe(false);
  const [row] = await database.query(
    sql`select count(*) as active from watches join targets on targets.number = watches.target_number
      where watches.state = 'active'
        and watches.target_number = ${Number((await rowOf(database, 'watches', id))['target_number'])}`,
  );
  expect(Number(row?.['active'])).toBe(0);
});

it('a watch that ends while a person joins it begins anew for that person', async () => {
  const database = makeFaulty(await openMemory());
  const first = await watching(database, { userId: 'U1' });
  database.before = async (text) => {
    if (!text.includes('insert into targets')) return;
    database.before = () => undefined;
    await stopWatch(database, {
      id: first,
      now: NOON,
      content: { ...saying(0), end: 'stopped', stoppedBy: 'U1' },
    });
  };
  const second = await watching(database, { userId: 'U2' });
  expect(second).not.toBe(first);
  expect((await rowOf(database, 'watches', second))['state']).toBe('active');
  const followers = await database.query(sql`select user_id from followers where watch_id = ${second}`);
  expect(followers).toEqual([{ user_id: 'U2' }]);
});

describe('what others change in each try is given up with an error that says so:', () => {
  it.each([
    ['stop', (database: Database, id: string) => stopWatch(database, { id, now: NOON, content: saying(0) })],
    ['stop', (database: Database, id: string) => stopMessage(database, { id, now: NOON, userId: 'U1' })],
    ['start', (database: Database) => watching(database, { userId: 'U2' })],
  ])('%s', async (name, call) => {
    const database = await openMemory();
    const id = await watching(database, { userId: 'U1' });
    let tries = 0;
    const contended: Database = {
      query: (statement) => database.query(statement),
      batch: () => {
        tries += 1;
        return Promise.resolve(tries < 100 ? null : []);
      },
      close: () => database.close(),
    };
    await expect(call(contended, id)).rejects.toThrow(
      `${name}: what it changes was changed by others in each of 20 tries`,
    );
    expect(tries).toBe(20);
  });
});
