/** What comes between the read and the write of one call: it is made again for how things are then. */

import { expect, it } from 'vitest';
import type { Target } from '../../../../src/scan/target.ts';
import { resumeSubscriptions, subscribe } from '../../../../src/store/subscriptions.ts';
import { ended, IMAGE, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { CHANNEL, imageNamed, saying } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';
import { stopWatch, stopMessage } from '../../../../src/store/stop.ts';
import { startBoard, startWatch } from '../../../support/start.ts';

const B = imageNamed('b');
const STOPPED = { ...saying(3), end: 'stopped', stoppedBy: 'U2' } as const;

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
  const imageOf = (target: Target) => ({ target, content: saying(0) });
  const images = [IMAGE, B].map(imageOf);
  const board = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
  const request = {
    target: IMAGE,
    conversation: CHANNEL,
    userId: 'U1',
    now: NOON,
    content: saying(0),
    liveDelayMs: 0,
  };
  const linesOf = async (boardId: string) =>
    (await store.readLines(boardId)).map(({ content }) => content.end ?? 'goes on');

  it('stops a watch that has moved onto a board, and says so there', async () => {
    const id = await store.watchingLive();
    let boardId = '';
    const database = superseding(`set state = 'stopped'`, async () => {
      boardId = (await store.startBoard(board)).messageId ?? '';
    });
    expect(await stopWatch(database, { id, now: NOON + SECOND, content: STOPPED })).toBe(true);
    expect((await store.rowOf('watches', id))['state']).toBe('stopped');
    expect(await linesOf(boardId)).toEqual(['stopped', 'goes on']);
    const finals = (await store.outbox(id)).filter(({ kind }) => kind === 'final');
    expect(finals.map(({ content }) => content.end)).toEqual(['folded']);
  });

  it('stops no watch that is over', async () => {
    const id = await store.watchingLive();
    const database = superseding(`set state = 'stopped'`, () => store.readNow(ended(12, 12)));
    expect(await stopWatch(database, { id, now: NOON + SECOND, content: STOPPED })).toBe(false);
    expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
  });

  it('stops a board with what its lines say by then', async () => {
    const { messageId: boardId } = await store.startBoard(board);
    const database = superseding(`set state = 'stopped'`, () => store.readNow(scanning(5, 12)));
    expect(await stopMessage(database, { id: boardId!, userId: 'U2', now: NOON + SECOND })).toBe(true);
    const [line] = await store.readLines(boardId!);
    expect(line?.content).toMatchObject({
      end: 'stopped',
      stoppedBy: 'U2',
      snapshot: { images: { scanned: 5 } },
    });
  });

  it('begins a board with a watch that was begun by itself meanwhile', async () => {
    const database = superseding('insert into watches', () => store.watching());
    const { messageId: boardId, shown } = await startBoard(database, board);
    expect(shown).toEqual([IMAGE, B]);
    expect(await linesOf(boardId!)).toEqual(['goes on', 'goes on']);
    expect(await store.watchesInChannel('C1')).toHaveLength(2);
  });

  it('leaves a watch to the board that took it meanwhile', async () => {
    await store.watchingLive();
    let boardId: string | null = null;
    const database = superseding('insert into messages', async () => {
      boardId = (await store.startBoard({ ...board, images: [images[0]!, imageOf(imageNamed('c'))] }))
        .messageId;
    });
    expect(await startBoard(database, board)).toMatchObject({ shown: [B], before: [{ target: IMAGE }] });
    expect(await linesOf(boardId!)).toHaveLength(2);
  });

  it('shows anew on a board what has ended meanwhile', async () => {
    const id = await store.watchingLive();
    const database = superseding('insert into messages', () => store.readNow(ended(12, 12)));
    expect(await startBoard(database, board)).toMatchObject({ shown: [IMAGE, B], before: [] });
    expect((await store.rowOf('watches', id))['message_id']).toBe(id);
  });

  it('stops no board that is over', async () => {
    const { messageId } = await store.startBoard(board);
    const database = superseding(`set state = 'stopped'`, async () => {
      for (const target of [IMAGE, B]) await store.readNow(ended(12, 12), { target });
    });
    expect(await stopMessage(database, { id: messageId!, userId: 'U2', now: NOON })).toBe(false);
    expect((await store.rowOf('messages', messageId!))['state']).toBe('scan-ended');
  });

  it('begins a watch where the silent one of a subscription has shown itself', async () => {
    await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U9', now: NOON });
    const database = superseding('set message_id =', () => store.watching({ userId: 'U2' }));
    expect(await startWatch(database, request)).toMatchObject({ isNew: false, hasJoined: true });
    expect((await store.watchesInChannel('C1')).map(({ followers }) => followers)).toEqual([['U1', 'U2']]);
  });

  it('subscribes a channel anew whose subscription was ended meanwhile', async () => {
    const subscription = { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON };
    await store.subscribe(subscription);
    const [{ id } = { id: '' }] = await store.subscriptionsInChannel('C1');
    const database = superseding('insert into targets', () =>
      store.unsubscribe({ id, now: NOON, content: saying(0, 'stopped') }),
    );
    expect(await subscribe(database, { ...subscription, userId: 'U2' })).toBe(true);
    expect(await store.subscriptionsInChannel('C1')).toMatchObject([{ createdBy: 'U2' }]);
  });

  it('takes up no subscription that was ended meanwhile', async () => {
    await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
    await store.pauseSubscriptions('C1', NOON);
    const [{ id } = { id: '' }] = await store.subscriptionsInChannel('C1');
    const database = superseding(`set state = 'active'`, () =>
      store.unsubscribe({ id, now: NOON, content: saying(0, 'stopped') }),
    );
    await resumeSubscriptions(database, 'C1', NOON);
    const active = sql`select id from watches where state = 'active'`;
    expect(await store.query(active)).toEqual([]);
  });

  it('finds a channel subscribed that somebody else subscribed meanwhile', async () => {
    const subscription = { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON };
    const database = superseding('insert into subscriptions', () =>
      store.subscribe({ ...subscription, userId: 'U2' }),
    );
    expect(await subscribe(database, subscription)).toBe(false);
    expect(await store.subscriptionsInChannel('C1')).toMatchObject([{ createdBy: 'U2' }]);
  });
});
