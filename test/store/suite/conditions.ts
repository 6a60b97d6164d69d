/** Conditions of single statements, each shown by what would happen without it. */

import { expect, it } from 'vitest';
import type { DeliveryKind } from '../../../src/scan/delivery.ts';
import { targetId } from '../../../src/scan/target.ts';
import { sql } from '../../../src/store/sql.ts';
import {
  down,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  REGULAR,
  scanning,
  SECOND,
} from '../../support/observations.ts';
import { CHANNEL, imageNamed, LEASE_MS, settlingOf } from '../../support/store.ts';
import { type Store, suite, suites } from './fixture.ts';
import { imageReport, REPORTED, WAIT_MS } from './values.ts';

const [A, B] = [imageNamed('a'), imageNamed('b')];
const LIMITED = { dueAt: NOON + HOUR, error: 'rate limited' };

const dueAtOf = async (store: Store, id: string, kind: DeliveryKind) =>
  (await store.outbox(id, kind))[0]?.dueAt;

const outbox = suite('what is to be sent', (store) => {
  it.each([
    ['is being sent', 'sending'],
    ['was tried already', 'pending'],
  ])('keeps a notice that %s, though the scan moves again', async (_, state) => {
    const id = await store.watchingLive();
    const now = await store.stalling();
    const notice = await store.settling(id, { kinds: ['notice'], now });
    if (state === 'pending') await store.settleLater(notice, LIMITED);
    await store.readNow(scanning(8, 12), { now: now + SECOND });
    const notices = await store.outbox(id, 'notice');
    expect(notices.map((row) => row.state)).toEqual([state, 'pending']);
  });

  it('shows progress beside a notice that waits, which stays as it is', async () => {
    const id = await store.watchingLive();
    const now = await store.stalling({ settings: REPORTED });
    await store.settleEdited(await store.settling(id, { kinds: ['update'], now }));
    const before = await store.outbox(id, 'notice');
    for (const at of [now + SECOND, now + MINUTE])
      await store.readNow(down(), { now: at, settings: REPORTED });
    expect(await store.outbox(id, 'notice')).toEqual(before);
    expect(await store.outbox(id, 'update')).not.toEqual([]);
  });

  it('is one update, which waits as it is while more happens', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.readNow(scanning(8, 12));
    expect((await store.outbox(id, 'update'))[0]?.version).toBe(0);
  });

  it('is the live message of a board once all has been seen, or its time has come', async () => {
    const { messageId } = await store.boarding([A, B], { liveDelayMs: MINUTE });
    await store.readNow(scanning(3, 12), { target: A });
    await store.readNow(ended(12, 12), { target: B, settings: REPORTED });
    await store.reporting(imageReport(), { target: B });
    expect(await dueAtOf(store, messageId!, 'live')).toBe(NOON + MINUTE);
  });

  it('is an edit of a board that gathers changes, also where a report comes', async () => {
    const id = await store.boardingLive([A, B]);
    await store.readNow(ended(12, 12), { target: A, settings: REPORTED });
    await store.reporting(imageReport(), { target: A, now: NOON + SECOND });
    expect(await dueAtOf(store, id, 'update')).toBe(NOON + 2 * SECOND);
  });

  it('is no final state where the live message was given up', async () => {
    const id = await store.watching();
    await store.settleFailed(await store.settling(id), 'no_text');
    await store.readNow(ended(12, 12));
    expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'live given-up 0']);
  });

  it('is the final state at once where its report cannot change it, the completion with it', async () => {
    const read = (reading: Reading) => store.readNow(reading, { target: REGULAR, settings: REPORTED });
    const id = await store.watchingLive({ target: REGULAR });
    await read(scanning(3, 12));
    const unsent = await store.watching({ target: REGULAR, channel: 'C2', liveDelayMs: HOUR });
    await read(ended(12, 12));
    await read(ended(12, 12));
    expect(await dueAtOf(store, id, 'final')).toBe(NOON);
    expect(await dueAtOf(store, id, 'completion')).toBe(NOON + WAIT_MS);
    expect(await dueAtOf(store, unsent, 'live')).toBe(NOON);
  });

  it('is the final state of a board with its completion', async () => {
    const id = await store.boardingLive([A, B]);
    for (const target of [A, B]) await store.readNow(ended(12, 12), { target, settings: REPORTED });
    expect(await dueAtOf(store, id, 'final')).toBe(NOON + WAIT_MS);
  });

  it('is leased beside an ambiguous post of its channel', async () => {
    await store.makeAmbiguous(await store.watching(), { dueAt: NOON + HOUR });
    const second = await store.watching({ target: A, now: NOON + MINUTE });
    const leased = await store.leaseAll({ now: NOON + MINUTE, channelPauseMs: SECOND });
    expect(leased.map(({ messageId }) => messageId)).toEqual([second]);
  });

  it('is searched in the order of what matters', async () => {
    await store.makeAmbiguous(await store.watching());
    const over = await store.endingLive({ target: A, channel: 'C2' });
    await store.makeAmbiguous(over, { kinds: ['completion'] });
    const [first] = await store.leaseLookups({ limit: 1 });
    expect(first?.kind).toBe('completion');
  });

  it('is searched anew, and by Slack’s clock, once it is repeated', async () => {
    const id = await store.watching();
    const ambiguous = { dueAt: NOON, error: 'timeout', missed: 4 };
    await store.settleAmbiguous(await store.settling(id), ambiguous);
    const [searched] = await store.leaseLookups();
    expect(searched?.missedLookups).toBe(4);
    await store.settleLater(settlingOf(searched!), { dueAt: NOON, error: 'not in the history' });
    const again = { missedLookups: 0, slackAt: NOON + MINUTE };
    expect(await store.leaseOf(id, { slackAheadMs: MINUTE })).toMatchObject(again);
  });

  it('is a notice at its time where it was tried, though its report comes', async () => {
    const id = await store.watchingLive();
    const now = (await store.stalling({ settings: REPORTED })) + WAIT_MS;
    await store.settleLater(await store.settling(id, { kinds: ['notice'], now }), LIMITED);
    await store.reporting({ kind: 'diagnosis', causes: [], isHidden: false }, { topic: 'stall', now });
    expect(await dueAtOf(store, id, 'notice')).toBe(LIMITED.dueAt);
  });

  it('is an update of who watches the scan that stalled, and of nobody else, once its cause is known', async () => {
    const other = await store.watchingLive({ target: B });
    const id = await store.watchingLive();
    const now = (await store.stalling({ settings: REPORTED })) + WAIT_MS;
    await store.reporting({ kind: 'diagnosis', causes: [], isHidden: false }, { topic: 'stall', now });
    expect((await store.outbox(id, 'update')).map(({ state }) => state)).toEqual(['pending']);
    expect(await store.outbox(other, 'update')).toEqual([]);
  });

  it('keeps its time where a program starts, unless that is too far ahead', async () => {
    const id = await store.watching();
    await store.settleLater(await store.settling(id), { ...LIMITED, dueAt: NOON + 5 * MINUTE });
    await store.readNow(ended(12, 12), { settings: REPORTED });
    const reportAt = await store.nextReportAt();
    await store.rescheduleDeliveriesAfterClockChange({ now: NOON + SECOND, longestWaitMs: 15 * MINUTE });
    expect(await dueAtOf(store, id, 'live')).toBe(NOON + 5 * MINUTE);
    expect(await store.nextReportAt()).toBe(reportAt);
    await store.rescheduleDeliveriesAfterClockChange({ now: NOON, longestWaitMs: MINUTE });
    expect(await dueAtOf(store, id, 'live')).toBe(NOON);
  });

  it('mentions those who joined in the order in which they did', async () => {
    const id = await store.watchingLive({ userId: 'U2' });
    await store.watching({ userId: 'U1', now: NOON + SECOND });
    await store.readNow(scanning(3, 12));
    expect((await store.leaseOf(id, { now: NOON + SECOND })).followers).toEqual(['U2', 'U1']);
  });

  it('is what a search that was cut off left as it was', async () => {
    const id = await store.watching();
    await store.makeAmbiguous(id);
    await store.leaseLookups();
    expect(await store.recoverExpired({ now: NOON + HOUR, mayStillApplyMs: LEASE_MS })).toBe(0);
    expect(await store.outbox(id)).toMatchObject([{ state: 'ambiguous', error: 'timeout' }]);
  });
});

const starts = suite('what a person starts', (store) => {
  it('is a watch of its own in a thread, and joins that of its conversation alone', async () => {
    const here = await store.watching();
    const thread = await store.watching({ thread: '1.1' });
    const other = await store.watching({ channel: 'C2' });
    expect(new Set([here, thread, other]).size).toBe(3);
    expect(await store.watching({ userId: 'U2', thread: '1.1' })).toBe(thread);
    const followed = await store.watchesOfPerson('U2');
    expect(followed.map(({ id }) => id)).toEqual([thread]);
  });

  it('is on a board or has a message of its own, and a subscription is neither', async () => {
    await store.boardingLive([A, B]);
    await store.watching();
    await store.subscribing({ target: imageNamed('c') });
    await store.readNow(scanning(1, 2), { target: imageNamed('c') });
    expect(await store.boardTargets(CHANNEL)).toEqual(new Set([A, B].map(targetId)));
    expect(await store.unboardedTargets(CHANNEL)).toEqual([IMAGE]);
  });
});

const settlements = suite('a settlement', (store) => {
  const sending = async (id: string, reading: Reading, now = NOON) => {
    await store.readNow(reading, { now });
    return store.settling(id, { now, kinds: ['update', 'final'] });
  };

  it('lets no shorter doubt about an edit end a longer one', async () => {
    const id = await store.watchingLive();
    const [long, short] = [NOON + MINUTE, NOON + SECOND];
    const retry = { dueAt: NOON, error: 'timeout' };
    await store.settleLater(await sending(id, scanning(3, 12)), { ...retry, mayStillApplyUntil: long });
    await store.settleLater(await sending(id, scanning(4, 12)), { ...retry, mayStillApplyUntil: short });
    expect((await store.rowOf('messages', id))['late_edit_until']).toBe(long);
  });

  it('posts a new live message for one that takes no more edits, once, and for no end', async () => {
    const id = await store.watchingLive();
    await store.settleEditWindowClosed(await sending(id, scanning(3, 12)), 'edit_window_closed');
    expect((await store.rowOf('messages', id))['ts']).toBeNull();
    await store.settlePosted(await store.settling(id, { kinds: ['live'] }), '2.2');
    const later = NOON + 11 * SECOND;
    await store.settleEdited(await sending(id, scanning(4, 12), later));
    await store.query(sql`delete from deliveries where kind = 'live'`);
    await store.settleEditWindowClosed(await sending(id, scanning(5, 12), later), 'edit_window_closed');
    expect(await store.outboxLines(id)).toEqual([]);
    expect(await store.rowOf('messages', id)).toMatchObject({ ts: '2.2', is_gone: 1 });
  });

  it('posts no new live message for an update that was under way when the end came', async () => {
    const id = await store.watchingLive();
    const update = await sending(id, scanning(3, 12));
    await store.readNow(ended(12, 12));
    await store.settleEditWindowClosed(update, 'edit_window_closed');
    const open = (await store.outbox(id)).filter(({ state }) => state === 'pending');
    expect(open.map(({ kind }) => kind)).toEqual(['completion']);
  });

  it('leaves what has ended as it ended where a channel takes no more messages', async () => {
    const id = await store.boardingLive([A, B]);
    await store.readNow(ended(12, 12), { target: A });
    await store.settleChannelUnavailable(await store.settling(id, { now: NOON + MINUTE }), 'is_archived');
    const states = await store.columnOf(sql`select state from watches order by position, id`);
    expect(states).toEqual(['scan-ended', 'undeliverable']);
  });

  it('is renewed by nobody else: neither a delivery nor a target', async () => {
    const { id: delivery } = await store.leaseOf(await store.watching());
    const request = { owner: 'other', until: NOON + HOUR };
    expect(await store.renewDeliveries({ ...request, ids: [delivery] })).toEqual([]);
    await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
    expect(await store.renewTargets({ ...request, ids: [targetId(IMAGE)] })).toEqual([]);
  });
});

export const conditionsSuite = suites(outbox, starts, settlements);
