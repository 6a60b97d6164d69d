import { describe, expect, it } from 'vitest';
import { startBoard } from '../../../src/store/boards.ts';
import { leaseDeliveries } from '../../../src/store/delivery-leases.ts';
import { settleEdited, settlePosted } from '../../../src/store/settlements.ts';
import { readVitals } from '../../../src/store/vitals.ts';
import { ended, NOON, scanning, SECOND } from '../../support/observations.ts';
import {
  CHANNEL,
  imageNamed,
  LEASE_MS,
  readNow,
  saying,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function vitalsSuite(openDatabase: OpenDatabase): void {
  describe('the vitals', () => {
    const opened = useMigrated(openDatabase);

    it('are nothing where nothing is watched', async () => {
      const nothing = {
        activeWatches: 0,
        queued: 0,
        completionSince: null,
        staleSince: null,
        dueTargets: 0,
        dueSince: null,
      };
      expect(await readVitals(opened.database, NOON)).toEqual(nothing);
    });

    it('count active watches and what waits to be sent', async () => {
      await watching(opened.database, { channel: 'C1' });
      await watching(opened.database, { channel: 'C2' });
      expect(await readVitals(opened.database, NOON)).toMatchObject({ activeWatches: 2, queued: 2 });
    });

    it('count each image of a board once', async () => {
      const images = ['a', 'b'].map((name) => ({ target: imageNamed(name), content: saying(0) }));
      const board = { place: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
      await startBoard(opened.database, board);
      expect(await readVitals(opened.database, NOON)).toMatchObject({ activeWatches: 2, queued: 1 });
    });

    it('take a message that is edited again and again for one that was just edited', async () => {
      const { database } = opened;
      await watchingLive(database);
      await readNow(database, scanning(1, 12), { now: NOON + 10 * SECOND });
      const lease = {
        owner: 'me',
        leaseMs: LEASE_MS,
        limit: 9,
        channelPauseMs: 0,
        kinds: ['update'] as const,
      };
      const [delivery] = await leaseDeliveries(database, { ...lease, now: NOON + 10 * SECOND });
      await readNow(database, scanning(2, 12), { now: NOON + 15 * SECOND });
      await settleEdited(database, { delivery: delivery!, owner: 'me', now: NOON + 18 * SECOND });
      expect(await readVitals(database, NOON)).toMatchObject({ queued: 1, staleSince: NOON + 18 * SECOND });
    });

    it('tell since when a live message is out of date, however often a newer state took its place', async () => {
      await watchingLive(opened.database);
      for (const [index, scanned] of [1, 2, 3].entries()) {
        const now = NOON + (index + 1) * 10 * SECOND;
        await readNow(opened.database, scanning(scanned, 12), { now });
      }
      expect(await readVitals(opened.database, NOON)).toMatchObject({
        queued: 1,
        staleSince: NOON + 10 * SECOND,
        completionSince: null,
      });
    });

    it('tell since when an end waits to be told, until it is', async () => {
      const { database } = opened;
      await watchingLive(database);
      await readNow(database, scanning(1, 12), { now: NOON + SECOND });
      await readNow(database, ended(12, 12), { now: NOON + 2 * SECOND });
      expect(await readVitals(database, NOON)).toMatchObject({
        activeWatches: 0,
        completionSince: NOON + 2 * SECOND,
        staleSince: NOON + 2 * SECOND,
      });
      const now = NOON + 60 * SECOND;
      const lease = { owner: 'me', now, leaseMs: LEASE_MS, limit: 9, channelPauseMs: 0 };
      for (const kind of ['final', 'completion'] as const) {
        const [delivery] = await leaseDeliveries(database, { ...lease, kinds: [kind] });
        const settling = { delivery: delivery!, owner: 'me', now };
        await (kind === 'final' ? settleEdited(database, settling) : settlePosted(database, settling, '1.0'));
      }
      expect(await readVitals(database, NOON)).toMatchObject({
        queued: 0,
        completionSince: null,
        staleSince: null,
      });
    });
  });
}
