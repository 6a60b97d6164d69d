import { expect, it } from 'vitest';
import type { DeliveryKind } from '../../../../src/scan/delivery.ts';
import { ended, HOUR, NOON } from '../../../support/observations.ts';
import { tsOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';

export const addressesSuite = suite('what is posted about a watch', (store) => {
  /** The thread of the delivery of this kind; `live` for below the live message. */
  async function threadOf(kind: DeliveryKind, messageId: string): Promise<string> {
    const { thread } = await store.leaseOf(messageId, { kinds: [kind], now: NOON + HOUR });
    return thread.replace(tsOf(messageId), 'live');
  }

  it('is searched where it was sent, though the live message was deleted since', async () => {
    const id = await store.endingLive();
    const completion = await store.settling(id, { kinds: ['completion'] });
    await store.settleMessageNotFound(await store.settling(id, { kinds: ['final'] }), 'message_not_found');
    await store.settleAmbiguous(completion, { dueAt: NOON, error: 'timeout' });
    expect(await store.leaseLookups()).toMatchObject([{ messageTs: null, thread: tsOf(id) }]);
  });

  it.each<[DeliveryKind, string, 'thread' | 'channel', string]>([
    ['completion', '', 'thread', 'live'],
    ['completion', '', 'channel', ''],
    ['completion', '17.1', 'channel', '17.1'],
    ['stopped-by', '', 'thread', 'live'],
    ['stopped-by', '', 'channel', ''],
    ['notice', '', 'thread', 'live'],
    ['notice', '', 'channel', 'live'],
    ['notice', '17.1', 'channel', '17.1'],
  ])(
    '%s: of a watch in thread "%s", with completions in the %s, goes to "%s"',
    async (kind, thread, completionIn, expected) => {
      await store.configuring({ completionIn });
      const id = await store.watchingLive({ thread });
      await store.watching({ thread, userId: 'U2' });
      if (kind === 'notice') await store.stalling();
      if (kind === 'completion') await store.readNow(ended(12, 12));
      if (kind === 'stopped-by') await store.stopping(id, { stoppedBy: 'U1', stopped: 'watch' });
      expect(await threadOf(kind, id)).toBe(expected);
    },
  );

  it('goes to the channel where the thread was deleted, whatever found that out', async () => {
    const id = await store.watchingLive({ thread: '17.1' });
    const now = await store.stalling();
    await store.settleMessageNotFound(
      await store.settling(id, { kinds: ['notice'], now }),
      'thread_not_found',
    );
    expect(await store.rowOf('messages', id)).toMatchObject({ is_thread_gone: 1, ts: tsOf(id) });
    expect(await store.outboxLines(id)).toContain('notice given-up 7');
    await store.readNow(ended(12, 12));
    expect(await threadOf('completion', id)).toBe('');
  });

  it('is loud where nothing is withheld from its channel', async () => {
    const id = await store.endingLive();
    for (const kind of ['final', 'completion'] as const)
      expect((await store.leaseOf(id, { kinds: [kind] })).isQuiet).toBe(false);
  });
});
