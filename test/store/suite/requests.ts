import { expect, it } from 'vitest';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { suite } from './fixture.ts';
import { sql } from '../../../src/store/sql.ts';

export const requestsSuite = suite('the requests to the Console', (store) => {
  const COUNTS_MS = 32 * SECOND;

  const takeAll = (now: number, limits: readonly number[], { late = [], by = store }: Options = {}) =>
    by.takeRequests({ now, countsMs: COUNTS_MS, limits, late, lateAt: now - 2 * SECOND });

  interface Options {
    readonly late?: readonly string[];
    readonly by?: typeof store;
  }

  /** The id, or when the next one counts no more. */
  async function take(now: number, limit = 30, by = store): Promise<string | number> {
    const { taken, counted } = await takeAll(now, [limit], { by });
    return taken[0] ?? Math.min(...counted.map(({ freeInMs }) => freeInMs));
  }

  const ages = async (now: number) => {
    const { counted } = await takeAll(now, []);
    return counted.map(({ freeInMs }) => COUNTS_MS - freeInMs).toSorted((a, b) => a - b);
  };

  it('are as many as may count, for all that ask at once, and say when one is free', async () => {
    const other = await store.connect();
    const asked = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) => take(NOON, 4, index % 2 === 0 ? store : other)),
    );
    expect(asked.filter((one) => typeof one === 'string')).toHaveLength(4);
    expect(await take(NOON + SECOND, 4)).toBe(COUNTS_MS - SECOND);
    expect(await take(NOON + SECOND, 5)).toBeTypeOf('string');
    expect(await take(NOON + COUNTS_MS, 2)).toBeTypeOf('string');
    expect(await take(NOON + COUNTS_MS, 2)).toBe(SECOND);
  });

  it('are taken together, each up to the limit of its own, the first of them first', async () => {
    await takeAll(NOON, Array<number>(22).fill(24));
    const limits = [30, 30, 27, 27, 27, 24];
    const { taken, counted, pauseMs } = await takeAll(NOON + SECOND, limits);
    expect(taken).toHaveLength(5);
    expect(counted).toHaveLength(27);
    expect(counted.filter(({ id }) => taken.includes(id)).map(({ freeInMs }) => freeInMs)).toEqual(
      Array<number>(5).fill(COUNTS_MS),
    );
    expect(pauseMs).toBe(0);
    expect((await takeAll(NOON + SECOND, [30, 30, 30, 30])).taken).toHaveLength(3);
  });

  it('count from their end where they took long, even where they are forgotten by then', async () => {
    const late = [String(await take(NOON, 1))];
    await takeAll(NOON + 12 * SECOND, [], { late });
    // The clock was set back while it went on.
    await takeAll(NOON + SECOND, [], { late });
    expect(await take(NOON + COUNTS_MS, 1)).toBe(10 * SECOND);
    expect(await take(NOON + HOUR, 30)).toBeTypeOf('string');
    await takeAll(NOON + HOUR + SECOND, [], { late });
    expect(await ages(NOON + HOUR + SECOND)).toEqual([SECOND, 2 * SECOND]);
  });

  it('rest for all while the Console asked one to wait', async () => {
    await store.savePause({ method: 'console', now: NOON, until: NOON + MINUTE });
    expect(await takeAll(NOON + SECOND, [30])).toEqual({ taken: [], counted: [], pauseMs: 59 * SECOND });
    expect(await take(NOON + MINUTE)).toBeTypeOf('string');
  });

  it('count to the very end of their time, and are kept for a minute', async () => {
    await take(NOON, 1);
    expect(await take(NOON + COUNTS_MS - 1, 1)).toBe(1);
    expect(await take(NOON + COUNTS_MS, 1)).toBeTypeOf('string');
    await take(NOON + MINUTE, 30);
    expect(await store.query(sql`select at from console_requests`)).toHaveLength(3);
    await take(NOON + MINUTE + 1, 30);
    expect(await store.query(sql`select at from console_requests`)).toHaveLength(3);
  });

  it('that were not sent count no more', async () => {
    await store.releaseRequest(String(await take(NOON)));
    expect(await ages(NOON)).toEqual([]);
  });

  it('of a clock that is a little ahead count, those of one that is far ahead do not', async () => {
    await take(NOON + COUNTS_MS, 30);
    expect(await take(NOON, 1)).toBe(2 * COUNTS_MS);
    expect(await take(NOON - 1, 1)).toBeTypeOf('string');
  });

  it('are not held up by what was noted before the clock was set back', async () => {
    await take(NOON + HOUR, 1);
    expect(await take(NOON, 1)).toBeTypeOf('string');
  });

  it('of the last half minute are known to whoever comes next', async () => {
    for (const at of [0, 10, 25, 40]) await take(NOON + at * SECOND);
    expect(await ages(NOON + 41 * SECOND)).toEqual([SECOND, 16 * SECOND, 31 * SECOND]);
  });

  it('are forgotten after a minute', async () => {
    await take(NOON);
    await take(NOON + HOUR);
    expect(await store.query(sql`select at from console_requests`)).toHaveLength(1);
  });

  it('of the time that the clock showed before it was set count from now on', async () => {
    for (const at of [0, 1, 2]) await take(NOON + at * SECOND);
    const now = NOON + HOUR;
    await store.recountRequests({ now, after: NOON, until: NOON + SECOND });
    expect(await ages(now)).toEqual([0]);
  });
});
