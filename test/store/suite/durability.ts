/** What waits for the disk, and what a power cut may undo because it is done again. */

import { expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { claimRequest } from '../../../src/store/inbox.ts';
import { QUOTAS } from '../../../src/store/limits/rate-limits.ts';
import { recountRequests, releaseRequest, takeRequests } from '../../../src/store/limits/requests.ts';
import { claimDueReports, giveUpReport } from '../../../src/store/reports.ts';
import { ended, NOON, scanning } from '../../support/observations.ts';
import { leaseAll, readNow, stopping, watching } from '../../support/store.ts';
import { suite } from './fixture.ts';
import { reporting } from './steps.ts';
import { imageReport, reportOf } from './values.ts';

const WANTED = { now: NOON, countsMs: 1, limits: [1], late: ['late'], lateAt: NOON };

export const durabilitySuite = suite('a power cut', (store) => {
  it.each<[string, boolean, (by: Database, id: string) => Promise<unknown>]>([
    ['a watch', false, (by) => watching(by, { channel: 'C2' })],
    ['its end', false, (by, id) => stopping(by, id)],
    ['progress', true, (by) => readNow(by, scanning(4, 12))],
    ['the end of a scan', false, (by) => readNow(by, ended(12, 12))],
    ['the lease of a post', false, (by) => leaseAll(by, { kinds: ['live'] })],
    ['the lease of an edit', true, (by) => leaseAll(by, { kinds: ['update'], quota: QUOTAS.edits })],
    ['a report', true, (by) => reporting(by, imageReport())],
    ['the claim of a report', true, (by) => claimDueReports(by, { now: NOON, againAt: NOON, limit: 1 })],
    ['that a report never came', false, (by) => giveUpReport(by, { id: reportOf(), now: NOON })],
    ['requests to the Console', true, (by) => takeRequests(by, WANTED)],
    ['one that was not sent', true, (by) => releaseRequest(by, 'late')],
    ['those of another time', true, (by) => recountRequests(by, { now: NOON, after: 0, until: 1 })],
    ['a request of a person', false, (by) => claimRequest(by, { id: 'a', at: NOON })],
    ['one without an effect', true, (by) => claimRequest(by, { id: 'a', at: NOON, mayBeLost: true })],
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
