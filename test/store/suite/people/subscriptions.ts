import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { hasPausedSubscription, unsubscribe } from '../../../../src/store/subscriptions.ts';
import {
  down,
  EMPTY,
  ended,
  IMAGE,
  NOON,
  REGULAR,
  scanning,
  SETTINGS,
  TICK,
} from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { saying, settlingOf, tsOf } from '../../../support/store.ts';
import { type Store, suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const CHANNEL = 'C1';

/** A channel that is subscribed, with a scan under way that it shows; returns the watch. */
async function subscribed(store: Store): Promise<string> {
  await store.subscribe({ target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON });
  await store.readNow(scanning(3, 12), { now: NOON + TICK });
  const [watch] = await store.watchesInChannel(CHANNEL);
  return watch!.id;
}

export const subscriptionsSuite = suite('a subscription', (store) => {
  it('tells the end of a scan to whoever watches it although somebody stopped its live message before', async () => {
    const stopped = await subscribed(store);
    const content = { ...saying(3), end: 'stopped' } as const;
    await store.stopWatch({ id: stopped, now: NOON + 2 * TICK, content });
    expect(await store.watchesOfTarget(targetId(IMAGE))).toMatchObject([{ messageId: null }]);
    expect((await store.findWatch(stopped))?.followers).toEqual([]);
    const id = await store.watching({ now: NOON + 3 * TICK });
    await store.readNow(ended(12, 12), { now: NOON + 4 * TICK });
    expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
  });

  it('is one for each target of a channel', async () => {
    const subscription = { channel: CHANNEL, userId: 'U1', now: NOON };
    expect(await store.subscribe({ ...subscription, target: IMAGE })).toBe(true);
    expect(await store.subscribe({ ...subscription, target: REGULAR })).toBe(true);
    expect(await store.subscribe({ ...subscription, target: REGULAR })).toBe(false);
    expect(await store.subscriptionsInChannel(CHANNEL)).toHaveLength(2);
  });

  it('rests with its channel: the scan that it shows goes on, and no next one follows', async () => {
    const id = await subscribed(store);
    await store.pauseSubscriptions(CHANNEL, NOON + 2 * TICK);
    expect((await store.rowOf('watches', id))['state']).toBe('active');
    await store.readNow(ended(12, 12), { now: NOON + 3 * TICK });
    expect(await store.watchesOfTarget(targetId(IMAGE))).toEqual([]);
    expect(await hasPausedSubscription(store, CHANNEL)).toBe(true);
    expect(await store.resumeSubscriptions(CHANNEL, NOON + 4 * TICK)).toBe(1);
    expect(await hasPausedSubscription(store, CHANNEL)).toBe(false);
    expect(await store.watchesOfTarget(targetId(IMAGE))).toHaveLength(1);
  });

  it('that rests is planned for without its silent watch', async () => {
    const versions: (number | undefined)[] = [];
    await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: TICK });
    versions.push((await store.findTarget(IMAGE))?.version);
    await store.subscribe({ target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON });
    const subscribedTo = await store.findTarget(IMAGE);
    expect(subscribedTo?.nextPollAt).toBe(NOON);
    const [silent] = await store.watchesOfTarget(targetId(IMAGE));
    expect(await store.findWatch(silent!.id)).toMatchObject({ isActive: true, messageTs: null });
    await store.pauseSubscriptions(CHANNEL, NOON + TICK);
    versions.push(subscribedTo?.version, (await store.findTarget(IMAGE))?.version);
    expect(versions).toEqual([0, 1, 2]);
    const { state, ended_at: at } = await store.rowOf('watches', silent!.id);
    expect([state, Number(at)]).toEqual(['undeliverable', NOON + TICK]);
  });

  it('whose channel wants no live messages is silent until the end, which is posted', async () => {
    const settings = { ...DEFAULT_SETTINGS, showLiveMessages: false };
    await store.saveSettings({ channel: CHANNEL, settings, userId: 'U1', now: NOON });
    await store.subscribe({ target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON });
    await store.readNow(scanning(3, 12), { now: NOON + TICK });
    expect(await store.outbox()).toEqual([]);
    expect(await store.findActiveWatch(IMAGE, { channel: CHANNEL, thread: '' })).toBeNull();
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    expect(await store.outboxLines()).toEqual(['completion pending 12']);
  });

  it('that has ended is kept as long as a watch of it has something to say', async () => {
    const id = await subscribed(store);
    await store.settlePosted(settlingOf(await store.leaseOf(id, { now: NOON + TICK })), tsOf(id));
    const [subscription] = await store.subscriptionsInChannel(CHANNEL);
    const content = { ...saying(3), end: 'stopped', stopped: 'subscription', stoppedBy: 'U1' } as const;
    await store.unsubscribe({ id: subscription!.id, now: NOON + TICK, content });
    const lease = { kinds: ['stopped-by'], now: NOON + TICK } as const;
    expect(await store.leaseAll(lease)).toMatchObject([{ thread: '' }]);
    expect(await store.forgetBefore(NOON + SETTINGS.watchTtlMs)).toBe(0);
    await store.query(sql`update deliveries set state = 'sent'`);
    expect(await store.query(sql`select id from subscriptions`)).toHaveLength(1);
    await store.forgetBefore(NOON + SETTINGS.watchTtlMs);
    expect(await store.query(sql`select id from subscriptions`)).toEqual([]);
  });

  it('that has ended neither rests nor goes on with its channel', async () => {
    await subscribed(store);
    const [subscription] = await store.subscriptionsInChannel(CHANNEL);
    const content = { ...saying(3), end: 'stopped' } as const;
    await store.unsubscribe({ id: subscription!.id, now: NOON + TICK, content });
    await store.pauseSubscriptions(CHANNEL, NOON + 2 * TICK);
    expect(await store.resumeSubscriptions(CHANNEL, NOON + 3 * TICK)).toBe(0);
    expect(await store.subscriptionsInChannel(CHANNEL)).toEqual([]);
    const again = { target: IMAGE, channel: CHANNEL, userId: 'U2', now: NOON + 4 * TICK };
    expect(await store.subscribe(again)).toBe(true);
    expect(await store.subscriptionsInChannel(CHANNEL)).toMatchObject([{ createdBy: 'U2' }]);
  });

  it.each([
    ['gives its live message the final state', null, ['final', 'live']],
    ['leaves its live message to who follows that', 'U2', ['live']],
  ])('that ends %s', async (_, userId, kinds) => {
    const id = await subscribed(store);
    if (userId !== null) await store.watching({ userId, now: NOON + TICK });
    await store.settlePosted(settlingOf(await store.leaseOf(id, { now: NOON + TICK })), tsOf(id));
    const [subscription] = await store.subscriptionsInChannel(CHANNEL);
    const content = { ...saying(3), end: 'stopped' } as const;
    await store.unsubscribe({ id: subscription!.id, now: NOON + TICK, content });
    expect((await store.outbox(id)).map(({ kind }) => kind).toSorted()).toEqual(kinds);
    const ends = await store.query(
      sql`select ended_at from subscriptions union all select ended_at from watches where state = 'stopped'`,
    );
    expect(ends.map(({ ended_at: at }) => Number(at))).toEqual(
      userId === null ? [NOON + TICK, NOON + TICK] : [NOON + TICK],
    );
  });

  it('of a channel that takes no messages has an end of all its watches, with its time', async () => {
    const id = await subscribed(store);
    const delivery = await store.leaseOf(id, { now: NOON + TICK });
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    await store.settleChannelUnavailable(settlingOf(delivery, NOON + 3 * TICK), 'is_archived');
    const rows = await store.query(sql`select state, ended_at from watches order by state`);
    expect(rows.map(({ state, ended_at }) => [state, Number(ended_at)])).toEqual([
      ['scan-ended', NOON + 2 * TICK],
      ['undeliverable', NOON + 3 * TICK],
    ]);
    expect(await store.subscriptionsInChannel(CHANNEL)).toMatchObject([{ isPaused: true }]);
  });

  it('goes on with the message of its next scan where only that of the one before cannot be sent', async () => {
    const first = await subscribed(store);
    await store.settlePosted(settlingOf(await store.leaseOf(first, { now: NOON + TICK })), '1.1');
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    const later = NOON + SETTINGS.stallAfterMs;
    await store.readNow(scanning(1, 12), { now: later });
    const completion = await store.leaseOf(first, { kinds: ['completion'], now: later });
    await store.settleChannelUnavailable(settlingOf(completion, later), 'is_archived');
    const [watch] = await store.watchesInChannel(CHANNEL);
    expect(watch).toMatchObject({ isActive: true, snapshot: { scan: 2 } });
  });

  it('that has ended is not taken up where its last message cannot be sent', async () => {
    const id = await subscribed(store);
    await store.settlePosted(settlingOf(await store.leaseOf(id, { now: NOON + TICK })), tsOf(id));
    const [subscription] = await store.subscriptionsInChannel(CHANNEL);
    await store.unsubscribe({ id: subscription!.id, now: NOON + TICK, content: saying(3, 'stopped') });
    const final = await store.leaseOf(id, { kinds: ['final'], now: NOON + TICK });
    await store.settleChannelUnavailable(settlingOf(final, NOON + TICK), 'is_archived');
    expect(await store.subscriptionsInChannel(CHANNEL)).toEqual([]);
  });

  it('has neither the watch of a thread nor one that is over, and puts off no poll', async () => {
    const over = await store.watching();
    await store.readNow(ended(12, 12));
    const threaded = await store.watching({ thread: '1.1' });
    await store.subscribe({ target: IMAGE, channel: CHANNEL, userId: 'U1', now: NOON + TICK });
    for (const id of [over, threaded])
      expect((await store.rowOf('watches', id))['subscription_id']).toBeNull();
    expect(await store.watchesOfTarget(targetId(IMAGE))).toHaveLength(2);
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(NOON);
  });

  it('that shows a scan has no end by time, however long the Console is out of reach', async () => {
    const id = await subscribed(store);
    await store.readNow(down(), { now: NOON + 2 * SETTINGS.watchTtlMs });
    expect((await store.rowOf('watches', id))['state']).toBe('active');
  });

  it('that ends while its scan does ends the watch that follows, and undoes no final state', async () => {
    const id = await subscribed(store);
    const [subscription] = await store.subscriptionsInChannel(CHANNEL);
    const faulty = makeFaulty(store);
    let isOver = false;
    faulty.before = (sql) => {
      if (isOver || !sql.includes(`set state = 'ended'`)) return undefined;
      isOver = true;
      return store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    };
    const content = { ...saying(3), end: 'stopped' } as const;
    const ending = { id: subscription!.id, now: NOON + 3 * TICK, content };
    expect(await unsubscribe(faulty, ending)).toBe(true);
    const finals = (await store.outbox(id)).filter(({ kind }) => kind === 'final');
    expect(finals.map(({ content: { end } }) => end)).toEqual(['scan-ended']);
    await store.readNow(EMPTY, { now: NOON + 4 * TICK });
    const active = await store.query(sql`select id from watches where state = 'active'`);
    expect([active, await store.unsubscribe(ending)]).toEqual([[], false]);
  });
});
