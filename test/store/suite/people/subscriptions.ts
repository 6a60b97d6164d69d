import { expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { hasPausedSubscription, unsubscribe } from '../../../../src/store/subscriptions.ts';
import {
  down,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  NOON,
  REGULAR,
  scanning,
  SETTINGS,
  TICK,
} from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { CHANNEL, saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

export const subscriptionsSuite = suite('a subscription', (store) => {
  /** A channel that is subscribed, with a scan under way that it shows; returns the watch. */
  const subscribed = async (): Promise<string> => {
    await store.subscribing();
    await store.readNow(scanning(3, 12), { now: NOON + TICK });
    return (await store.watchesInChannel('C1'))[0]!.id;
  };
  /** The same, with its message posted. */
  const subscribedLive = async (): Promise<string> => {
    const id = await subscribed();
    await store.settlePosted(await store.settling(id, { now: NOON + TICK }), '1.1');
    return id;
  };

  it('tells the end of a scan to whoever watches it although somebody stopped its live message before', async () => {
    const stopped = await subscribed();
    await store.stopping(stopped, { now: NOON + 2 * TICK });
    expect(await store.watchesOfTarget(targetId(IMAGE))).toMatchObject([{ messageId: null }]);
    expect((await store.findWatch(stopped))?.followers).toEqual([]);
    const id = await store.watching({ now: NOON + 3 * TICK });
    await store.readNow(ended(12, 12), { now: NOON + 4 * TICK });
    expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
  });

  it('edits no live message that says already what is read again', async () => {
    const id = await subscribedLive();
    await store.readNow(scanning(3, 12), { now: NOON + 2 * TICK });
    expect(await store.outbox(id, 'update')).toEqual([]);
  });

  it('is one for each target of a channel', async () => {
    expect(await store.subscribing()).toBe(true);
    expect(await store.subscribing({ target: REGULAR })).toBe(true);
    expect(await store.subscribing({ target: REGULAR })).toBe(false);
    expect(await store.subscriptionsInChannel('C1')).toHaveLength(2);
  });

  it('rests with its channel: the scan that it shows goes on, and no next one follows', async () => {
    const id = await subscribed();
    await store.pauseSubscriptions('C1', NOON + 2 * TICK);
    expect((await store.rowOf('watches', id))['state']).toBe('active');
    await store.readNow(ended(12, 12), { now: NOON + 3 * TICK });
    expect(await store.watchesOfTarget(targetId(IMAGE))).toEqual([]);
    expect(await hasPausedSubscription(store, 'C1')).toBe(true);
    expect(await store.resumeSubscriptions('C1', NOON + 4 * TICK)).toBe(1);
    expect(await hasPausedSubscription(store, 'C1')).toBe(false);
    expect(await store.watchesOfTarget(targetId(IMAGE))).toHaveLength(1);
  });

  it('that rests is planned for without its silent watch', async () => {
    const version = async () => (await store.findTarget(IMAGE))?.version;
    await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: TICK });
    expect(await version()).toBe(0);
    await store.subscribing();
    expect(await version()).toBe(1);
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(NOON);
    const [silent] = await store.watchesOfTarget(targetId(IMAGE));
    expect(await store.findWatch(silent!.id)).toMatchObject({ isActive: true, messageTs: null });
    await store.pauseSubscriptions('C1', NOON + TICK);
    expect(await version()).toBe(2);
    expect(await store.endOf('watches', silent!.id)).toEqual(['undeliverable', NOON + TICK]);
  });

  it('whose channel wants no live messages is silent until the end, which is posted', async () => {
    await store.configuring({ showLiveMessages: false });
    await store.subscribing();
    await store.readNow(scanning(3, 12), { now: NOON + TICK });
    expect(await store.outbox()).toEqual([]);
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toBeNull();
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    expect(await store.outboxLines()).toEqual(['completion pending 12']);
  });

  it('that has ended is kept as long as a watch of it has something to say', async () => {
    await subscribedLive();
    await store.unsubscribing({ now: NOON + TICK, stopped: 'subscription', stoppedBy: 'U1' });
    const said = await store.leaseAll({ kinds: ['stopped-by'], now: NOON + TICK });
    expect(said).toMatchObject([{ thread: '' }]);
    expect(await store.forgetBefore(NOON + SETTINGS.watchTtlMs)).toBe(0);
    await store.query(sql`update deliveries set state = 'sent'`);
    expect(await store.query(sql`select id from subscriptions`)).toHaveLength(1);
    await store.forgetBefore(NOON + SETTINGS.watchTtlMs);
    expect(await store.query(sql`select id from subscriptions`)).toEqual([]);
  });

  it('that has ended neither rests nor goes on with its channel', async () => {
    await subscribed();
    await store.unsubscribing({ now: NOON + TICK });
    await store.pauseSubscriptions('C1', NOON + 2 * TICK);
    expect(await store.resumeSubscriptions('C1', NOON + 3 * TICK)).toBe(0);
    expect(await store.subscriptionsInChannel('C1')).toEqual([]);
    expect(await store.subscribing({ userId: 'U2', now: NOON + 4 * TICK })).toBe(true);
    expect(await store.subscriptionsInChannel('C1')).toMatchObject([{ createdBy: 'U2' }]);
  });

  it.each([
    ['gives its live message the final state', null, ['final', 'live']],
    ['leaves its live message to who follows that', 'U2', ['live']],
  ])('that ends %s', async (_, userId, kinds) => {
    const id = await subscribedLive();
    if (userId !== null) await store.watching({ userId, now: NOON + TICK });
    await store.unsubscribing({ now: NOON + TICK });
    expect((await store.outbox(id)).map(({ kind }) => kind).toSorted()).toEqual(kinds);
    const ends = await store.columnOf(
      sql`select ended_at from subscriptions union all select ended_at from watches where state = 'stopped'`,
    );
    expect(ends).toEqual(userId === null ? [NOON + TICK, NOON + TICK] : [NOON + TICK]);
  });

  it('of a channel that takes no messages has an end of all its watches, with its time', async () => {
    const delivery = await store.leaseOf(await subscribed(), { now: NOON + TICK });
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    await store.settleChannelUnavailable(settlingOf(delivery, NOON + 3 * TICK), 'is_archived');
    expect(await store.valuesOf(sql`select state, ended_at from watches order by state`)).toEqual([
      ['scan-ended', NOON + 2 * TICK],
      ['undeliverable', NOON + 3 * TICK],
    ]);
    expect(await store.subscriptionsInChannel('C1')).toMatchObject([{ isPaused: true }]);
  });

  it('goes on with the message of its next scan where only that of the one before cannot be sent', async () => {
    const first = await subscribedLive();
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    const now = NOON + SETTINGS.stallAfterMs;
    await store.readNow(scanning(1, 12), { now });
    const completion = await store.settling(first, { kinds: ['completion'], now });
    await store.settleChannelUnavailable(completion, 'is_archived');
    const [watch] = await store.watchesInChannel('C1');
    expect(watch).toMatchObject({ isActive: true, snapshot: { scan: 2 } });
  });

  it('that has ended is not taken up where its last message cannot be sent', async () => {
    const id = await subscribedLive();
    await store.unsubscribing({ now: NOON + TICK });
    const final = await store.settling(id, { kinds: ['final'], now: NOON + TICK });
    await store.settleChannelUnavailable(final, 'is_archived');
    expect(await store.subscriptionsInChannel('C1')).toEqual([]);
  });

  it('has neither the watch of a thread nor one that is over, and puts off no poll', async () => {
    const over = await store.watching();
    await store.readNow(ended(12, 12));
    const threaded = await store.watching({ thread: '1.1' });
    await store.subscribing({ now: NOON + TICK });
    for (const id of [over, threaded])
      expect((await store.rowOf('watches', id))['subscription_id']).toBeNull();
    expect(await store.watchesOfTarget(targetId(IMAGE))).toHaveLength(2);
    const pollAt = async () => (await store.findTarget(IMAGE))?.nextPollAt;
    expect(await pollAt()).toBe(NOON);
    await store.query(sql`update targets set next_poll_at = ${NOON + HOUR}`);
    await store.subscribing({ channel: 'C2', now: NOON + TICK });
    expect(await pollAt()).toBe(NOON + TICK);
    await store.stopping(threaded);
    for (const channel of ['C1', 'C2']) await store.unsubscribing({ channel });
    expect(await pollAt()).toBeNull();
  });

  it('that shows a scan has no end by time, however long the Console is out of reach', async () => {
    const id = await subscribed();
    await store.readNow(down(), { now: NOON + 2 * SETTINGS.watchTtlMs });
    expect((await store.rowOf('watches', id))['state']).toBe('active');
  });

  it('that ends while its scan does ends the watch that follows, and undoes no final state', async () => {
    const id = await subscribed();
    const [subscription] = await store.subscriptionsInChannel('C1');
    const faulty = makeFaulty(store);
    let isOver = false;
    faulty.before = (sql) => {
      if (isOver || !sql.includes(`set state = 'ended'`)) return undefined;
      isOver = true;
      return store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    };
    const ending = { id: subscription!.id, now: NOON + 3 * TICK, toFinal: () => saying(3, 'stopped') };
    expect(await unsubscribe(faulty, ending)).toBe(true);
    const finals = await store.outbox(id, 'final');
    expect(finals.map(({ content: { end } }) => end)).toEqual(['scan-ended']);
    await store.readNow(EMPTY, { now: NOON + 4 * TICK });
    const active = await store.query(sql`select id from watches where state = 'active'`);
    expect([active, await store.unsubscribe(ending)]).toEqual([[], false]);
  });
});
