import { describe, expect, it } from 'vitest';
import { noteRequest, recentRequests } from '../../../src/store/requests.ts';
import { HOUR, NOON, SECOND } from '../../support/observations.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function requestsSuite(openDatabase: OpenDatabase): void {
  describe('the requests to the Console', () => {
    const opened = useMigrated(openDatabase);
    const recent = async (now: number) => {
      const ago = await recentRequests(opened.database, { since: now - 30 * SECOND, now });
      return ago.toSorted((a, b) => a - b);
    };

    it('of the last half minute are known to whoever comes next', async () => {
      for (const at of [0, 10, 25, 40]) await noteRequest(opened.database, NOON + at * SECOND);
      expect(await recent(NOON + 41 * SECOND)).toEqual([SECOND, 16 * SECOND]);
    });

    it('are forgotten after a minute', async () => {
      await noteRequest(opened.database, NOON);
      await noteRequest(opened.database, NOON + HOUR);
      expect(await opened.database.query('select at from console_requests', [])).toHaveLength(1);
    });

    it('that a clock set back since dates into the future were made just now', async () => {
      await noteRequest(opened.database, NOON + HOUR);
      expect(await recent(NOON)).toEqual([0]);
    });
  });
}
