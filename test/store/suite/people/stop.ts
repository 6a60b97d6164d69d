import { describe, expect, it } from 'vitest';
import type { DeliveryContent } from '../../../../src/scan/delivery.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, REGULAR, scanning, SECOND } from '../../../support/observations.ts';
import { LEASE_MS, recovery, settlingOf, saying } from '../../../support/store.ts';
import { suite } from '../fixture.ts';

const STOPPED: DeliveryContent = { ...saying(7), end: 'stopped', stoppedBy: 'U1' };

export const stopSuite = suite('stopping a watch', (store) => {
  const stop = (id: string, now = NOON) => store.stopWatch({ id, now, content: STOPPED });
  const lines = (id: string) => store.outboxLines(id);
  const settling = async (id: string) => {
    const delivery = await store.leaseOf(id);
    return settlingOf(delivery);
  };

  it('happens once', async () => {
    const id = await store.watchingLive();
    expect(await stop(id)).toBe(true);
    expect(await stop(id, NOON + SECOND)).toBe(false);
    expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
    const row = await store.rowOf('watches', id);
    expect([row['state'], Number(row['ended_at'])]).toEqual(['stopped', NOON]);
  });

  it('ends the reading of what nobody else watches', async () => {
    const first = await store.watchingLive();
    const second = await store.watchingLive({ channel: 'C2' });
    await store.watching({ target: REGULAR, channel: 'C3' });
    const due = async () => (await store.rowOf('targets', targetId(IMAGE)))['next_poll_at'];
    await stop(first);
    expect(await due()).not.toBeNull();
    await stop(second);
    expect(await due()).toBeNull();
  });

  it('says no to a watch that is over, and to one that never was', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12));
    const before = await store.outbox();
    expect(await stop(id)).toBe(false);
    expect(await stop('nobody')).toBe(false);
    expect(await store.outbox()).toEqual(before);
  });

  it('tells planning that the watches have changed', async () => {
    const id = await store.watching();
    const before = await store.findTarget(IMAGE);
    await stop(id);
    expect((await store.findTarget(IMAGE))?.version).toBeGreaterThan(before?.version ?? 0);
  });

  it('before the live message was sent leaves nothing to send', async () => {
    const id = await store.watching();
    await stop(id);
    expect(await lines(id)).toEqual([]);
  });

  it('drops the pending update and shows the final state', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    await stop(id);
    expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
    const [final] = await store.leaseAll();
    expect(final).toMatchObject({ kind: 'final', content: STOPPED });
  });

  it('makes no completion, then or later', async () => {
    const id = await store.watchingLive();
    await stop(id);
    await store.readNow(ended(12, 12));
    expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
  });

  it('while the live message is being sent lets the final state follow', async () => {
    const id = await store.watching();
    const sending = await settling(id);
    await stop(id);
    expect(await store.leaseAll()).toEqual([]);
    await store.settlePosted(sending, '17.1');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
  });

  // Silence was confirmed: what was surely not posted is not posted any more.
  it('is silent where Slack did not take the live message that was under way', async () => {
    const id = await store.watching();
    const sending = await settling(id);
    await stop(id);
    await store.settleLater(sending, { dueAt: NOON, error: 'rate limited' });
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    expect(await lines(id)).toEqual([]);
  });

  it('is silent where the thread of the live message that was under way is gone', async () => {
    const id = await store.watching({ thread: '17.1' });
    const sending = await settling(id);
    await stop(id);
    await store.settleMessageNotFound(sending, 'thread_not_found');
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    expect(await lines(id)).toEqual([]);
  });

  it('is silent where Slack refused the blocks of the live message that was under way', async () => {
    const id = await store.watching();
    const sending = await settling(id);
    await stop(id);
    await store.settleSimplified(sending, { form: 'text', error: 'invalid_blocks' });
    expect(await lines(id)).toEqual([]);
  });

  describe('with a live message in doubt', () => {
    const stopAmbiguous = async () => {
      const id = await store.watching();
      await store.settleAmbiguous(await settling(id), { dueAt: NOON, error: 'timeout' });
      await stop(id);
      const [delivery] = await store.leaseAmbiguous({
        owner: 'me',
        now: NOON,
        leaseMs: LEASE_MS,
        limit: 1,
      });
      return { id, sending: settlingOf(delivery!) };
    };

    it('shows the final state where that turns out to be there', async () => {
      const { sending } = await stopAmbiguous();
      await store.settlePosted(sending, '17.1');
      expect(await store.leaseAll()).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
    });

    it('is silent where that turns out not to be there', async () => {
      const { id, sending } = await stopAmbiguous();
      await store.settleLater(sending, { dueAt: NOON, error: 'not in the history' });
      expect(await lines(id)).toEqual([]);
    });
  });

  it('while an update is being sent shows the final state after it, and nothing after that', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    const sending = await settling(id);
    await stop(id);
    expect(await store.leaseAll()).toEqual([]);
    await store.settleLater(sending, { dueAt: NOON, error: 'timeout' });
    expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
  });

  it('is not undone by a process that died while it sent an update', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    await settling(id);
    await stop(id);
    await store.recoverExpired(recovery(NOON + LEASE_MS));
    expect(await lines(id)).toEqual(['final pending 7', 'live sent 0']);
  });

  it('leaves nothing open where the live message was refused for good', async () => {
    const id = await store.watching();
    const sending = await settling(id);
    await stop(id);
    await store.settleFailed(sending, 'restricted_action');
    const [final] = await store.leaseAll();
    expect(final === undefined || final.messageTs === null).toBe(true);
  });
});
