import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function requestsSuite(openDatabase: OpenDatabase): void {
  describe('the requests to the Console', () => {
    const store = useMigrated(openDatabase);
    const recent = async (now: number) => {
      const ago = await store.recentRequests({ since: now - 30 * SECOND, now });
      return ago.toSorted((a, b) => a - b);
    };

    const COUNTS_MS = 32 * SECOND;
    const take = (now: number, limit = 30, by = store) => by.takeRequest({ now, limit, countsMs: COUNTS_MS });

    it('are as many as may count, for all that ask at once, and say when one is free', async () => {
      const other = await store.connect();
      const asked = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((index) => take(NOON, 4, index % 2 === 0 ? store : other)),
      );
      expect(asked.filter(({ kind }) => kind === 'taken')).toHaveLength(4);
      expect(await take(NOON + SECOND, 4)).toEqual({ kind: 'full', waitMs: COUNTS_MS - SECOND });
      expect(await take(NOON + SECOND, 5)).toMatchObject({ kind: 'taken' });
      expect(await take(NOON + COUNTS_MS, 2)).toMatchObject({ kind: 'taken' });
      expect(await take(NOON + COUNTS_MS, 2)).toEqual({ kind: 'full', waitMs: SECOND });
    });

    it('count from their end where they took long', async () => {
      const taken = await take(NOON, 1);
      if (taken.kind === 'taken') await store.prolongRequest(taken.id, NOON + 10 * SECOND);
      // The clock was set back while it went on.
      if (taken.kind === 'taken') await store.prolongRequest(taken.id, NOON - SECOND);
      expect(await take(NOON + COUNTS_MS, 1)).toEqual({ kind: 'full', waitMs: 10 * SECOND });
      expect(await take(NOON + COUNTS_MS + 10 * SECOND, 1)).toMatchObject({ kind: 'taken' });
    });

    it('rest for all while the Console asked one to wait', async () => {
      await store.savePause({ method: 'console', now: NOON, until: NOON + MINUTE });
      expect(await take(NOON + SECOND)).toEqual({ kind: 'paused', waitMs: 59 * SECOND });
      expect(await take(NOON + MINUTE)).toMatchObject({ kind: 'taken' });
    });

    it('count to the very end of their time, and are kept for a minute', async () => {
      await take(NOON, 1);
      expect(await take(NOON + COUNTS_MS - 1, 1)).toEqual({ kind: 'full', waitMs: 1 });
      expect(await take(NOON + COUNTS_MS, 1)).toMatchObject({ kind: 'taken' });
      await take(NOON + MINUTE, 30);
      expect(await store.query('select at from console_requests')).toHaveLength(3);
      await take(NOON + MINUTE + 1, 30);
      expect(await store.query('select at from console_requests')).toHaveLength(3);
    });

    it('of one process alone are told by how long ago they were, from the first ms on', async () => {
      await take(NOON);
      expect(await store.recentRequests({ since: NOON, now: NOON })).toEqual([]);
      expect(await store.recentRequests({ since: NOON - 1, now: NOON })).toEqual([0]);
    });

    it('of a clock that is a little ahead count, those of one that is far ahead do not', async () => {
      await take(NOON + COUNTS_MS, 30);
      expect(await take(NOON, 1)).toMatchObject({ kind: 'full' });
      expect(await take(NOON - 1, 1)).toMatchObject({ kind: 'taken' });
    });

    it('are not held up by what was noted before the clock was set back', async () => {
      await take(NOON + HOUR, 1);
      expect(await take(NOON, 1)).toMatchObject({ kind: 'taken' });
    });

    it('of the last half minute are known to whoever comes next', async () => {
      for (const at of [0, 10, 25, 40]) await take(NOON + at * SECOND);
      expect(await recent(NOON + 41 * SECOND)).toEqual([SECOND, 16 * SECOND]);
    });

    it('are forgotten after a minute', async () => {
      await take(NOON);
      await take(NOON + HOUR);
      expect(await store.query('select at from console_requests')).toHaveLength(1);
    });

    it('that a clock set back since dates into the future were made just now', async () => {
      await take(NOON + HOUR);
      expect(await recent(NOON)).toEqual([0]);
    });
  });
}
