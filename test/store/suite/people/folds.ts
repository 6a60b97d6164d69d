import { expect, it } from 'vitest';
import { fingerprint } from '../../../../src/scan/state/fingerprint.ts';
import type { Target } from '../../../../src/scan/target.ts';
import { ended, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const A = imageNamed('a');
const B = imageNamed('b');
const C = imageNamed('c');

export const foldsSuite = suite('a board that nobody new asks for', (store) => {
  const fold = (targets: readonly Target[]) => {
    const images = targets.map((target) => ({ target, content: saying(0) }));
    return store.startBoard({ conversation: CHANNEL, userId: null, images, now: NOON, liveDelayMs: 0 });
  };

  it('tells where a message went that moved onto it, also when its subscription ends before that is sent', async () => {
    await store.subscribe({ target: A, channel: 'C1', userId: 'U9', now: NOON });
    const [subscription] = await store.subscriptionsInChannel('C1');
    const alone = await store.watchingLive({ target: A });
    const images = [A, B].map((target) => ({ target, content: saying(0) }));
    const request = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
    await store.startBoard(request);
    expect(await store.outboxLines(alone)).toContain('final pending 0');
    const content = { ...saying(0), end: 'stopped' } as const;
    await store.unsubscribe({ id: subscription!.id, now: NOON, content });
    const [final] = (await store.outbox(alone)).filter(({ kind }) => kind === 'final');
    expect(final?.content.end).toBe('folded');
  });

  it('can be made of what is watched there by itself, the oldest first', async () => {
    await store.watching({ target: A });
    await store.watching({ target: B, now: NOON - SECOND });
    await store.watching({ target: C, thread: '17.1' });
    await store.watching({ target: { kind: 'regular' } });
    expect(await store.unboardedTargets(CHANNEL)).toEqual([B, A]);
    await fold([B, A]);
    expect(await store.unboardedTargets(CHANNEL)).toEqual([]);
    const [board] = await store.leaseAll({ kinds: ['live'] });
    expect(board?.followers).toEqual(['U1']);
  });

  it('knows of each line what it says, whatever the message of its own said last', async () => {
    for (const target of [A, B]) {
      await store.watching({ target });
      await store.readNow(scanning(3, 12), { target });
    }
    const { messageId } = await fold([A, B]);
    const lines = await store.readLines(messageId!);
    expect(lines).toHaveLength(2);
    for (const { lastFingerprint, content } of lines)
      expect(lastFingerprint).toBe(fingerprint(content.snapshot));
  });

  it('drops what may or may not have been posted of a watch that it takes in, also once that turns out not to have been', async () => {
    const id = await store.watching({ target: A });
    await store.watching({ target: B });
    const content = JSON.stringify({ ...saying(0), notice: 'stalled' });
    await store.query(
      sql`insert into deliveries (id, message_id, watch_id, kind, content, state, priority, due_at, created_at, attempts,
          attempted_at)
        values ('n1', ${id}, ${id}, 'notice', ${content}, 'ambiguous', 1, ${NOON}, ${NOON}, 1, ${NOON})`,
    );
    await store.query(sql`delete from deliveries where message_id = ${id} and kind <> 'notice'`);
    await fold([A, B]);
    const [notice] = await store.leaseAmbiguous({ now: NOON, owner: 'me', leaseMs: SECOND, limit: 9 });
    await store.settleLater({ delivery: notice!, owner: 'me', now: NOON }, { dueAt: NOON, error: 'absent' });
    expect(await store.query(sql`select id from deliveries where id = 'n1'`)).toEqual([]);
  });

  it('drops a live message that it takes in, also where that may have been posted and was not', async () => {
    const id = await store.watching({ target: A });
    await store.watching({ target: B });
    const live = await store.leaseOf(id, { kinds: ['live'] });
    await store.settleAmbiguous(settlingOf(live), { dueAt: NOON, error: 'timeout' });
    await fold([A, B]);
    const [ambiguous] = await store.leaseAmbiguous({ now: NOON, owner: 'me', leaseMs: SECOND, limit: 9 });
    expect(ambiguous).toMatchObject({ messageId: id, kind: 'live', followers: ['U1'] });
    await store.settleLater(settlingOf(ambiguous!), { dueAt: NOON, error: 'absent' });
    expect(await store.outbox(id)).toEqual([]);
  });

  it('says that a subscription was ended, and ends with the last of them', async () => {
    for (const target of [A, B]) {
      await store.subscribe({ target, channel: 'C1', userId: 'U9', now: NOON });
      await store.readNow(scanning(3, 12), { target });
    }
    const { messageId } = await fold([A, B]);
    const ends = async () => (await store.readLines(messageId!)).map(({ content }) => content.end);
    const content = { ...saying(3), end: 'stopped' } as const;
    const [second, first] = await store.subscriptionsInChannel('C1');
    await store.unsubscribe({ id: first!.id, now: NOON, content });
    expect((await ends()).toSorted()).toEqual(['stopped', null].toSorted());
    expect((await store.rowOf('messages', messageId!))['state']).toBe('active');
    await store.unsubscribe({ id: second!.id, now: NOON, content });
    expect(await ends()).toEqual(['stopped', 'stopped']);
    expect((await store.rowOf('messages', messageId!))['state']).toBe('stopped');
  });

  it('leaves out what has ended since, and waits for no next scan of it', async () => {
    for (const target of [A, B, C]) await store.watching({ target });
    await store.readNow(ended(12, 12), { target: A });
    expect((await fold([A, B, C])).shown).toEqual([B, C]);
  });

  it('leaves out what waits in silence for a subscription', async () => {
    for (const target of [A, B, C]) await store.watching({ target });
    await store.readNow(ended(12, 12), { target: A });
    await store.subscribe({ target: A, channel: 'C1', userId: 'U1', now: NOON });
    expect((await fold([A, B, C])).shown).toEqual([B, C]);
  });

  it('is none where fewer than two are left', async () => {
    for (const target of [A, B]) await store.watching({ target });
    await store.readNow(ended(12, 12), { target: A });
    expect(await fold([A, B])).toMatchObject({ messageId: null, shown: [] });
    expect((await store.outboxLines()).filter((line) => line.startsWith('final'))).toHaveLength(1);
  });
});
