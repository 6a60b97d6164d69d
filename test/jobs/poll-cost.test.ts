/** What a poll and an end cost, by what can be counted: their milliseconds are measured by `npm run bench`. */

import { expect, it } from 'vitest';
import { createDeliverer } from '../../src/jobs/deliver.ts';
import { poll } from '../../src/jobs/poll.ts';
import { report } from '../../src/jobs/reports/reports.ts';
import type { Database, Statement } from '../../src/store/database.ts';
import { ended, NOON, scanning, SECOND, TICK, resultOf } from '../support/observations.ts';
import { openMemory } from '../support/memory.ts';
import { imageNamed, readNow, SILENT_LOG, watchingLive } from '../support/store.ts';
import { createFakeConsole, observerOf } from './console.ts';
import { eachHas, REPORTING, reportOptions } from './reports/reporting.ts';

const TARGETS = 12;

interface Cost {
  requests: number;
  statements: number;
  /** Those that wait for the disk. */
  commits: number;
}

function counting(database: Database, cost: Cost): Database {
  const note = (...statements: readonly Statement[]): void => {
    cost.statements += statements.length;
    const isRead = statements.every((statement) => /^\s*select\b/.test(statement.text));
    if (!isRead && statements.some(({ mayBeLost }) => mayBeLost !== true)) cost.commits += 1;
  };
  return {
    ...database,
    query: (statement) => {
      note(statement);
      return database.query(statement);
    },
    batch: (statements) => {
      note(...statements);
      return database.batch(statements);
    },
  };
}

/** Of one target, in a poll of all of them: where its count has changed, and where it has not. */
async function costsOf(watches: number): Promise<Readonly<Record<'changed' | 'same', Cost>>> {
  const cost: Cost = { requests: 0, statements: 0, commits: 0 };
  const database = counting(await openMemory(), cost);
  for (let index = 0; index < TARGETS * watches; index += 1)
    await watchingLive(database, { target: imageNamed(`image-${index % TARGETS}`), channel: `C${index}` });
  let now = NOON;
  let scanned = 0;
  const prisma = createFakeConsole(scanning(0, 100), () => now);
  prisma.answer = () => scanning(scanned, 100);
  const observer = observerOf(database, prisma, { now: () => now });
  const costOf = async (count: number): Promise<Cost> => {
    scanned = count;
    now += TICK + SECOND;
    prisma.asked.length = 0;
    Object.assign(cost, { statements: 0, commits: 0 });
    await poll({ database, observer, owner: 'me', now: () => now, log: SILENT_LOG });
    return {
      requests: prisma.asked.length / TARGETS,
      statements: cost.statements / TARGETS,
      commits: cost.commits / TARGETS,
    };
  };
  await costOf(10);
  return { changed: await costOf(40), same: await costOf(40) };
}

it.each([1, 10, 70])('a target of %i watches costs few statements, and one commit', async (watches) => {
  const { changed, same } = await costsOf(watches);
  for (const cost of [changed, same]) {
    expect(cost.requests).toBe(1);
    // Its lease, which marks the poll before it starts.
    expect(cost.commits).toBeLessThanOrEqual(1);
  }
  expect(changed.statements).toBeLessThanOrEqual(8);
  expect(same.statements).toBeLessThanOrEqual(4);
});

it('an end that is recorded waits for the disk once more before its post: that it is being sent', async () => {
  const cost: Cost = { requests: 0, statements: 0, commits: 0 };
  const database = counting(await openMemory(), cost);
  const now = () => NOON + SECOND;
  const commitsBefore: Record<string, number> = {};
  const { deliverDue } = createDeliverer({
    database,
    now,
    log: SILENT_LOG,
    owner: 'me',
    send: ({ kind }) => {
      commitsBefore[kind] = cost.commits;
      return Promise.resolve({ kind: 'accepted', ts: '1.1' });
    },
    find: () => Promise.resolve({ kind: 'absent' }),
    random: () => 0,
    onSettled: () => undefined,
  });
  // Its first run writes, because the clock may have changed.
  await deliverDue();
  await watchingLive(database);
  for (const reading of [scanning(7, 12), ended(12, 12)])
    await readNow(database, reading, { settings: REPORTING });
  cost.commits = 0;
  const fetchResults = eachHas(resultOf(NOON + SECOND, { aheadMs: null }), () => NOON);
  await report(reportOptions(database, now, { fetchResults }));
  await deliverDue();
  expect(commitsBefore).toHaveProperty('completion', 1);
});
