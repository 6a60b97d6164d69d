import { expect, it } from 'vitest';
import {
  ended,
  HOUR,
  MINUTE,
  NOON,
  REGULAR,
  type Reading,
  scanning,
  SETTINGS,
} from '../../../support/observations.ts';
import { settlingOf } from '../../../support/store.ts';
import { type Store, suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const settings = { ...SETTINGS, stallAfterMs: MINUTE, reportWaitMs: 20_000 };
const STALLED = NOON + MINUTE;
const MOVES = STALLED + MINUTE;

const read = (store: Store, reading: Reading, now: number) => store.readNow(reading, { now, settings });

/** A stalled scan; the notice waits for its cause. */
async function standStill(store: Store): Promise<void> {
  await read(store, scanning(3, 12), NOON);
  await read(store, scanning(3, 12), STALLED);
}

async function noticesOf(store: Store, messageId: string): Promise<string[]> {
  const rows = await store.outbox(messageId);
  return rows
    .filter(({ kind }) => kind === 'notice')
    .map(({ state, content }) => `${String(content.notice)} ${state}`)
    .sort();
}

const leaseNotice = (store: Store, messageId: string, now: number) =>
  store.leaseOf(messageId, { kinds: ['notice'], now });

export const noticesSuite = suite('a notice that a scan stands still', (store) => {
  it.each(['saveReport', 'giveUpReport'] as const)(
    'goes as soon as its cause is known: %s',
    async (settle) => {
      const messageId = await store.watchingLive();
      await standStill(store);
      const lease = { now: STALLED, kinds: ['notice'] } as const;
      expect(await store.leaseAll(lease)).toEqual([]);
      const body = { kind: 'diagnosis', causes: [], isHidden: false } as const;
      await store[settle]({ id: 'alpine:3.16 1 stall', body, now: STALLED });
      expect(await store.leaseAll(lease)).toMatchObject([{ kind: 'notice', messageId }]);
    },
  );

  it('is not sent any more, nor that it moves again, where it moved before anybody tried to', async () => {
    const id = await store.watchingLive();
    await standStill(store);
    expect(await noticesOf(store, id)).toEqual(['stalled pending']);
    await read(store, scanning(4, 12), STALLED + 5_000);
    expect(await noticesOf(store, id)).toEqual([]);
  });

  it('is known to the live message, which says the same once the Console has told', async () => {
    const id = await store.watchingLive();
    const drawn = async (now: number) => (await store.leaseOf(id, { kinds: ['update'], now })).subject;
    await standStill(store);
    expect(await drawn(STALLED)).toMatchObject({ stall: { shouldNotify: true, diagnosis: null } });
    const body = { kind: 'diagnosis', causes: [{ kind: 'no-defender' }], isHidden: false } as const;
    await store.saveReport({ id: 'alpine:3.16 1 stall', body, now: STALLED });
    const later = await store.watchingLive({ channel: 'C9', now: STALLED });
    await read(store, scanning(3, 12), STALLED + 5_000);
    const { subject } = await store.leaseOf(later, { kinds: ['update'], now: STALLED + 5_000 });
    expect(subject).toMatchObject({ stall: { shouldNotify: false, diagnosis: body } });
  });

  it('has the live messages of all who watch edited once the Console has told why', async () => {
    const ids = [await store.watchingLive(), await store.watchingLive({ channel: 'C2' })];
    await standStill(store);
    const lease = { kinds: ['update'], now: STALLED } as const;
    for (const update of await store.leaseAll(lease)) await store.settleEdited(settlingOf(update, STALLED));
    const body = { kind: 'diagnosis', causes: [], isHidden: false } as const;
    await store.saveReport({ id: 'alpine:3.16 1 stall', body, now: STALLED });
    expect((await store.leaseAll(lease)).map(({ messageId }) => messageId).toSorted()).toEqual(
      ids.toSorted(),
    );
  });

  it('comes before the one that it moves again, also where it is in doubt', async () => {
    const id = await store.watchingLive();
    await standStill(store);
    const delivery = await leaseNotice(store, id, STALLED + 20_000);
    await store.settleAmbiguous(settlingOf(delivery, STALLED + 21_000), {
      dueAt: STALLED + 23_000,
      error: 'timeout',
    });
    await read(store, scanning(4, 12), MOVES);
    expect(await noticesOf(store, id)).toEqual(['moves pending', 'stalled ambiguous']);
    expect(await store.leaseAll({ kinds: ['notice'], now: MOVES })).toEqual([]);
  });

  it.each<[string, (now: number) => Promise<void>]>([
    ['while it runs', (now) => store.rescheduleAllAfterClockChange({ backMs: HOUR, now })],
    [
      'before it starts',
      (now) => store.rescheduleDeliveriesAfterClockChange({ now, longestWaitMs: 30 * MINUTE }),
    ],
  ])('comes before the one that it moves again after the clock was set back %s', async (_, followClock) => {
    const id = await store.watchingLive();
    await standStill(store);
    await followClock(STALLED + 5_000 - HOUR);
    await store.query(sql`update deliveries set due_at = ${NOON} where kind = 'notice'`);
    const delivery = await leaseNotice(store, id, NOON);
    await store.settleAmbiguous(settlingOf(delivery, NOON), { dueAt: NOON, error: 'timeout' });
    await read(store, scanning(4, 12), MOVES - HOUR);
    expect(await noticesOf(store, id)).toEqual(['moves pending', 'stalled ambiguous']);
    expect(await store.leaseAll({ kinds: ['notice'], now: MOVES - HOUR })).toEqual([]);
  });

  it('that was posted is followed by the one that it moves again', async () => {
    const id = await store.watchingLive();
    await standStill(store);
    const delivery = await leaseNotice(store, id, STALLED + 20_000);
    await store.settlePosted(settlingOf(delivery, STALLED + 21_000), '1.1');
    await read(store, scanning(4, 12), MOVES);
    expect((await leaseNotice(store, id, MOVES)).content.notice).toBe('moves');
  });

  it('does not wait for one of another watch', async () => {
    const first = await store.watchingLive();
    await standStill(store);
    const id = await store.watchingLive({ channel: 'C2', target: REGULAR });
    await store.readNow(scanning(3, 12), { target: REGULAR, now: NOON + 1, settings });
    await store.readNow(scanning(3, 12), { target: REGULAR, now: STALLED + 1, settings });
    await store.query(sql`update deliveries set due_at = due_at + 9000000 where message_id = ${first}`);
    const leased = await store.leaseAll({ kinds: ['notice'], now: STALLED + MINUTE });
    expect(leased.map(({ messageId }) => messageId)).toEqual([id]);
  });

  it('that was given up has none after it', async () => {
    const id = await store.watchingLive();
    await standStill(store);
    const delivery = await leaseNotice(store, id, STALLED + 20_000);
    await store.settleFailed(settlingOf(delivery, STALLED + 21_000), 'no_text');
    await read(store, scanning(4, 12), MOVES);
    expect(await noticesOf(store, id)).toEqual(['stalled given-up']);
  });

  it('is not tried again after the end, also where there is no live message', async () => {
    const id = await store.watching();
    await store.query(sql`delete from deliveries where kind = 'live'`);
    await standStill(store);
    const delivery = await leaseNotice(store, id, STALLED + 20_000);
    await read(store, ended(12, 12), MOVES);
    await store.settleLater(settlingOf(delivery, MOVES), { dueAt: MOVES, error: '429' });
    expect(await noticesOf(store, id)).toEqual([]);
  });
});
