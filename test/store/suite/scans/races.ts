/** What comes between the read and the write of one call: it is made again for how things are then. */

import { expect, it } from 'vitest';
import { expireFutureLeases } from '../../../../src/store/outbox/lease.ts';
import { resumeSubscriptions } from '../../../../src/store/subscriptions.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { startWatch } from '../../../support/start.ts';
import { CHANNEL, imageNamed, LEASE_MS, saying, stopping } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { boarding, subscribing } from '../steps.ts';
import { sql } from '../../../../src/store/sql.ts';
import { stopMessage } from '../../../../src/store/stop.ts';

const B = imageNamed('b');
const STOPS = `set state = 'stopped'`;

export const racesSuite = suite('a call that another one overtakes', (store) => {
  /** Where `other` is done just before the first statement with `part`. */
  const superseding = (part: string, other: () => Promise<unknown>) => {
    const faulty = makeFaulty(store);
    let isOver = false;
    faulty.before = (text) => {
      if (isOver || !text.includes(part)) return undefined;
      isOver = true;
      return other();
    };
    return faulty;
  };
  const board = () => store.boarding([IMAGE, B]);
  const linesOf = async (boardId: string) =>
    (await store.readLines(boardId)).map(({ content }) => content.end ?? 'goes on');
  const createdBy = async () => (await store.subscriptionsInChannel('C1')).map((one) => one.createdBy);

  it('stops a watch that has moved onto a board, and says so there', async () => {
    const id = await store.watchingLive();
    let boardId = '';
    const database = superseding(STOPS, async () => (boardId = (await board()).messageId!));
    expect(await stopping(database, id, { stoppedBy: 'U2', now: NOON + SECOND })).toBe(true);
    expect((await store.rowOf('watches', id))['state']).toBe('stopped');
    expect(await linesOf(boardId)).toEqual(['stopped', 'goes on']);
    const finals = await store.outbox(id, 'final');
    expect(finals.map(({ content }) => content.end)).toEqual(['folded']);
  });

  it('stops no watch that is over', async () => {
    const id = await store.watchingLive();
    const database = superseding(STOPS, () => store.readNow(ended(12, 12)));
    expect(await stopping(database, id, { stoppedBy: 'U2', now: NOON + SECOND })).toBe(false);
    expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
  });

  it('stops a board with what its lines say by then', async () => {
    const id = (await board()).messageId!;
    const database = superseding(STOPS, () => store.readNow(scanning(5, 12)));
    expect(await stopMessage(database, { id, userId: 'U2', now: NOON })).toBe(true);
    const content = { end: 'stopped', stoppedBy: 'U2', snapshot: { images: { scanned: 5 } } };
    expect((await store.readLines(id))[0]).toMatchObject({ content });
  });

  it('begins a board with a watch that was begun by itself meanwhile', async () => {
    const database = superseding('insert into watches', () => store.watching());
    const { messageId, shown } = await boarding(database, [IMAGE, B]);
    expect(shown).toEqual([IMAGE, B]);
    expect(await linesOf(messageId!)).toEqual(['goes on', 'goes on']);
    expect(await store.watchesInChannel('C1')).toHaveLength(2);
  });

  it('leaves a watch to the board that took it meanwhile', async () => {
    await store.watchingLive();
    let boardId = '';
    const database = superseding('insert into messages', async () => {
      boardId = (await store.boarding([IMAGE, imageNamed('c')])).messageId!;
    });
    const begun = { shown: [B], before: [{ target: IMAGE }] };
    expect(await boarding(database, [IMAGE, B])).toMatchObject(begun);
    expect(await linesOf(boardId)).toHaveLength(2);
  });

  it('shows anew on a board what has ended meanwhile', async () => {
    const id = await store.watchingLive();
    const database = superseding('insert into messages', () => store.readNow(ended(12, 12)));
    expect(await boarding(database, [IMAGE, B])).toMatchObject({ shown: [IMAGE, B], before: [] });
    expect((await store.rowOf('watches', id))['message_id']).toBe(id);
  });

  it('ends no lease of the future that was renewed meanwhile', async () => {
    const { id } = await store.leaseOf(await store.watching(), { now: NOON + HOUR });
    const until = NOON + LEASE_MS;
    const renew = () => store.renewDeliveries({ ids: [id], owner: 'me', until });
    const database = superseding('set lease_until', renew);
    await expireFutureLeases(database, { now: () => NOON, leaseMs: LEASE_MS });
    expect(await store.columnOf(sql`select lease_until from deliveries`)).toEqual([until]);
  });

  it('stops no board that is over', async () => {
    const id = (await board()).messageId!;
    const database = superseding(STOPS, async () => {
      for (const target of [IMAGE, B]) await store.readNow(ended(12, 12), { target });
    });
    expect(await stopMessage(database, { id, userId: 'U2', now: NOON })).toBe(false);
    expect((await store.rowOf('messages', id))['state']).toBe('scan-ended');
  });

  it('begins a watch where the silent one of a subscription has shown itself', async () => {
    await store.subscribing({ userId: 'U9' });
    const database = superseding('set message_id =', () => store.watching({ userId: 'U2' }));
    const request = { target: IMAGE, conversation: CHANNEL, content: saying(0), liveDelayMs: 0 };
    const started = await startWatch(database, { ...request, userId: 'U1', now: NOON });
    expect(started).toMatchObject({ isNew: false, hasJoined: true });
    expect((await store.watchesInChannel('C1')).map(({ followers }) => followers)).toEqual([['U1', 'U2']]);
  });

  it('subscribes a channel anew whose subscription was ended meanwhile', async () => {
    await store.subscribing();
    const database = superseding('insert into targets', () => store.unsubscribing());
    expect(await subscribing(database, { userId: 'U2' })).toBe(true);
    expect(await createdBy()).toEqual(['U2']);
  });

  it('takes up no subscription that was ended meanwhile', async () => {
    await store.subscribing();
    await store.pauseSubscriptions('C1', NOON);
    const database = superseding(`set state = 'active'`, () => store.unsubscribing());
    await resumeSubscriptions(database, 'C1', NOON);
    expect(await store.query(sql`select id from watches where state = 'active'`)).toEqual([]);
  });

  it('finds a channel subscribed that somebody else subscribed meanwhile', async () => {
    const database = superseding('insert into subscriptions', () => store.subscribing({ userId: 'U2' }));
    expect(await subscribing(database)).toBe(false);
    expect(await createdBy()).toEqual(['U2']);
  });
});
