import { describe, expect, it } from 'vitest';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import { leaseDoubtful, recoverAbandoned } from '../../../src/store/delivery-leases.ts';
import {
  settleAmbiguous,
  settleGivenUp,
  settleLater,
  settleMessageGone,
  settlePlain,
  settlePosted,
} from '../../../src/store/settlements.ts';
import { targetId } from '../../../src/scan/target.ts';
import { findTarget } from '../../../src/store/targets.ts';
import { stopWatch } from '../../../src/store/watches.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import {
  LEASE_MS,
  leaseAll,
  leaseOf,
  outbox,
  outboxLines,
  readNow,
  recovery,
  rowOf,
  saying,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

const STOPPED: DeliveryContent = { ...saying(7), end: 'stopped', stoppedBy: 'U1' };

export function stopSuite(openDatabase: OpenDatabase): void {
  describe('stopping a watch', () => {
    const opened = useMigrated(openDatabase);
    const stop = (id: string, now = NOON) => stopWatch(opened.database, { id, now, content: STOPPED });
    const lines = (id: string) => outboxLines(opened.database, id);
    const settling = async (id: string) => {
      const delivery = await leaseOf(opened.database, id);
      return { delivery, owner: 'me', now: NOON };
    };

    it('happens once', async () => {
      const id = await watchingLive(opened.database);
      expect(await stop(id)).toBe(true);
      expect(await stop(id, NOON + SECOND)).toBe(false);
      expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
      const row = await rowOf(opened.database, 'watches', id);
      expect([row['state'], Number(row['ended_at'])]).toEqual(['stopped', NOON]);
    });

    it('ends the reading of what nobody else watches', async () => {
      const first = await watchingLive(opened.database);
      const second = await watchingLive(opened.database, { channel: 'C2' });
      const due = async () => (await rowOf(opened.database, 'targets', targetId(IMAGE)))['next_poll_at'];
      await stop(first);
      expect(await due()).not.toBeNull();
      await stop(second);
      expect(await due()).toBeNull();
    });

    it('says no to a watch that is over, and to one that never was', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      const before = await outbox(opened.database);
      expect(await stop(id)).toBe(false);
      expect(await stop('nobody')).toBe(false);
      expect(await outbox(opened.database)).toEqual(before);
    });

    it('tells planning that the watches have changed', async () => {
      const id = await watching(opened.database);
      const before = await findTarget(opened.database, IMAGE);
      await stop(id);
      expect((await findTarget(opened.database, IMAGE))?.version).toBeGreaterThan(before?.version ?? 0);
    });

    it('before the live message was sent leaves nothing to send', async () => {
      const id = await watching(opened.database);
      await stop(id);
      expect(await lines(id)).toEqual([]);
    });

    it('drops the pending update and shows the final state', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(3, 12));
      await stop(id);
      expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
      const [final] = await leaseAll(opened.database);
      expect(final).toMatchObject({ kind: 'final', content: STOPPED });
    });

    it('makes no completion, then or later', async () => {
      const id = await watchingLive(opened.database);
      await stop(id);
      await readNow(opened.database, ended(12, 12));
      expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
    });

    it('while the live message is being sent lets the final state follow', async () => {
      const id = await watching(opened.database);
      const sending = await settling(id);
      await stop(id);
      expect(await leaseAll(opened.database)).toEqual([]);
      await settlePosted(opened.database, sending, '17.1');
      expect(await leaseAll(opened.database)).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
    });

    // Silence was confirmed: what was surely not posted is not posted any more.
    it('is silent where Slack did not take the live message that was under way', async () => {
      const id = await watching(opened.database);
      const sending = await settling(id);
      await stop(id);
      await settleLater(opened.database, sending, { dueAt: NOON, error: 'rate limited' });
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
      expect(await lines(id)).toEqual([]);
    });

    it('is silent where the thread of the live message that was under way is gone', async () => {
      const id = await watching(opened.database, { thread: '17.1' });
      const sending = await settling(id);
      await stop(id);
      await settleMessageGone(opened.database, sending, 'thread_not_found');
      expect(await leaseAll(opened.database, { now: NOON + HOUR })).toEqual([]);
      expect(await lines(id)).toEqual([]);
    });

    it('is silent where Slack refused the blocks of the live message that was under way', async () => {
      const id = await watching(opened.database);
      const sending = await settling(id);
      await stop(id);
      await settlePlain(opened.database, sending, 'invalid_blocks');
      expect(await lines(id)).toEqual([]);
    });

    describe('with a live message in doubt', () => {
      const stopInDoubt = async () => {
        const id = await watching(opened.database);
        await settleAmbiguous(opened.database, await settling(id), { dueAt: NOON, error: 'timeout' });
        await stop(id);
        const [delivery] = await leaseDoubtful(opened.database, {
          owner: 'me',
          now: NOON,
          leaseMs: LEASE_MS,
          limit: 1,
        });
        return { id, sending: { delivery: delivery!, owner: 'me', now: NOON } };
      };

      it('shows the final state where that turns out to be there', async () => {
        const { sending } = await stopInDoubt();
        await settlePosted(opened.database, sending, '17.1');
        expect(await leaseAll(opened.database)).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
      });

      it('is silent where that turns out not to be there', async () => {
        const { id, sending } = await stopInDoubt();
        await settleLater(opened.database, sending, { dueAt: NOON, error: 'not in the history' });
        expect(await lines(id)).toEqual([]);
      });
    });

    it('while an update is being sent shows the final state after it, and nothing after that', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(3, 12));
      const sending = await settling(id);
      await stop(id);
      expect(await leaseAll(opened.database)).toEqual([]);
      await settleLater(opened.database, sending, { dueAt: NOON, error: 'timeout' });
      expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
    });

    it('is not undone by a process that died while it sent an update', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(3, 12));
      await settling(id);
      await stop(id);
      await recoverAbandoned(opened.database, recovery(NOON + LEASE_MS));
      expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
    });

    it('leaves nothing open where the live message was refused for good', async () => {
      const id = await watching(opened.database);
      const sending = await settling(id);
      await stop(id);
      await settleGivenUp(opened.database, sending, 'restricted_action');
      const [final] = await leaseAll(opened.database);
      expect(final === undefined || final.messageTs === null).toBe(true);
    });
  });
}
