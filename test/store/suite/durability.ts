/** What waits for the disk, and what a power cut may undo because it is done again. */

import { expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { claimRequest } from '../../../src/store/inbox.ts';
import { QUOTAS } from '../../../src/store/limits/rate-limits.ts';
import { recountRequests, releaseRequest, takeRequests } from '../../../src/store/limits/requests.ts';
import { claimDueReports, giveUpReport, saveReport } from '../../../src/store/reports.ts';
import { stopWatch } from '../../../src/store/stop.ts';
import { ended, NOON, scanning } from '../../support/observations.ts';
import { leaseAll, readNow, saying, watching } from '../../support/store.ts';
import { suite } from './fixture.ts';

const NOTHING = { kind: 'image', findings: null, before: null, error: '' } as const;
const WANTED = { now: NOON, countsMs: 1, limits: [1], late: ['late'], lateAt: NOON };
const REPORT = { id: 'alpine:3.16 1 end', now: NOON };

export const durabilitySuite = suite('a power cut', (store) => {
  it.each<[string, boolean, (database: Database, id: string) => Promise<unknown>]>([
    ['a watch', false, (database) => watching(database, { channel: 'C2' })],
    [
      'its end',
      false,
      (database, id) => stopWatch(database, { id, now: NOON, content: saying(3, 'stopped') }),
    ],
    ['progress', true, (database) => readNow(database, scanning(4, 12))],
    ['the end of a scan', false, (database) => readNow(database, ended(12, 12))],
    ['the lease of a post', false, (database) => leaseAll(database, { kinds: ['live'] })],
    [
      'the lease of an edit',
      true,
      (database) => leaseAll(database, { kinds: ['update'], quota: QUOTAS.edits }),
    ],
    ['a report', true, (database) => saveReport(database, { ...REPORT, body: NOTHING })],
    [
      'the claim of a report',
      true,
      (database) => claimDueReports(database, { now: NOON, againAt: NOON, limit: 1 }),
    ],
    ['that a report never came', false, (database) => giveUpReport(database, REPORT)],
    ['requests to the Console', true, (database) => takeRequests(database, WANTED)],
    ['one that was not sent', true, (database) => releaseRequest(database, 'late')],
    [
      'those of another time',
      true,
      (database) => recountRequests(database, { now: NOON, after: 0, until: 1 }),
    ],
    ['a request of a person', false, (database) => claimRequest(database, { id: 'a', at: NOON })],
    [
      'one without an effect',
      true,
      (database) => claimRequest(database, { id: 'a', at: NOON, mayBeLost: true }),
    ],
  ])('may undo %s: %s', async (_, mayBeLost, call) => {
    const id = await store.watchingLive();
    await store.readNow(scanning(3, 12));
    await store.watching({ channel: 'C3' });
    let isLost: boolean | null = null;
    const noting: Database = {
      ...store,
      batch: (statements) => {
        isLost = statements.every((statement) => statement.mayBeLost === true);
        return store.batch(statements);
      },
    };
    await call(noting, id);
    expect(isLost).toBe(mayBeLost);
  });
});
