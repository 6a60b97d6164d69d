import { describe, expect, it } from 'vitest';
import { subscribe } from '../../../src/store/subscriptions.ts';
import { stopWatch, watchesInChannel } from '../../../src/store/watches.ts';
import { ended, IMAGE, NOON, scanning, TICK } from '../../support/observations.ts';
import { readNow, rowOf, saying, watching } from '../../support/store.ts';
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
  });
}
