import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, SECOND } from '../../../support/observations.ts';
import { imageNamed, type LeaseOptions, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const OTHER = imageNamed('other');

export const renameSuite = suite('a conversation with another ID', (store) => {
  const rename = (from = 'C1', to = 'C2', now = NOON + SECOND) => store.renameConversation({ from, to, now });
  const refuse = async (options: LeaseOptions = {}) => {
    for (const delivery of await store.leaseAll(options))
      await store.settleChannelUnavailable(settlingOf(delivery), 'channel_not_found');
  };
  const watchIdsIn = async (channel: string) => (await store.watchesInChannel(channel)).map(({ id }) => id);

  it('keeps its watches, subscriptions, settings and what waits to be sent', async () => {
    const id = await store.watchingLive();
    await store.subscribing();
    await store.configuring({ areMentionsOn: false });
    await store.readNow(ended(12, 12));
    await store.requesting();
    await rename();
    expect(await store.columnOf(sql`select channel from scan_requests`)).toEqual(['C2']);
    expect((await store.findWatch(id))?.conversation.channel).toBe('C2');
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
    expect(await store.findSettings('C2')).toEqual({ ...DEFAULT_SETTINGS, areMentionsOn: false });
    const sent = (await store.leaseAll({ now: NOON + HOUR })).map(
      ({ kind, conversation: { channel } }) => `${kind} in ${channel}`,
    );
    expect(sent).toContain('completion in C2');
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
      await store.subscribing();
      await refuse();
      expect((await store.rowOf('watches', id))['state']).toBe('undeliverable');
      await rename('C1', 'C2', NOON + ms);
      expect(await watchIdsIn('C2')).toEqual([id]);
      for (const table of ['watches', 'messages'] as const)
        expect(await store.endOf(table, id)).toEqual(['active', null]);
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
      const watches = { first: {}, second: {}, threaded: { thread: '1.1' }, other: { target: OTHER } };
      for (const [name, options] of Object.entries(watches)) {
        ids[name] = await store.watching(options);
        await refuse();
      }
      await store.query(sql`update watches set ended_at = ended_at + ${ms} where id = ${ids['first']!}`);
      ids['own'] = await store.watching({ channel: 'C2', target: OTHER });
      await rename();
      const active = await watchIdsIn('C2');
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
    const stopped = await store.watchingLive({ target: OTHER });
    await store.stopping(stopped, { now: NOON + SECOND });
    await rename('C1', 'C2', NOON + HOUR + 1);
    expect(await watchIdsIn('C2')).toEqual([]);
    for (const watch of [id, stopped])
      expect((await store.rowOf('watches', watch))['state']).not.toBe('active');
    expect(await store.outboxLines(over)).toContain('completion given-up 12');
  });

  it('has its targets polled again at once', async () => {
    await store.watching();
    await refuse();
    await store.query(sql`update targets set next_poll_at = null`);
    await store.watching({ target: OTHER });
    const late = imageNamed('late');
    await store.watching({ target: late });
    await store.query(sql`update targets set next_poll_at = ${NOON + HOUR} where id = ${targetId(late)}`);
    const before = await store.findTarget(IMAGE);
    await rename();
    expect((await store.findTarget(OTHER))?.nextPollAt).toBe(NOON);
    expect((await store.findTarget(late))?.nextPollAt).toBe(NOON + SECOND);
    const after = await store.findTarget(IMAGE);
    expect(after?.nextPollAt).toBe(NOON + SECOND);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
  });

  it('keeps the settings of the new one where both have some', async () => {
    await store.configuring({ completionIn: 'channel' });
    await store.configuring({ areMentionsOn: false }, { channel: 'C2' });
    await rename();
    expect(await store.findSettings('C2')).toEqual({ ...DEFAULT_SETTINGS, areMentionsOn: false });
    expect(await store.findSettings('C1')).toEqual(DEFAULT_SETTINGS);
  });

  it('is told the end that was refused under the old ID', async () => {
    const id = await store.watchingLive();
    const elsewhere = await store.endingLive({ channel: 'C5' });
    await refuse({ now: NOON + HOUR });
    await rename();
    const { attempts } = await store.leaseOf(id, { kinds: ['completion'], now: NOON + HOUR });
    expect(attempts).toBe(1);
    expect(await store.outboxLines(elsewhere)).toContain('completion given-up 12');
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBeNull();
  });

  it('keeps what was refused while it was being sent under the old one', async () => {
    const id = await store.watching();
    const sending = await store.settling(id);
    await rename();
    await store.settleChannelUnavailable(sending, 'channel_not_found');
    expect((await store.rowOf('watches', id))['state']).toBe('active');
    expect(await store.outboxLines(id)).toEqual(['live pending 0']);
  });

  it('joins nothing that is over under the new one, and takes up nothing of another', async () => {
    const over = await store.endingLive({ channel: 'C2', userId: 'U2' });
    await store.subscribing({ channel: 'C2', userId: 'U2' });
    await store.unsubscribing({ channel: 'C2' });
    const refused = await store.watching({ channel: 'C5' });
    await refuse({ kinds: ['live'] });
    const own = await store.watchingLive();
    await store.subscribing({ userId: 'U2' });
    await rename();
    expect((await store.findWatch(over))?.followers).toEqual(['U2']);
    expect((await store.findWatch(refused))?.isActive).toBe(false);
    expect(await watchIdsIn('C2')).toEqual([own]);
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
  });

  it('joins what was asked for under the new one already', async () => {
    const over = await store.endingLive({ userId: 'U6' });
    await store.watchingLive({ userId: 'U1', now: NOON + SECOND });
    const other = await store.watchingLive({ target: OTHER, userId: 'U3' });
    await store.subscribing();
    await store.unsubscribing({ now: NOON - HOUR });
    await store.subscribing();
    const [joined = ''] = await watchIdsIn('C1');
    await store.watching({ channel: 'C3', userId: 'U5' });
    const id = await store.watchingLive({ channel: 'C2', userId: 'U2' });
    await store.subscribing({ channel: 'C2', userId: 'U2' });
    await rename();
    const watches = await store.watchesInChannel('C2');
    const followers = watches.map((watch) => [watch.id, watch.followers.toSorted()]);
    expect(Object.fromEntries(followers)).toEqual({ [id]: ['U1', 'U2'], [other]: ['U3'] });
    expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
    const ends = sql`select ended_at from subscriptions where state = 'ended' order by ended_at`;
    expect(await store.columnOf(ends)).toEqual([NOON - HOUR, NOON + SECOND]);
    for (const table of ['watches', 'messages'] as const)
      expect(await store.endOf(table, joined)).toEqual(['stopped', NOON + SECOND]);
    expect((await store.rowOf('watches', over))['state']).toBe('scan-ended');
    // Slack was never queried about it.
    expect(await store.findConversation('C1')).toBeNull();
  });
});
