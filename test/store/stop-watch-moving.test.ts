import { describe, expect, it } from 'vitest';
import { IMAGE, NOON } from '../support/observations.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { imageNamed, rowOf, stopping, watching } from '../support/store.ts';
import type { Database } from '../../src/store/database.ts';
import { targetId } from '../../src/scan/target.ts';
import { stopMessage } from '../../src/store/stop.ts';
import { findWatch, watchesOfTarget } from '../../src/store/watches.ts';
import { boarding } from './suite/steps.ts';

it('a watch that moves onto a board while it is stopped is stopped there', async () => {
  const database = makeFaulty(await openMemory());
  const id = await watching(database);
  database.before = (sql) => {
    if (!sql.includes(`set state = 'stopped'`)) return undefined;
    database.before = () => undefined;
    return boarding(database, [IMAGE, imageNamed('library/other')]);
  };
  expect(await stopping(database, id, { stoppedBy: 'U2' })).toBe(true);
  expect(await stopping(database, id)).toBe(false);
  expect(await watchesOfTarget(database, targetId(IMAGE))).toEqual([]);
});

it('a watch that ends while a person joins it begins anew for that person', async () => {
  const database = makeFaulty(await openMemory());
  const first = await watching(database, { userId: 'U1' });
  database.before = async (text) => {
    if (!text.includes('insert into targets')) return;
    database.before = () => undefined;
    await stopping(database, first);
  };
  const second = await watching(database, { userId: 'U2' });
  expect(second).not.toBe(first);
  expect((await rowOf(database, 'watches', second))['state']).toBe('active');
  expect((await findWatch(database, second))?.followers).toEqual(['U2']);
});

describe('what others change in each try is given up with an error that says so:', () => {
  it.each([
    ['stop', (database: Database, id: string) => stopping(database, id)],
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
