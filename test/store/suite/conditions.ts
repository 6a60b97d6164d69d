/** Conditions of single statements, each shown by what would happen without it. */

import { expect, it } from 'vitest';
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
  SETTINGS,
} from '../../support/observations.ts';
import { CHANNEL, imageNamed, LEASE_MS, saying, settlingOf, tsOf } from '../../support/store.ts';
import { type Store, suite, suites } from './fixture.ts';

const [A, B] = [imageNamed('a'), imageNamed('b')];
const WAIT_MS = 20 * SECOND;
const REPORTED = { ...SETTINGS, reportWaitMs: WAIT_MS };
const FOUND = { kind: 'image', findings: null, before: null, error: '' } as const;

/** A board of two images; its live message is posted unless it waits. */
async function board(store: Store, { liveDelayMs = 0 } = {}): Promise<string> {
  const images = [A, B].map((target) => ({ target, content: saying(0) }));
  const request = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs };
  const id = (await store.startBoard(request)).messageId ?? '';
  if (liveDelayMs === 0)
    await store.settlePosted(settlingOf(await store.leaseOf(id, { kinds: ['live'] })), tsOf(id));
  return id;
}

const dueAtOf = async (store: Store, id: string, kind: string) =>
  (await store.outbox(id)).find((row) => row.kind === kind)?.dueAt;

const outbox = suite('what is to be sent', (store) => {
  it.each([
    ['is being sent', 'sending'],
    ['was tried already', 'pending'],
  ])('keeps a notice that %s, though the scan moves again', async (_, state) => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    const now = NOON + 11 * MINUTE;
    await store.readNow(scanning(7, 12), { now });
    const delivery = await store.leaseOf(id, { kinds: ['notice'], now });
    if (state === 'pending')
      await store.settleLater(settlingOf(delivery, now), { dueAt: now + MINUTE, error: 'rate limited' });
    await store.readNow(scanning(8, 12), { now: now + SECOND });
    const notices = (await store.outbox(id)).filter(({ kind }) => kind === 'notice');
    expect(notices.map((row) => row.state)).toEqual([state, 'pending']);
  });

  it('shows progress beside a notice that waits, which stays as it is', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12), { settings: REPORTED });
    const now = NOON + 11 * MINUTE;
    await store.readNow(scanning(7, 12), { now, settings: REPORTED });
    await store.settleEdited(settlingOf(await store.leaseOf(id, { kinds: ['update'], now }), now));
    const before = (await store.outbox(id)).filter(({ kind }) => kind === 'notice');
    for (const at of [now + SECOND, now + MINUTE])
      await store.readNow(down(), { now: at, settings: REPORTED });
    const after = await store.outbox(id);
    expect(after.filter(({ kind }) => kind === 'notice')).toEqual(before);
    expect(after.map(({ kind }) => kind)).toContain('update');
  });

  it('is one update, which waits as it is while more happens', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.readNow(scanning(8, 12));
    expect((await store.outbox(id)).find(({ kind }) => kind === 'update')?.version).toBe(0);
  });

  it('is the live message of a board once all has been seen, or its time has come', async () => {
    const id = await board(store, { liveDelayMs: MINUTE });
    await store.readNow(scanning(3, 12), { target: A });
    await store.readNow(ended(12, 12), { target: B, settings: REPORTED });
    await store.saveReport({ id: `${targetId(B)} 1 end`, body: FOUND, now: NOON });
    expect(await dueAtOf(store, id, 'live')).toBe(NOON + MINUTE);
  });

  it('is an edit of a board that gathers changes, also where a report comes', async () => {
    const id = await board(store);
    await store.readNow(ended(12, 12), { target: A, settings: REPORTED });
    await store.saveReport({ id: `${targetId(A)} 1 end`, body: FOUND, now: NOON + SECOND });
    expect(await dueAtOf(store, id, 'update')).toBe(NOON + 2 * SECOND);
  });

  it('is no final state where the live message was given up', async () => {
    const id = await store.watching();
    await store.settleFailed(settlingOf(await store.leaseOf(id)), 'no_text');
    await store.readNow(ended(12, 12));
    expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'live given-up 0']);
  });

  it('is the final state at once where its report cannot change it, the completion with it', async () => {
    const id = await store.watchingLive({ target: REGULAR });
    await store.readNow(scanning(3, 12), { target: REGULAR, settings: REPORTED });
    const unsent = await store.watching({ target: REGULAR, channel: 'C2', liveDelayMs: HOUR });
    await store.readNow(ended(12, 12), { target: REGULAR, settings: REPORTED });
    await store.readNow(ended(12, 12), { target: REGULAR, settings: REPORTED });
    expect(await dueAtOf(store, id, 'final')).toBe(NOON);
    expect(await dueAtOf(store, id, 'completion')).toBe(NOON + WAIT_MS);
    expect(await dueAtOf(store, unsent, 'live')).toBe(NOON);
  });

  it('is the final state of a board with its completion', async () => {
    const id = await board(store);
    for (const target of [A, B]) await store.readNow(ended(12, 12), { target, settings: REPORTED });
    expect(await dueAtOf(store, id, 'final')).toBe(NOON + WAIT_MS);
  });

  it('is leased beside an ambiguous post of its channel', async () => {
    const first = await store.watching();
    const delivery = await store.leaseOf(first);
    await store.settleAmbiguous(settlingOf(delivery), { dueAt: NOON + HOUR, error: 'timeout' });
    const second = await store.watching({ target: A, now: NOON + MINUTE });
    const leased = await store.leaseAll({ now: NOON + MINUTE, channelPauseMs: SECOND });
    expect(leased.map(({ messageId }) => messageId)).toEqual([second]);
  });

  it('is searched in the order of what matters', async () => {
    const id = await store.watching();
    await store.settleAmbiguous(settlingOf(await store.leaseOf(id)), { dueAt: NOON, error: 'timeout' });
    const over = await store.watchingLive({ target: A, channel: 'C2' });
    await store.readNow(ended(12, 12), { target: A });
    const completion = await store.leaseOf(over, { kinds: ['completion'] });
    await store.settleAmbiguous(settlingOf(completion), { dueAt: NOON, error: 'timeout' });
    const [first] = await store.leaseAmbiguous({ owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 1 });
    expect(first?.kind).toBe('completion');
  });

  it('is searched anew, and by Slack’s clock, once it is repeated', async () => {
    const id = await store.watching();
    const ambiguous = { dueAt: NOON, error: 'timeout', missed: 4 };
    await store.settleAmbiguous(settlingOf(await store.leaseOf(id)), ambiguous);
    const [searched] = await store.leaseAmbiguous({ owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 1 });
    expect(searched?.missedLookups).toBe(4);
    await store.settleLater(settlingOf(searched!), { dueAt: NOON, error: 'not in the history' });
    expect(await store.leaseOf(id, { slackAheadMs: MINUTE })).toMatchObject({
      missedLookups: 0,
      slackAt: NOON + MINUTE,
    });
  });

  it('is a notice at its time where it was tried, though its report comes', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12), { settings: REPORTED });
    const now = NOON + 11 * MINUTE;
    await store.readNow(scanning(7, 12), { now, settings: REPORTED });
    const notice = await store.leaseOf(id, { kinds: ['notice'], now: now + WAIT_MS });
    const retry = { dueAt: now + HOUR, error: 'rate limited' };
    await store.settleLater(settlingOf(notice, now + WAIT_MS), retry);
    const body = { kind: 'diagnosis', causes: [], isHidden: false } as const;
    await store.saveReport({ id: `${targetId(IMAGE)} 1 stall`, body, now: now + WAIT_MS });
    expect(await dueAtOf(store, id, 'notice')).toBe(now + HOUR);
  });

  it('keeps its time where a program starts, unless that is too far ahead', async () => {
    const id = await store.watching();
    const retry = { dueAt: NOON + 5 * MINUTE, error: 'rate limited' };
    await store.settleLater(settlingOf(await store.leaseOf(id)), retry);
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
    await store.settleAmbiguous(settlingOf(await store.leaseOf(id)), { dueAt: NOON, error: 'timeout' });
    await store.leaseAmbiguous({ owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 1 });
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
    await board(store);
    const conversation = CHANNEL;
    await store.watching();
    await store.subscribe({ target: imageNamed('c'), channel: 'C1', userId: 'U1', now: NOON });
    await store.readNow(scanning(1, 2), { target: imageNamed('c') });
    expect(await store.boardTargets(conversation)).toEqual(new Set([A, B].map(targetId)));
    expect(await store.unboardedTargets(conversation)).toEqual([IMAGE]);
  });
});

const settlements = suite('a settlement', (store) => {
  const sending = async (id: string, reading: Reading, now = NOON) => {
    await store.readNow(reading, { now });
    return settlingOf(await store.leaseOf(id, { now, kinds: ['update', 'final'] }), now);
  };

  it('lets no shorter doubt about an edit end a longer one', async () => {
    const id = await store.watchingLive();
    const [long, short] = [NOON + MINUTE, NOON + SECOND];
    const retry = { dueAt: NOON, error: 'timeout' };
    await store.settleLater(await sending(id, scanning(3, 12)), { ...retry, mayStillApplyUntil: long });
    await store.settleLater(await sending(id, scanning(4, 12)), { ...retry, mayStillApplyUntil: short });
    expect(Number((await store.rowOf('messages', id))['late_edit_until'])).toBe(long);
  });

  it('posts a new live message for one that takes no more edits, once, and for no end', async () => {
    const id = await store.watchingLive();
    await store.settleEditWindowClosed(await sending(id, scanning(3, 12)), 'edit_window_closed');
    const again = await store.leaseOf(id, { kinds: ['live'] });
    await store.settlePosted(settlingOf(again), '2.2');
    const later = NOON + 11 * SECOND;
    await store.settleEdited(await sending(id, scanning(4, 12), later));
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
    const id = await board(store);
    await store.readNow(ended(12, 12), { target: A });
    const update = await store.leaseOf(id, { now: NOON + MINUTE });
    await store.settleChannelUnavailable(settlingOf(update, NOON + MINUTE), 'is_archived');
    const rows = await store.query(sql`select state from watches order by position, id`);
    expect(rows.map(({ state }) => state)).toEqual(['scan-ended', 'undeliverable']);
  });

  it('tells nobody of a stall whose notice was given up', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    const now = NOON + 11 * MINUTE;
    await store.readNow(scanning(7, 12), { now });
    const notice = await store.leaseOf(id, { kinds: ['notice'], now });
    await store.settleFailed(settlingOf(notice, now), 'no_text');
    const { subject } = await store.leaseOf(id, { kinds: ['update'], now });
    expect(subject).toMatchObject({ stall: { shouldNotify: false } });
  });

  it('is renewed by nobody else: neither a delivery nor a target', async () => {
    const id = await store.watching();
    const { id: delivery } = await store.leaseOf(id);
    const request = { owner: 'other', until: NOON + HOUR };
    expect(await store.renewDeliveries({ ...request, ids: [delivery] })).toEqual([]);
    await store.leaseTarget(IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
    expect(await store.renewTargets({ ...request, ids: [targetId(IMAGE)] })).toEqual([]);
  });
});

export const conditionsSuite = suites(outbox, starts, settlements);
