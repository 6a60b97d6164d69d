import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { ended, HOUR, IMAGE, NOON, SECOND } from '../../../support/observations.ts';
import { imageNamed, type LeaseOptions, saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

export const renameSuite = suite('a conversation with another ID', (store) => {
  const rename = (from = 'C1', to = 'C2') => store.renameConversation({ from, to, now: NOON + SECOND });
  const refuse = async (kinds: LeaseOptions = {}) => {
    for (const delivery of await store.leaseAll(kinds))
      await store.settleChannelUnavailable(settlingOf(delivery), 'channel_not_found');
  };

  it('keeps its watches, subscriptions, settings and what waits to be sent', async () => {
    const id = await store.watchingLive();
    await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
    const settings = { ...DEFAULT_SETTINGS, areMentionsOn: false };
    await store.saveSettings({ channel: 'C1', settings, userId: 'U1', now: NOON });
    await store.readNow(ended(12, 12));
    await store.recordRequest({ target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON });
    await rename();
    expect(await store.query(sql`select channel from scan_requests`)).toEqual([{ channel: 'C2' }]);
    expect((await store.findWatch(id))?.conversation.channel).toBe('C2');
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
    expect(await store.findSettings('C2')).toEqual(settings);
    const sent = await store.leaseAll({ now: NOON + HOUR });
    expect(sent.map(({ kind, conversation }) => [kind, conversation.channel])).toContainEqual([
      'completion',
      'C2',
    ]);
    expect([await store.currentId('C1'), await store.currentId('C2')]).toEqual(['C2', 'C2']);
  });

  it('is known by all that it had, the last one again, too', async () => {
    await rename('C1', 'C2');
    await rename('C2', 'C3');
    expect(await store.currentId('C1')).toBe('C3');
    await rename('C3', 'C2');
    expect(await store.currentId('C2')).toBe('C2');
  });

  it.each([SECOND, HOUR])(
    'goes on where Slack had refused the old ID %i ms before it told the new one',
    async (ms) => {
      const id = await store.watching();
      await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      await refuse();
      expect((await store.rowOf('watches', id))['state']).toBe('undeliverable');
      await store.renameConversation({ from: 'C1', to: 'C2', now: NOON + ms });
      expect((await store.watchesInChannel('C2')).map((watch) => watch.id)).toEqual([id]);
      for (const table of ['watches', 'messages'] as const)
        expect(await store.rowOf(table, id)).toMatchObject({ state: 'active', ended_at: null });
      const again = { kind: 'live', state: 'pending', error: null, dueAt: NOON + ms, settledAt: null };
      expect(await store.outbox(id)).toMatchObject([again]);
      expect((await store.subscriptionsInChannel('C2')).map(({ isPaused }) => isPaused)).toEqual([false]);
    },
  );

  it.each([
    [-1, ['second']],
    [1, ['first']],
    [0, ['first', 'second']],
  ])(
    'goes on with the last that Slack had refused, unless the new one has its own: after %i ms one of %j',
    async (ms, last) => {
      const ids: Record<string, string> = {};
      const other = imageNamed('other');
      for (const [name, options] of [
        ['first', {}],
        ['second', {}],
        ['threaded', { thread: '1.1' }],
        ['other', { target: other }],
      ] as const) {
        ids[name] = await store.watching(options);
        await refuse();
      }
      await store.query(sql`update watches set ended_at = ended_at + ${ms} where id = ${ids['first']!}`);
      ids['own'] = await store.watching({ channel: 'C2', target: other });
      await rename();
      const active = (await store.watchesInChannel('C2')).map(({ id }) => id);
      expect(active).toHaveLength(3);
      expect(active).toEqual(expect.arrayContaining([ids['threaded'], ids['own']]));
      expect(last.some((name) => active.includes(ids[name]!))).toBe(true);
    },
  );

  it('has what was refused long ago, or stopped by people, no more', async () => {
    const over = await store.watchingLive({ target: imageNamed('over') });
    await store.readNow(ended(12, 12), { target: imageNamed('over') });
    const id = await store.watching();
    await refuse({ now: NOON + HOUR });
    const stopped = await store.watchingLive({ target: imageNamed('other') });
    await store.stopWatch({ id: stopped, now: NOON + SECOND, content: saying(0, 'stopped') });
    await store.renameConversation({ from: 'C1', to: 'C2', now: NOON + HOUR + 1 });
    expect(await store.watchesInChannel('C2')).toEqual([]);
    for (const watch of [id, stopped])
      expect((await store.rowOf('watches', watch))['state']).not.toBe('active');
    expect(await store.outboxLines(over)).toContain('completion given-up 12');
  });

  it('has its targets polled again at once', async () => {
    await store.watching();
    await refuse();
    await store.query(sql`update targets set next_poll_at = null`);
    await store.watching({ target: imageNamed('due') });
    const before = await store.findTarget(IMAGE);
    await rename();
    expect((await store.findTarget(imageNamed('due')))?.nextPollAt).toBe(NOON);
    const after = await store.findTarget(IMAGE);
    expect(after?.nextPollAt).toBe(NOON + SECOND);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
  });

  it('keeps the settings of the new one where both have some', async () => {
    for (const [channel, areMentionsOn] of [
      ['C1', true],
      ['C2', false],
    ] as const) {
      const settings = { ...DEFAULT_SETTINGS, areMentionsOn };
      await store.saveSettings({ channel, settings, userId: 'U1', now: NOON });
    }
    await rename();
    expect((await store.findSettings('C2')).areMentionsOn).toBe(false);
    expect(await store.findSettings('C1')).toEqual(DEFAULT_SETTINGS);
  });

  it('is told the end that was refused under the old ID', async () => {
    const id = await store.watchingLive();
    const elsewhere = await store.watchingLive({ channel: 'C5' });
    await store.readNow(ended(12, 12));
    await refuse({ now: NOON + HOUR });
    await rename();
    expect(await store.outboxLines(id)).toContain('completion pending 12');
    expect(await store.outboxLines(elsewhere)).toContain('completion given-up 12');
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBeNull();
  });

  it('keeps what was refused while it was being sent under the old one', async () => {
    const id = await store.watching();
    const delivery = await store.leaseOf(id);
    await rename();
    await store.settleChannelUnavailable(settlingOf(delivery), 'channel_not_found');
    expect((await store.rowOf('watches', id))['state']).toBe('active');
    expect(await store.outboxLines(id)).toEqual(['live pending 0']);
  });

  it('joins nothing that is over under the new one, and takes up nothing of another', async () => {
    const over = await store.watchingLive({ channel: 'C2', userId: 'U2' });
    await store.readNow(ended(12, 12));
    const subscription = { target: IMAGE, userId: 'U2', now: NOON };
    await store.subscribe({ ...subscription, channel: 'C2' });
    const [{ id } = { id: '' }] = await store.subscriptionsInChannel('C2');
    await store.unsubscribe({ id, now: NOON, content: saying(0, 'stopped') });
    const refused = await store.watching({ channel: 'C5' });
    await refuse({ kinds: ['live'] });
    const own = await store.watchingLive();
    await store.subscribe({ ...subscription, channel: 'C1' });
    await rename();
    expect((await store.findWatch(over))?.followers).toEqual(['U2']);
    expect((await store.findWatch(refused))?.isActive).toBe(false);
    expect((await store.watchesInChannel('C2')).map((watch) => watch.id)).toEqual([own]);
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
  });

  it('joins what was asked for under the new one already', async () => {
    const over = await store.watchingLive({ userId: 'U6' });
    await store.readNow(ended(12, 12));
    await store.watchingLive({ userId: 'U1', now: NOON + SECOND });
    const other = await store.watchingLive({ target: imageNamed('other'), userId: 'U3' });
    const subscription = { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON };
    for (const now of [NOON - HOUR, NOON]) {
      await store.subscribe(subscription);
      if (now === NOON) continue;
      const [{ id } = { id: '' }] = await store.subscriptionsInChannel('C1');
      await store.unsubscribe({ id, now, content: saying(0, 'stopped') });
    }
    const [{ id: joined } = { id: '' }] = await store.watchesInChannel('C1');
    await store.watching({ channel: 'C3', userId: 'U5' });
    const id = await store.watchingLive({ channel: 'C2', userId: 'U2' });
    await store.subscribe({ target: IMAGE, channel: 'C2', userId: 'U2', now: NOON });
    await rename();
    const watches = await store.watchesInChannel('C2');
    const followers = watches.map((watch) => [watch.id, watch.followers.toSorted()]);
    expect(new Map(followers as [string, string[]][])).toEqual(
      new Map([
        [id, ['U1', 'U2']],
        [other, ['U3']],
      ]),
    );
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
    const ends = await store.query(
      sql`select ended_at from subscriptions where state = 'ended' order by ended_at`,
    );
    expect(ends.map(({ ended_at: at }) => Number(at))).toEqual([NOON - HOUR, NOON + SECOND]);
    for (const table of ['watches', 'messages'] as const) {
      const { state, ended_at: at } = await store.rowOf(table, joined);
      expect([state, Number(at)]).toEqual(['stopped', NOON + SECOND]);
    }
    expect((await store.rowOf('watches', over))['state']).toBe('scan-ended');
    // Slack was never queried about it.
    expect(await store.findConversation('C1')).toBeNull();
  });
});
