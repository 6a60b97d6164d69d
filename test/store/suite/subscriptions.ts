import { describe, expect, it } from 'vitest';
import { unsubscribe } from '../../../src/store/subscriptions.ts';
import { down, EMPTY, ended, IMAGE, NOON, scanning, SETTINGS, TICK } from '../../support/observations.ts';
import { makeFaulty, saying } from '../../support/store.ts';
import { type OpenDatabase, type Store, useMigrated } from './fixture.ts';

const CHANNEL = 'C1';

/** A channel that is subscribed, with a scan under way that it shows; returns the watch. */
async function subscribed(store: Store): Promise<string> {
  await store.subscribe({ target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON });
  await store.readNow(scanning(3, 12), { now: NOON + TICK });
  const [watch] = await store.watchesInChannel(CHANNEL);
  return watch!.id;
}

export function subscriptionsSuite(openDatabase: OpenDatabase): void {
  describe('a subscription', () => {
    const store = useMigrated(openDatabase);

    it('tells the end of a scan to whoever watches it although somebody stopped its live message before', async () => {
      const stopped = await subscribed(store);
      const content = { ...saying(3), end: 'stopped' } as const;
      await store.stopWatch({ id: stopped, now: NOON + 2 * TICK, content });
      const id = await store.watching({ now: NOON + 3 * TICK });
      await store.readNow(ended(12, 12), { now: NOON + 4 * TICK });
      expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
    });

    it('that shows a scan has no end by time, however long the Console is out of reach', async () => {
      const id = await subscribed(store);
      await store.readNow(down(), { now: NOON + 2 * SETTINGS.watchTtlMs });
      expect((await store.rowOf('watches', id))['state']).toBe('active');
    });

    it('that ends while its scan does ends the watch that follows, and undoes no final state', async () => {
      const id = await subscribed(store);
      const [subscription] = await store.subscriptionsInChannel(CHANNEL);
      const faulty = makeFaulty(store);
      let isOver = false;
      faulty.before = (sql) => {
        if (isOver || !sql.includes(`set state = 'ended'`)) return undefined;
        isOver = true;
        return store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
      };
      const content = { ...saying(3), end: 'stopped' } as const;
      const ending = { id: subscription!.id, now: NOON + 3 * TICK, content };
      expect(await unsubscribe(faulty, ending)).toBe(true);
      const finals = (await store.outbox(id)).filter(({ kind }) => kind === 'final');
      expect(finals.map(({ content: { end } }) => end)).toEqual(['scan-ended']);
      await store.readNow(EMPTY, { now: NOON + 4 * TICK });
      const active = await store.query(`select id from watches where state = 'active'`);
      expect([active, await store.unsubscribe(ending)]).toEqual([[], false]);
    });
  });
}
