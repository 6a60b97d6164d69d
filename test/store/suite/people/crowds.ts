import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Target } from '../../../../src/scan/target.ts';
import type { Database, Statement } from '../../../../src/store/database.ts';
import { deliveryId } from '../../../../src/store/outbox/enqueue.ts';
import { chunk, join, sql } from '../../../../src/store/sql.ts';
import {
  ended,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  scanning,
  SETTINGS,
} from '../../../support/observations.ts';
import { imageNamed, readNow, saying } from '../../../support/store.ts';
import { type Suite, suite, suites } from '../fixture.ts';

/** More than fit into one statement, and not a round number of them. */
const CROWD = 22;
/** However many watches there are. */
const FEW = 60;
const OTHER = imageNamed('other');
const settings = { ...SETTINGS, stallAfterMs: MINUTE, reportWaitMs: 20_000 };

const crowds = suite('a target with many watches', (store) => {
  const crowd = async () => {
    const own: string[] = [];
    for (let index = 0; index < CROWD; index += 1)
      own.push(await store.watchingLive({ channel: `C${index}` }));
    for (let index = 0; index < 3; index += 1)
      await store.subscribe({ target: IMAGE, channel: `C${index}`, userId: 'U1', now: NOON });
    return own;
  };

  const boards = async (targets: readonly Target[]) => {
    const images = targets.map((target) => ({ target, content: saying(0) }));
    const began = [];
    for (let index = 0; index < CROWD; index += 1) {
      const conversation = { channel: `B${index}`, thread: '' };
      const request = { conversation, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
      began.push((await store.startBoard(request)).messageId ?? '');
    }
    return began;
  };

  /** Reads, and tells how many statements it took to record what that means. */
  const read = async (reading: Reading, now: number): Promise<number> => {
    let count = 0;
    const counting: Database = {
      ...store,
      batch: (statements: readonly Statement[]) => {
        count = Math.max(count, statements.length);
        return store.batch(statements);
      },
    };
    await readNow(counting, reading, { now, settings });
    return count;
  };

  it('is recorded in few statements, and each watch is told once', async () => {
    const own = await crowd();
    expect(await read(scanning(3, 12), NOON)).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toContain('update pending 3');
    expect(await read(scanning(3, 12), NOON + MINUTE)).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toContain('notice pending 3');
    expect(await read(scanning(4, 12), NOON + 2 * MINUTE)).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update pending 4']);
    expect(await read(ended(12, 12), NOON + 3 * MINUTE)).toBeLessThan(FEW);
    for (const id of own)
      expect(await store.outboxLines(id)).toEqual([
        'completion pending 12',
        'final pending 12',
        'live sent 0',
      ]);
  });

  it('is followed on by its subscriptions alone', async () => {
    await crowd();
    await read(ended(12, 12), NOON);
    const rows = await store.query(sql`select channel from watches where state = 'active' order by channel`);
    expect(rows).toEqual([{ channel: 'C0' }, { channel: 'C1' }, { channel: 'C2' }]);
  });

  it('ends the boards that show nothing else, and draws the others', async () => {
    const ending = await boards([IMAGE]);
    expect(await read(scanning(3, 12), NOON)).toBeLessThan(FEW);
    expect(await read(ended(12, 12), NOON + MINUTE)).toBeLessThan(FEW);
    const kinds = async (id: string) => (await store.outbox(id)).map(({ kind }) => kind).sort();
    for (const id of ending) expect(await kinds(id)).toEqual(['completion', 'final', 'live']);
    const states = sql`select distinct state, ended_at from messages where is_board = 1`;
    expect((await store.query(states)).map(({ state }) => state)).toEqual(['scan-ended']);
  });

  it('is told on boards that go on for another image', async () => {
    const going = await boards([IMAGE, OTHER]);
    await store.query(sql`update deliveries set state = 'sent' where kind = 'live'`);
    const failed = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
    expect(await read(ended(3, 12, failed), NOON)).toBeLessThan(FEW);
    const kinds = async (id: string) => (await store.outbox(id)).map(({ kind }) => kind).sort();
    for (const id of going) expect(await kinds(id)).toEqual(['live', 'notice', 'update']);
    // As every version before recorded it.
    const [messageId = ''] = going;
    const [{ watchId } = { watchId: '' }] = await store.readLines(messageId);
    const notice = deliveryId({ messageId, watchId, kind: 'notice', topic: 'failed', scan: 1 });
    expect((await store.outbox(messageId)).map(({ id }) => id)).toContain(notice);
  });
});

const lists: Suite = () => {
  it.each([
    [0, []],
    [1, [1]],
    [3, [1, 1, 1]],
    [4, [4]],
    [70, [64, 4, 1, 1]],
    [337, [256, 64, 16, 1]],
    [1_000, [256, 256, 256, 64, 64, 64, 16, 16, 4, 4]],
  ])('%i rows are all in the pieces, in their order: %j', (count, sizes) => {
    const rows = Array.from({ length: count }, (_, index) => index);
    expect(chunk(rows).flat()).toEqual(rows);
    expect(chunk(rows).map(({ length }) => length)).toEqual(sizes);
  });

  it('a list has its values and what stands between them, and is never empty', () => {
    // Its text is built once in a process.
    const separator = ` ${randomUUID()} `;
    expect(join(['a', 'b', 'c'], separator)).toMatchObject({
      text: `$1${separator}$2${separator}$3`,
      values: ['a', 'b', 'c'],
    });
    expect(() => join([])).toThrow('a list in SQL needs a value');
  });
};

export const crowdsSuite = suites(crowds, lists);
