import { expect, it } from 'vitest';
import {
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  REGULAR,
  scanning,
  SECOND,
} from '../../../support/observations.ts';
import { settlingOf, type WatchOptions } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { REPORTED, reportOf, WAIT_MS } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

const settings = { ...REPORTED, stallAfterMs: MINUTE };
const STALLED = NOON + MINUTE;
const MOVES = STALLED + MINUTE;
const DIAGNOSIS = { kind: 'diagnosis', causes: [{ kind: 'no-defender' }], isHidden: false } as const;

export const noticesSuite = suite('a notice that a scan stands still', (store) => {
  const read = (reading: Reading, now: number) => store.readNow(reading, { now, settings });
  const diagnose = () => store.reporting(DIAGNOSIS, { topic: 'stall', now: STALLED });

  const standStill = async ({ target = IMAGE, now = NOON }: WatchOptions = {}) => {
    for (const at of [now, now + MINUTE]) await store.readNow(scanning(3, 12), { target, now: at, settings });
  };
  /** The live message of a scan that stalls; the notice waits for its cause. */
  const stalledLive = async (options: WatchOptions = {}): Promise<string> => {
    const id = await store.watchingLive(options);
    await standStill(options);
    return id;
  };
  const notice = (id: string, now = STALLED + WAIT_MS) => store.settling(id, { kinds: ['notice'], now });
  const noticesOf = async (id: string) =>
    (await store.outbox(id, 'notice')).map(({ state, content }) => `${content.notice} ${state}`).sort();

  it.each(['saveReport', 'giveUpReport'] as const)(
    'goes as soon as its cause is known: %s',
    async (settle) => {
      const messageId = await stalledLive();
      const lease = { now: STALLED, kinds: ['notice'] } as const;
      expect(await store.leaseAll(lease)).toEqual([]);
      await store[settle]({ id: reportOf({ topic: 'stall' }), body: DIAGNOSIS, now: STALLED });
      expect(await store.leaseAll(lease)).toMatchObject([{ kind: 'notice', messageId }]);
    },
  );

  it('is not sent any more, nor that it moves again, where it moved before anybody tried to', async () => {
    const id = await stalledLive();
    expect(await noticesOf(id)).toEqual(['stalled pending']);
    await read(scanning(4, 12), STALLED + 5 * SECOND);
    expect(await noticesOf(id)).toEqual([]);
  });

  it('is known to the live message, which says the same once the Console has told', async () => {
    const drawn = async (id: string, now: number) =>
      (await store.leaseOf(id, { kinds: ['update'], now })).subject;
    const id = await stalledLive();
    expect(await drawn(id, STALLED)).toMatchObject({ diagnosis: null });
    await diagnose();
    const later = await store.watchingLive({ channel: 'C9', now: STALLED });
    await read(scanning(3, 12), STALLED + 5 * SECOND);
    expect(await drawn(later, STALLED + 5 * SECOND)).toMatchObject({ diagnosis: DIAGNOSIS });
  });

  it('has the live messages of all who watch edited once the Console has told why', async () => {
    const ids = [await store.watchingLive({ channel: 'C2' }), await stalledLive()];
    const lease = { kinds: ['update'], now: STALLED } as const;
    for (const update of await store.leaseAll(lease)) await store.settleEdited(settlingOf(update, STALLED));
    await diagnose();
    const edited = (await store.leaseAll(lease)).map(({ messageId }) => messageId);
    expect(edited.toSorted()).toEqual(ids.toSorted());
  });

  it('comes before the one that it moves again, also where it is in doubt', async () => {
    const id = await stalledLive();
    await store.settleAmbiguous(await notice(id), { dueAt: STALLED + 23 * SECOND, error: 'timeout' });
    await read(scanning(4, 12), MOVES);
    expect(await noticesOf(id)).toEqual(['moves pending', 'stalled ambiguous']);
    expect(await store.leaseAll({ kinds: ['notice'], now: MOVES })).toEqual([]);
  });

  it.each<[string, (now: number) => Promise<void>]>([
    ['while it runs', (now) => store.rescheduleAllAfterClockChange({ backMs: HOUR, now })],
    [
      'before it starts',
      (now) => store.rescheduleDeliveriesAfterClockChange({ now, longestWaitMs: 30 * MINUTE }),
    ],
  ])('comes before the one that it moves again after the clock was set back %s', async (_, followClock) => {
    const id = await stalledLive();
    await followClock(STALLED + 5 * SECOND - HOUR);
    await store.query(sql`update deliveries set due_at = ${NOON} where kind = 'notice'`);
    await store.makeAmbiguous(id, { kinds: ['notice'] });
    await read(scanning(4, 12), MOVES - HOUR);
    expect(await noticesOf(id)).toEqual(['moves pending', 'stalled ambiguous']);
    expect(await store.leaseAll({ kinds: ['notice'], now: MOVES - HOUR })).toEqual([]);
  });

  it('that was posted is followed by the one that it moves again', async () => {
    const id = await stalledLive();
    await store.settlePosted(await notice(id), '1.1');
    await read(scanning(4, 12), MOVES);
    expect((await notice(id, MOVES)).delivery.content.notice).toBe('moves');
  });

  it('does not wait for one of another watch', async () => {
    const first = await stalledLive();
    const id = await stalledLive({ channel: 'C2', target: REGULAR, now: NOON + 1 });
    await store.query(sql`update deliveries set due_at = due_at + 9000000 where message_id = ${first}`);
    const leased = await store.leaseAll({ kinds: ['notice'], now: STALLED + MINUTE });
    expect(leased.map(({ messageId }) => messageId)).toEqual([id]);
  });

  it('that was given up has none after it', async () => {
    const id = await stalledLive();
    await store.settleFailed(await notice(id), 'no_text');
    await read(scanning(4, 12), MOVES);
    expect(await noticesOf(id)).toEqual(['stalled given-up']);
  });

  it('is not tried again after the end, also where there is no live message', async () => {
    const id = await store.watching();
    await store.query(sql`delete from deliveries where kind = 'live'`);
    await standStill();
    const { delivery } = await notice(id);
    await read(ended(12, 12), MOVES);
    await store.settleLater(settlingOf(delivery, MOVES), { dueAt: MOVES, error: '429' });
    expect(await noticesOf(id)).toEqual([]);
  });
});
