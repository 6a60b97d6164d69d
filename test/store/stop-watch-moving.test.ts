import { describe, expect, it } from 'vitest';
import { IMAGE, NOON, scanning } from '../support/observations.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { imageNamed, readNow, rowOf, stopOf, stopping, watching } from '../support/store.ts';
import type { DeliveryContent } from '../../src/scan/delivery.ts';
import type { Database } from '../../src/store/database.ts';
import { parseContent } from '../../src/scan/state/stored-snapshot.ts';
import { targetId } from '../../src/scan/target.ts';
import { stopMessage, stopWatch } from '../../src/store/stop.ts';
import { subscriptionsInChannel, unsubscribe } from '../../src/store/subscriptions.ts';
import { findWatch, watchesInChannel, watchesOfTarget } from '../../src/store/watches.ts';
import { boarding, subscribing } from './suite/steps.ts';

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

it.each([
  ['a watch', `set state = 'stopped'`],
  ['a subscription', `set state = 'ended'`],
])('%s whose scan goes on while it is ended is stopped at what it shows', async (what, written) => {
  const database = makeFaulty(await openMemory());
  await subscribing(database);
  for (const scanned of [1, 2]) await readNow(database, scanning(scanned, 12));
  const [watch] = await watchesInChannel(database, 'C1');
  const [subscription] = await subscriptionsInChannel(database, 'C1');
  database.before = async (text) => {
    if (!text.includes(written)) return;
    database.before = () => undefined;
    await readNow(database, scanning(3, 12));
  };
  const toFinal = (shown: DeliveryContent) => ({ ...shown, end: 'stopped', stoppedBy: 'U1' }) as const;
  const request = { now: NOON, toFinal };
  if (what === 'a watch') await stopWatch(database, { id: watch!.id, ...request });
  else await unsubscribe(database, { id: subscription!.id, ...request });
  const { content, state } = await rowOf(database, 'watches', watch!.id);
  const { snapshot } = parseContent(String(content));
  expect([state, snapshot.scan, snapshot.images.scanned]).toEqual(['stopped', 1, 3]);
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
    [
      'unsubscribe',
      async (database: Database) => {
        const [subscription] = await subscriptionsInChannel(database, 'C1');
        return unsubscribe(database, { id: subscription!.id, ...stopOf({}) });
      },
    ],
    ['start', (database: Database) => watching(database, { userId: 'U2' })],
  ])('%s', async (name, call) => {
    const database = await openMemory();
    const id = await watching(database, { userId: 'U1' });
    await subscribing(database);
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
