import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import type { DeliveryContent, DeliveryKind } from '../../../../src/scan/delivery.ts';
import { ended, MINUTE, NOON, scanning, SETTINGS } from '../../../support/observations.ts';
import { LEASE_MS, saying, settlingOf, tsOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';

const settings = { ...SETTINGS, stallAfterMs: MINUTE };

const STOPPED: DeliveryContent = { ...saying(3, 'stopped'), stoppedBy: 'U1', stopped: 'watch' };

export const addressesSuite = suite('what is posted about a watch', (store) => {
  const stalled = async (): Promise<void> => {
    for (const at of [NOON, NOON + MINUTE]) await store.readNow(scanning(3, 12), { now: at, settings });
  };
  const end = () => store.readNow(ended(12, 12), { now: NOON, settings });

  /** The thread of the delivery of this kind; `live` for below the live message. */
  async function threadOf(kind: DeliveryKind, messageId: string): Promise<string> {
    const leased = await store.leaseAll({ kinds: [kind], now: NOON + 2 * MINUTE });
    const own = leased.filter((one) => one.messageId === messageId);
    expect(own).toHaveLength(1);
    return own[0]?.thread.replace(tsOf(messageId), 'live') ?? '';
  }

  it('is searched where it was sent, though the live message was deleted since', async () => {
    const id = await store.watchingLive();
    await end();
    const [completion, final] = [
      await store.leaseOf(id, { kinds: ['completion'] }),
      await store.leaseOf(id, { kinds: ['final'] }),
    ];
    await store.settleMessageNotFound(settlingOf(final), 'message_not_found');
    await store.settleAmbiguous(settlingOf(completion), { dueAt: NOON, error: 'timeout' });
    const lease = { owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 1 };
    expect(await store.leaseAmbiguous(lease)).toMatchObject([{ messageTs: null, thread: tsOf(id) }]);
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
      const wanted = { ...DEFAULT_SETTINGS, completionIn };
      await store.saveSettings({ channel: 'C1', settings: wanted, userId: 'U1', now: NOON });
      const id = await store.watchingLive({ thread });
      await store.watching({ thread, userId: 'U2' });
      if (kind === 'notice') await stalled();
      if (kind === 'completion') await end();
      if (kind === 'stopped-by') await store.stopWatch({ id, now: NOON, content: STOPPED });
      expect(await threadOf(kind, id)).toBe(expected);
    },
  );

  it('goes to the channel where the thread was deleted, whatever found that out', async () => {
    const id = await store.watchingLive({ thread: '17.1' });
    await stalled();
    const notice = await store.leaseOf(id, { kinds: ['notice'], now: NOON + 2 * MINUTE });
    await store.settleMessageNotFound(settlingOf(notice), 'thread_not_found');
    const { is_thread_gone: isGone, ts } = await store.rowOf('messages', id);
    expect([Number(isGone), ts]).toEqual([1, tsOf(id)]);
    expect(await store.outboxLines(id)).toContain('notice given-up 3');
    await end();
    expect(await threadOf('completion', id)).toBe('');
  });

  it('is loud where nothing is withheld from its channel', async () => {
    const id = await store.watchingLive();
    await end();
    for (const kind of ['final', 'completion'] as const)
      expect((await store.leaseOf(id, { kinds: [kind] })).isQuiet).toBe(false);
  });
});
