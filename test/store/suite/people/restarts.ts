import { expect, it } from 'vitest';
import { HOUR, IMAGE, MINUTE, NOON, REGULAR, SECOND } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const BACK = NOON + MINUTE;

export const restartsSuite = suite('a watch whose first message was refused', (store) => {
  const refuse = async (id: string, error = 'is_archived', now = NOON) =>
    store.settleChannelUnavailable(await store.settling(id, { now, kinds: ['live'] }), error);
  const states = async () => store.columnOf(sql`select state from watches order by created_at, position, id`);

  it('because the channel was archived begins once it is open again', async () => {
    const id = await store.watching();
    await store.watching({ userId: 'U2' });
    await refuse(id);
    expect(await states()).toEqual(['undeliverable']);
    await store.query(sql`update targets set next_poll_at = null`);
    expect(await store.restartRefused('C1', BACK)).toBe(1);
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toMatchObject({ id });
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(BACK);
    const live = await store.leaseOf(id, { kinds: ['live'], now: BACK });
    expect(live).toMatchObject({ attempts: 1, followers: ['U1', 'U2'] });
    await store.settlePosted(settlingOf(live, BACK), '1.1');
    expect(await store.restartRefused('C1', BACK + SECOND)).toBe(0);
    expect(await store.outboxLines()).toEqual(['live sent 0']);
  });

  it('begins on its board, but for what is watched there since', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(imageNamed) as [typeof IMAGE, typeof IMAGE, typeof IMAGE];
    const { messageId } = await store.boarding([a, b, c]);
    await refuse(messageId!, 'is_archived', NOON + MINUTE);
    await store.watching({ target: b, now: NOON + 2 * MINUTE });
    expect(await store.restartRefused('C1', NOON + 3 * MINUTE)).toBe(1);
    expect(await states()).toEqual(['active', 'undeliverable', 'active', 'active']);
  });

  it('begins once where it was begun twice', async () => {
    const first = await store.watching();
    await refuse(first);
    const second = await store.watching({ now: NOON + SECOND });
    await refuse(second, 'is_archived', NOON + SECOND);
    expect(await store.restartRefused('C1', BACK)).toBe(1);
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toMatchObject({ id: second });
    expect(await store.restartRefused('C1', BACK)).toBe(0);
  });

  it.each<[string, () => Promise<unknown>, number]>([
    ['for another reason', async () => refuse(await store.watching(), 'not_in_channel'), BACK],
    ['more than an hour ago', async () => refuse(await store.watching()), NOON + HOUR + 1],
    ['in another channel', async () => refuse(await store.watching({ channel: 'C2' })), BACK],
    [
      'but an edit, not its first message',
      async () => {
        const id = await store.watchingLive();
        await store.stalling();
        const later = NOON + 11 * MINUTE;
        await store.settleChannelUnavailable(await store.settling(id, { now: later }), 'is_archived');
      },
      NOON + 12 * MINUTE,
    ],
  ])('stays ended: %s', async (_, act, now) => {
    await act();
    expect(await store.restartRefused('C1', now)).toBe(0);
    expect(await states()).toEqual(['undeliverable']);
  });

  it('is not posted again where the post itself was wrong', async () => {
    const id = await store.watching();
    await store.settleFailed(await store.settling(id), 'invalid_blocks');
    expect(await store.restartRefused('C1', BACK)).toBe(0);
    expect(await store.outboxLines()).toEqual(['live given-up 0']);
  });

  it('of a subscription does not begin: the subscription resumes', async () => {
    await store.subscribing({ target: REGULAR });
    await store.watching({ target: REGULAR });
    const [id] = await store.columnOf(sql`select id from messages`);
    await refuse(String(id));
    expect(await store.restartRefused('C1', BACK)).toBe(0);
    expect(await store.resumeSubscriptions('C1', BACK)).toBe(1);
  });
});
