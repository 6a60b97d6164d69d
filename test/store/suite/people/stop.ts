import { describe, expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, REGULAR, scanning, SECOND } from '../../../support/observations.ts';
import { LEASE_MS, recovery, saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';

const RETRY = { dueAt: NOON, error: 'rate limited' };
const STOPPED = ['final pending 7', 'live sent 0'];

export const stopSuite = suite('stopping a watch', (store) => {
  const stop = (id: string, now = NOON) => store.stopping(id, { scanned: 7, stoppedBy: 'U1', now });
  /** A live message that is being sent when its watch is stopped. */
  const stopSending = async (thread = '') => {
    const id = await store.watching({ thread });
    const sending = await store.settling(id);
    await stop(id);
    return { id, sending };
  };
  /** The same with an update of it. */
  const stopUpdating = async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    const sending = await store.settling(id);
    await stop(id);
    return { id, sending };
  };

  it('happens once', async () => {
    const id = await store.watchingLive();
    expect(await stop(id)).toBe(true);
    expect(await stop(id, NOON + SECOND)).toBe(false);
    expect(await store.outboxLines(id)).toEqual(STOPPED);
    expect(await store.endOf('watches', id)).toEqual(['stopped', NOON]);
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
    const id = await store.endingLive();
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
    expect(await store.outboxLines(id)).toEqual([]);
  });

  it('drops the pending update and shows the final state', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    await stop(id);
    expect(await store.outboxLines(id)).toEqual(STOPPED);
    const content = { ...saying(7, 'stopped'), stoppedBy: 'U1' };
    expect((await store.leaseAll())[0]).toMatchObject({ kind: 'final', content });
  });

  it('makes no completion, then or later', async () => {
    const id = await store.watchingLive();
    await stop(id);
    await store.readNow(ended(12, 12));
    expect(await store.outboxLines(id)).toEqual(STOPPED);
  });

  it('while the live message is being sent lets the final state follow', async () => {
    const { sending } = await stopSending();
    expect(await store.leaseAll()).toEqual([]);
    await store.settlePosted(sending, '17.1');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
  });

  // Silence was confirmed: what was surely not posted is not posted any more.
  it('is silent where Slack did not take the live message that was under way', async () => {
    const { id, sending } = await stopSending();
    await store.settleLater(sending, RETRY);
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    expect(await store.outboxLines(id)).toEqual([]);
  });

  it('is silent where the thread of the live message that was under way is gone', async () => {
    const { id, sending } = await stopSending('17.1');
    await store.settleMessageNotFound(sending, 'thread_not_found');
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    expect(await store.outboxLines(id)).toEqual([]);
  });

  it('is silent where Slack refused the blocks of the live message that was under way', async () => {
    const { id, sending } = await stopSending();
    await store.settleSimplified(sending, { form: 'text', error: 'invalid_blocks' });
    expect(await store.outboxLines(id)).toEqual([]);
  });

  describe('with a live message in doubt', () => {
    const stopAmbiguous = async () => {
      const id = await store.watching();
      await store.makeAmbiguous(id);
      await stop(id);
      const [delivery] = await store.leaseLookups();
      return { id, sending: settlingOf(delivery!) };
    };

    it('shows the final state where that turns out to be there', async () => {
      const { sending } = await stopAmbiguous();
      await store.settlePosted(sending, '17.1');
      expect(await store.leaseAll()).toMatchObject([{ kind: 'final', messageTs: '17.1' }]);
    });

    it('is silent where that turns out not to be there', async () => {
      const { id, sending } = await stopAmbiguous();
      await store.settleLater(sending, RETRY);
      expect(await store.outboxLines(id)).toEqual([]);
    });
  });

  it('while an update is being sent shows the final state after it, and nothing after that', async () => {
    const { id, sending } = await stopUpdating();
    expect(await store.leaseAll()).toEqual([]);
    await store.settleLater(sending, RETRY);
    expect(await store.outboxLines(id)).toEqual(STOPPED);
  });

  it('is not undone by a process that died while it sent an update', async () => {
    const { id } = await stopUpdating();
    await store.recoverExpired(recovery(NOON + LEASE_MS));
    expect(await store.outboxLines(id)).toEqual(STOPPED);
  });

  it('leaves nothing open where the live message was refused for good', async () => {
    const { sending } = await stopSending();
    await store.settleFailed(sending, 'restricted_action');
    const [final] = await store.leaseAll();
    expect(final === undefined || final.messageTs === null).toBe(true);
  });
});
