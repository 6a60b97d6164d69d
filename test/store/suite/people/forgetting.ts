import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

export const forgettingSuite = suite('forgetting', (store) => {
  /** Every value of every table but the schema's own. */
  const everything = async (): Promise<string> => {
    const tables = [
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
    const rows = await Promise.all(tables.map((table) => store.query(sql`select * from ${raw(table)}`)));
    return JSON.stringify(rows);
  };
  const populate = async (): Promise<string> => {
    const id = await store.watchingLive({ channel: 'C0GONE', userId: 'U0GONE' });
    await store.watchingLive({ userId: 'U1' });
    await store.watching({ userId: 'U0GONE', now: NOON + SECOND });
    for (const channel of ['C0GONE', 'C1']) {
      const userId = 'U0GONE';
      await store.subscribe({ target: IMAGE, channel, userId, now: NOON });
      await store.saveSettings({ channel, settings: DEFAULT_SETTINGS, userId, now: NOON });
      await store.recordRequest({ target: IMAGE, kind: 'start', channel, userId, now: NOON });
    }
    await store.renameConversation({ from: 'COLD', to: 'C0GONE', now: NOON });
    await store.saveConversation({ id: 'C0GONE', isShared: false, now: NOON });
    const body = JSON.stringify({ channel: 'C0GONE', user: 'U0GONE' });
    await store.query(sql`insert into events (id, at, body) values (${'Ev1'}, ${NOON}, ${body})`);
    const content = { ...saying(3), end: 'stopped', stoppedBy: 'U0GONE' } as const;
    const stopped = await store.watchingLive({ channel: 'C3', userId: 'U1' });
    await store.stopWatch({ id: stopped, now: NOON, content });
    return id;
  };

  it('a conversation leaves no trace of it, and the others as they were', async () => {
    await populate();
    const forgotten = await store.forgetConversation('C0GONE');
    expect(forgotten).toEqual({ watches: 1, subscriptions: 1, others: 5 });
    const left = await everything();
    expect(left).not.toContain('C0GONE');
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
    expect(forgotten).toEqual({ watches: 0, subscriptions: 2, others: 8 });
    expect(await everything()).not.toContain('U0GONE');
    const [watch] = await store.watchesInChannel('C1');
    expect(watch?.followers).toEqual(['U1']);
    expect(await store.subscriptionsInChannel('C0GONE')).toHaveLength(1);
  });

  it('ends what nobody else follows', async () => {
    const id = await store.watchingLive({ userId: 'U0GONE' });
    await store.readNow(scanning(3, 12));
    const other = await store.watchingLive({ channel: 'C2', target: imageNamed('other') });
    await store.query(sql`delete from followers where watch_id = ${other}`);
    expect(await store.forgetPerson('U0GONE')).toEqual({ watches: 1, subscriptions: 0, others: 0 });
    expect(await store.findWatch(id)).toBeNull();
    expect(await store.query(sql`select id from messages`)).toEqual([{ id: other }]);
    expect(await store.query(sql`select id from targets where next_poll_at is not null`)).toEqual([
      { id: targetId(imageNamed('other')) },
    ]);
  });

  it('ends a board of which only ended lines are left', async () => {
    const images = ['a', 'b', 'c'].map((name) => ({ target: imageNamed(name), content: saying(0) }));
    const board = { conversation: CHANNEL, now: NOON, liveDelayMs: 0 };
    const { messageId } = await store.startBoard({ ...board, userId: 'U0GONE', images });
    await store.startBoard({ ...board, userId: 'U1', images: images.slice(1) });
    await store.readNow(ended(12, 12), { target: imageNamed('b'), now: NOON + SECOND });
    await store.readNow(ended(12, 12), { target: imageNamed('c'), now: NOON });
    for (const channel of ['C2', 'C3'])
      await store.watching({ channel, target: imageNamed(channel.toLowerCase()) });
    await store.readNow(ended(12, 12), { target: imageNamed('c2'), now: NOON + HOUR });
    await store.forgetPerson('U0GONE');
    const message = await store.rowOf('messages', messageId!);
    expect([message['state'], Number(message['ended_at'])]).toEqual(['stopped', NOON + SECOND]);
  });

  it('takes their line off a board, with what was to be posted of it', async () => {
    const images = [imageNamed('a'), imageNamed('b')].map((target) => ({ target, content: saying(0) }));
    const board = { conversation: CHANNEL, now: NOON, liveDelayMs: 0 };
    const { messageId } = await store.startBoard({ ...board, userId: 'U0GONE', images });
    await store.startBoard({ ...board, userId: 'U1', images: images.slice(1) });
    const failed = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
    await store.readNow(ended(3, 12, failed), { target: imageNamed('a') });
    expect((await store.outbox(messageId!)).map(({ kind }) => kind)).toEqual(['live', 'notice']);
    await store.forgetPerson('U0GONE');
    expect((await store.outbox(messageId!)).map(({ kind }) => kind)).toEqual(['live']);
    expect(await store.leaseAll({ kinds: ['live', 'notice'] })).toMatchObject([{ followers: ['U1'] }]);
  });
});
