import { describe, expect, it } from 'vitest';
import { subscribe, subscriptionsInChannel, unsubscribe } from '../../../src/store/subscriptions.ts';
import { stopWatch, watchesInChannel } from '../../../src/store/watches.ts';
import { EMPTY, ended, IMAGE, NOON, scanning, TICK } from '../../support/observations.ts';
import { makeFaulty, outbox, readNow, rowOf, saying, watching } from '../../support/store.ts';
import { type OpenDatabase, type Opened, useMigrated } from './fixture.ts';

const CHANNEL = 'C1';

/** A channel that is subscribed, with a scan under way that it shows; returns the watch. */
async function subscribed({ database }: Opened): Promise<string> {
  await subscribe(database, { target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON });
  await readNow(database, scanning(3, 12), { now: NOON + TICK });
  const [watch] = await watchesInChannel(database, CHANNEL);
  return watch!.id;
}

export function subscriptionsSuite(openDatabase: OpenDatabase): void {
  describe('a subscription', () => {
    const opened = useMigrated(openDatabase);

    it('tells the end of a scan to whoever watches it although somebody stopped its live message before', async () => {
      const { database } = opened;
      const stopped = await subscribed(opened);
      const content = { ...saying(3), end: 'stopped' } as const;
      await stopWatch(database, { id: stopped, now: NOON + 2 * TICK, content });
      const id = await watching(database, { now: NOON + 3 * TICK });
      await readNow(database, ended(12, 12), { now: NOON + 4 * TICK });
      expect((await rowOf(database, 'watches', id))['state']).toBe('scan-ended');
    });

    it('that ends while its scan does ends the watch that follows, and undoes no final state', async () => {
      const { database } = opened;
      const id = await subscribed(opened);
      const [subscription] = await subscriptionsInChannel(database, CHANNEL);
      const faulty = makeFaulty(database);
      let isOver = false;
      faulty.before = (sql) => {
        if (isOver || !sql.includes(`set state = 'ended'`)) return undefined;
        isOver = true;
        return readNow(database, ended(12, 12), { now: NOON + 2 * TICK });
      };
      const content = { ...saying(3), end: 'stopped' } as const;
      const ending = { id: subscription!.id, now: NOON + 3 * TICK, content };
      expect(await unsubscribe(faulty, ending)).toBe(true);
      const finals = (await outbox(database, id)).filter(({ kind }) => kind === 'final');
      expect(finals.map(({ content: { end } }) => end)).toEqual(['scan-ended']);
      await readNow(database, EMPTY, { now: NOON + 4 * TICK });
      const active = await database.query(`select id from watches where state = 'active'`, []);
      expect([active, await unsubscribe(database, ending)]).toEqual([[], false]);
    });
  });
}
