import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Target } from '../../../../src/scan/target.ts';
import type { Database, Statement } from '../../../../src/store/database.ts';
import { deliveryId } from '../../../../src/store/outbox/enqueue.ts';
import { chunk, join, sql } from '../../../../src/store/sql.ts';
import { ended, IMAGE, MINUTE, NOON, type Reading, scanning } from '../../../support/observations.ts';
import { imageNamed, readNow } from '../../../support/store.ts';
import { type Suite, suite, suites } from '../fixture.ts';
import { FAILED_END, REPORTED } from '../values.ts';

/** More than fit into one statement, and not a round number of them. */
const CROWD = 22;
/** However many watches there are. */
const FEW = 60;
const settings = { ...REPORTED, stallAfterMs: MINUTE };

const crowds = suite('a target with many watches', (store) => {
  const crowd = async () => {
    const own: string[] = [];
    for (let index = 0; index < CROWD; index += 1)
      own.push(await store.watchingLive({ channel: `C${index}` }));
    for (let index = 0; index < 3; index += 1) await store.subscribing({ channel: `C${index}` });
    return own;
  };

  const boards = async (targets: readonly Target[]) => {
    const began: string[] = [];
    for (let index = 0; index < CROWD; index += 1)
      began.push((await store.boarding(targets, { channel: `B${index}` })).messageId!);
    return began;
  };
  const kindsOf = async (id: string) => (await store.outbox(id)).map(({ kind }) => kind).sort();

  /** Reads, and tells how many statements it took to record what that means. */
  const read = async (reading: Reading, now = NOON): Promise<number> => {
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
    expect(await read(scanning(3, 12))).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toContain('update pending 3');
    expect(await read(scanning(3, 12), NOON + MINUTE)).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toContain('notice pending 3');
    expect(await read(scanning(4, 12), NOON + 2 * MINUTE)).toBeLessThan(FEW);
    for (const id of own) expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update pending 4']);
    expect(await read(ended(12, 12), NOON + 3 * MINUTE)).toBeLessThan(FEW);
    const ends = ['completion pending 12', 'final pending 12', 'live sent 0'];
    for (const id of own) expect(await store.outboxLines(id)).toEqual(ends);
  });

  it('is followed on by its subscriptions alone', async () => {
    await crowd();
    await read(ended(12, 12));
    const active = sql`select channel from watches where state = 'active' order by channel`;
    expect(await store.columnOf(active)).toEqual(['C0', 'C1', 'C2']);
  });

  it('ends the boards that show nothing else, and draws the others', async () => {
    const ending = await boards([IMAGE]);
    expect(await read(scanning(3, 12))).toBeLessThan(FEW);
    expect(await read(ended(12, 12), NOON + MINUTE)).toBeLessThan(FEW);
    for (const id of ending) expect(await kindsOf(id)).toEqual(['completion', 'final', 'live']);
    const ends = await store.query(sql`select distinct state, ended_at from messages where is_board = 1`);
    expect(ends.map(({ state }) => state)).toEqual(['scan-ended']);
  });

  it('is told on boards that go on for another image', async () => {
    const going = await boards([IMAGE, imageNamed('other')]);
    await store.query(sql`update deliveries set state = 'sent', settled_at = 0 where kind = 'live'`);
    expect(await read(FAILED_END)).toBeLessThan(FEW);
    for (const id of going) expect(await kindsOf(id)).toEqual(['live', 'notice', 'update']);
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
