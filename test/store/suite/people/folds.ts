import { expect, it } from 'vitest';
import { fingerprint } from '../../../../src/scan/state/fingerprint.ts';
import type { Target } from '../../../../src/scan/target.ts';
import { ended, NOON, REGULAR, scanning, SECOND } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const [A, B, C] = [imageNamed('a'), imageNamed('b'), imageNamed('c')];
const ABSENT = { dueAt: NOON, error: 'absent' };

export const foldsSuite = suite('a board that nobody new asks for', (store) => {
  const fold = (targets: readonly Target[]) => store.boarding(targets, { userId: null });
  const watchAll = async (...targets: readonly Target[]) => {
    for (const target of targets) await store.watching({ target });
  };

  it('tells where a message went that moved onto it, also when its subscription ends before that is sent', async () => {
    await store.subscribing({ target: A, userId: 'U9' });
    const alone = await store.watchingLive({ target: A });
    await store.boarding([A, B]);
    expect(await store.outboxLines(alone)).toContain('final pending 0');
    await store.unsubscribing();
    const [final] = await store.outbox(alone, 'final');
    expect(final?.content.end).toBe('folded');
  });

  it('can be made of what is watched there by itself, the oldest first', async () => {
    await store.watching({ target: A });
    await store.watching({ target: B, now: NOON - SECOND });
    await store.watching({ target: C, thread: '17.1' });
    await store.watching({ target: REGULAR });
    expect(await store.unboardedTargets(CHANNEL)).toEqual([B, A]);
    await fold([B, A]);
    expect(await store.unboardedTargets(CHANNEL)).toEqual([]);
    const [board] = await store.leaseAll({ kinds: ['live'] });
    expect(board?.followers).toEqual(['U1']);
  });

  it('knows of each line what it says, whatever the message of its own said last', async () => {
    await watchAll(A, B);
    for (const target of [A, B]) await store.readNow(scanning(3, 12), { target });
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
    const [notice] = await store.leaseLookups();
    await store.settleLater(settlingOf(notice!), ABSENT);
    expect(await store.query(sql`select id from deliveries where id = 'n1'`)).toEqual([]);
  });

  it('drops a live message that it takes in, also where that may have been posted and was not', async () => {
    const id = await store.watching({ target: A });
    await store.watching({ target: B });
    await store.makeAmbiguous(id, { kinds: ['live'] });
    await fold([A, B]);
    const [ambiguous] = await store.leaseLookups();
    expect(ambiguous).toMatchObject({ messageId: id, kind: 'live', followers: ['U1'] });
    await store.settleLater(settlingOf(ambiguous!), ABSENT);
    expect(await store.outbox(id)).toEqual([]);
  });

  it('says that a subscription was ended, and ends with the last of them', async () => {
    for (const target of [A, B]) {
      await store.subscribing({ target, userId: 'U9' });
      await store.readNow(scanning(3, 12), { target });
    }
    const board = (await fold([A, B])).messageId!;
    const ends = async () => (await store.readLines(board)).map(({ content }) => content.end).toSorted();
    await store.unsubscribing();
    expect(await ends()).toEqual(['stopped', null].toSorted());
    expect((await store.rowOf('messages', board))['state']).toBe('active');
    await store.unsubscribing();
    expect(await ends()).toEqual(['stopped', 'stopped']);
    expect((await store.rowOf('messages', board))['state']).toBe('stopped');
  });

  it('leaves out what has ended since, and waits for no next scan of it', async () => {
    await watchAll(A, B, C);
    await store.readNow(ended(12, 12), { target: A });
    expect((await fold([A, B, C])).shown).toEqual([B, C]);
  });

  it('leaves out what waits in silence for a subscription', async () => {
    await watchAll(A, B, C);
    await store.readNow(ended(12, 12), { target: A });
    await store.subscribing({ target: A });
    expect((await fold([A, B, C])).shown).toEqual([B, C]);
  });

  it('is none where fewer than two are left', async () => {
    await watchAll(A, B);
    await store.readNow(ended(12, 12), { target: A });
    expect(await fold([A, B])).toMatchObject({ messageId: null, shown: [] });
    expect(await store.outbox(undefined, 'final')).toHaveLength(1);
  });
});
