import { expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { imageNamed } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';
import { FAILED_END } from '../values.ts';

/** All but the schema's own. */
const TABLES = [
  'messages',
  'watches',
  'followers',
  'deliveries',
  'subscriptions',
  'channel_settings',
  'scan_requests',
  'conversations',
  'events',
  'targets',
];
const [A, B, C] = [imageNamed('a'), imageNamed('b'), imageNamed('c')];

export const forgettingSuite = suite('forgetting', (store) => {
  const everything = async (): Promise<string> => {
    const rows = await Promise.all(TABLES.map((table) => store.query(sql`select * from ${raw(table)}`)));
    return JSON.stringify(rows);
  };
  const populate = async (): Promise<void> => {
    await store.watchingLive({ channel: 'C0GONE', userId: 'U0GONE' });
    await store.watchingLive({ userId: 'U1' });
    await store.watching({ userId: 'U0GONE', now: NOON + SECOND });
    for (const by of ['C0GONE', 'C1'].map((channel) => ({ channel, userId: 'U0GONE' }))) {
      await store.subscribing(by);
      await store.configuring({}, by);
      await store.requesting(by);
    }
    await store.renameConversation({ from: 'COLD', to: 'C0GONE', now: NOON });
    await store.saveConversation({ id: 'C0GONE', isShared: false, now: NOON });
    await store.claimEvent({ id: 'Ev1', body: '{"channel":"C0GONE","user":"U0GONE"}', at: NOON });
    const stopped = await store.watchingLive({ channel: 'C3', userId: 'U1' });
    await store.stopping(stopped, { stoppedBy: 'U0GONE', stopped: 'watch' });
  };

  it('a conversation leaves no trace of it, and the others as they were', async () => {
    await populate();
    const forgotten = await store.forgetConversation('C0GONE');
    expect(forgotten).toEqual({ watches: 1, subscriptions: 1, others: 5 });
    expect(await everything()).not.toContain('C0GONE');
    expect(await store.watchesInChannel('C1')).toHaveLength(1);
    expect(await store.subscriptionsInChannel('C1')).toHaveLength(1);
  });

  it.each(['forgetConversation', 'forgetPerson'] as const)(
    'is noticed by a poll that is under way: %s',
    async (forget) => {
      await store.watchingLive({ channel: 'C0GONE', userId: 'C0GONE' });
      const before = await store.findTarget(IMAGE);
      await store[forget]('C0GONE');
      expect((await store.findTarget(IMAGE))?.version).toBeGreaterThan(before?.version ?? 0);
    },
  );

  it('a person leaves no trace of them, and what others see goes on', async () => {
    await populate();
    const forgotten = await store.forgetPerson('U0GONE');
    expect(forgotten).toEqual({ watches: 0, subscriptions: 2, others: 9 });
    expect(await everything()).not.toContain('U0GONE');
    const [watch] = await store.watchesInChannel('C1');
    expect(watch?.followers).toEqual(['U1']);
    expect(await store.subscriptionsInChannel('C0GONE')).toHaveLength(1);
  });

  it('ends what nobody else follows', async () => {
    const id = await store.watchingLive({ userId: 'U0GONE' });
    await store.readNow(scanning(3, 12));
    const other = await store.watchingLive({ channel: 'C2', target: A });
    await store.query(sql`delete from followers where watch_id = ${other}`);
    expect(await store.forgetPerson('U0GONE')).toEqual({ watches: 1, subscriptions: 0, others: 0 });
    expect(await store.findWatch(id)).toBeNull();
    expect(await store.columnOf(sql`select id from messages`)).toEqual([other]);
    const polled = await store.columnOf(sql`select id from targets where next_poll_at is not null`);
    expect(polled).toEqual([targetId(A)]);
    expect((await store.rowOf('targets', targetId(IMAGE)))['is_unwatched']).toBe(1);
  });

  it('ends a board of which only ended lines are left', async () => {
    const board = (await store.boarding([A, B, C], { userId: 'U0GONE' })).messageId!;
    await store.boarding([B, C]);
    await store.readNow(ended(12, 12), { target: B, now: NOON + SECOND });
    await store.readNow(ended(12, 12), { target: C, now: NOON });
    for (const channel of ['C2', 'C3'])
      await store.watching({ channel, target: imageNamed(channel.toLowerCase()) });
    await store.readNow(ended(12, 12), { target: imageNamed('c2'), now: NOON + HOUR });
    await store.forgetPerson('U0GONE');
    expect(await store.endOf('messages', board)).toEqual(['stopped', NOON + SECOND]);
  });

  it('takes their line off a board, with what was to be posted of it', async () => {
    const board = (await store.boarding([A, B], { userId: 'U0GONE' })).messageId!;
    await store.boarding([B]);
    await store.readNow(FAILED_END, { target: A });
    expect((await store.outbox(board)).map(({ kind }) => kind)).toEqual(['live', 'notice']);
    await store.forgetPerson('U0GONE');
    expect((await store.outbox(board)).map(({ kind }) => kind)).toEqual(['live']);
    expect(await store.leaseAll({ kinds: ['live', 'notice'] })).toMatchObject([{ followers: ['U1'] }]);
  });
});
