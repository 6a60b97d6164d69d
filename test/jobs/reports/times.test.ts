import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { report, type ReportOptions } from '../../../src/jobs/reports/reports.ts';
import type { ImageReference } from '../../../src/image/reference.ts';
import { targetId } from '../../../src/scan/target.ts';
import type { ResultsObservation } from '../../../src/scan/results/result.ts';
import { findReport, nextReportAt, reportId } from '../../../src/store/reports.ts';
import {
  ended,
  IMAGE,
  MINUTE,
  NOON,
  noResult,
  REGULAR,
  resultOf,
  scanning,
  SECOND,
  type Reading,
} from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, readNow, watchingLive } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';
import { nobodyAsks, REPORTING, reportOptions, WAIT_MS } from './reporting.ts';

const NONE = { critical: 0, high: 0, medium: 0, low: 0, compliance: 0 };

const database = useMemory();
let now: number;
let reported: number;

beforeEach(() => {
  now = NOON;
  reported = 0;
});

/** Requests the due reports; each image has this result. */
function ask(
  fetchOne: (at: number) => Promise<ResultsObservation> | ResultsObservation,
  other: Partial<ReportOptions> = {},
): Promise<void> {
  const options = reportOptions(database, () => now, {
    fetchResults: (targets) => Promise.all(targets.map(() => Promise.resolve(fetchOne(now)))),
    fetchDetails: (results) => Promise.resolve({ kind: 'answered', value: results.map(() => null) }),
    onReported: () => (reported += 1),
    ...other,
  });
  return report(options);
}

const read = (reading: Reading, target = IMAGE) =>
  readNow(database, reading, { now, settings: REPORTING, target });

/** A registry scan that was seen to end. */
async function endRegistryScan(): Promise<void> {
  await watchingLive(database, { now, target: REGULAR });
  await read(scanning(1, 12), REGULAR);
  for (now of [now + SECOND, now + MINUTE]) await read(ended(12, 12), REGULAR);
}

/** A scan of the usual image that stalled just now. */
async function stall(channel = 'C1'): Promise<void> {
  await watchingLive(database, { now, channel });
  for (now of [now, now + 11 * MINUTE]) await read(scanning(1, 12));
}

const TIMEOUT = { kind: 'failed', failure: { cause: 'timeout', detail: '', retryAfterMs: null } } as const;

/** A scan that was seen to end just now. */
async function endScan(channel = 'C1', target = IMAGE): Promise<void> {
  now += MINUTE;
  await watchingLive(database, { now, channel, target });
  await read(scanning(1, 12), target);
  now += SECOND;
  await read(ended(12, 12), target);
}

it('asks for nothing, and wakes nobody, where nothing is due', async () => {
  await ask(nobodyAsks);
  expect(reported).toBe(0);
});

it.each([
  ['no result yet', resultOf(null)],
  ['no answer', noResult('timeout')],
])('asks again after four seconds where there is %s, until nobody waits any more', async (_, result) => {
  await endScan();
  const endedAt = now;
  const asked: number[] = [];
  for (; now < endedAt + MINUTE; now += 500) {
    await ask((at) => {
      asked.push((at - endedAt) / SECOND);
      return result(at);
    });
  }
  expect(asked).toEqual([0, 4, 8, 12, 16]);
  expect(await nextReportAt(database)).toBeNull();
  expect(reported).toBe(5);
});

it('is asked for by one process, and by another one where that was killed before the answer', async () => {
  await endScan();
  void ask(() => new Promise(() => undefined));
  now += 12 * SECOND - 1;
  const again: number[] = [];
  for (let tries = 0; tries < 2; tries += 1, now += 1)
    await ask((at) => {
      again.push(tries);
      return resultOf(at)(at);
    });
  expect(again).toEqual([1]);
});

it('of a registry scan is asked for again where the Console does not answer, and logs no bug', async () => {
  await endRegistryScan();
  await ask(resultOf(null), { fetchRegularReport: () => Promise.resolve(TIMEOUT) });
  expect(await nextReportAt(database)).toBe(now + 4 * SECOND);
});

it('of a registry scan is kept, with the names of its images', async () => {
  await endRegistryScan();
  const findings = { ...NONE, critical: 1 };
  const worst = ['alpine:3.16', 'no image'].map((name) => ({ name, findings }));
  const value = { kind: 'regular', errors: [], failed: [], specifications: 1, worst } as const;
  const remembered: ImageReference[] = [];
  await ask(resultOf(null), {
    fetchRegularReport: () => Promise.resolve({ kind: 'answered', value }),
    rememberImages: (images) => Promise.resolve(void remembered.push(...images)),
  });
  expect(await findReport(database, reportId(targetId(REGULAR), { scan: 1, topic: 'end' }))).toEqual(value);
  expect(remembered).toEqual([{ registry: '', repository: 'library/alpine', tag: '3.16', digest: '' }]);
});

it('wakes the outbox at once, whatever others are waited for', async () => {
  await endScan();
  await stall('C2');
  void ask((at) => resultOf(at)(at), { fetchDiagnosis: () => new Promise(() => undefined) });
  await expect.poll(() => reported).toBe(1);
});

it('of a stall is asked for again where the Console does not answer', async () => {
  await stall();
  await ask(resultOf(null), { fetchDiagnosis: () => Promise.resolve(TIMEOUT) });
  expect(await nextReportAt(database)).toBe(now + 4 * SECOND);
});

it('are over once all are saved, of which the outbox is told one by one', async () => {
  const found = [NONE, { ...NONE, critical: 1 }, null];
  for (const [index] of found.entries()) await endScan(`C${index}`, imageNamed(`image-${index}`));
  const order: string[] = [];
  database.before = (text) =>
    text.includes('body = ') ? nextTurn().then(() => order.push('saved')) : undefined;
  const fetchResults: ReportOptions['fetchResults'] = (targets) =>
    Promise.resolve(targets.map((_, index) => resultOf(now, { findings: found[index] ?? null })(now)));
  await ask(resultOf(null), { fetchResults, onReported: () => order.push('woken') });
  database.failOn(null);
  expect(order.filter((word) => word === 'saved')).toHaveLength(3);
  expect([order[0], order.length]).toEqual(['saved', 3 + 4]);
});

it.each([
  ['saved', 'body = ', 0],
  ['put off', 'due_at = $1 where id', 0],
  ['given up', 'due_at = null', WAIT_MS],
])('that cannot be %s fails its run, which the loop logs', async (word, part, afterMs) => {
  await endScan();
  now += afterMs;
  database.failOn(part);
  await expect(ask(resultOf(word === 'saved' ? now : null))).rejects.toThrow('disk');
  database.failOn(null);
});

it.each([
  ['nothing', NONE, { toActOn: [] }, 0],
  ['compliance issues alone', { ...NONE, compliance: 1 }, {}, 1],
])('asks for details of what has some: %s', async (_, findings, expected, requests) => {
  await endScan();
  const asked: number[] = [];
  await ask((at) => resultOf(at, { findings })(at), {
    fetchDetails: (results) => {
      asked.push(results.length);
      return Promise.resolve({ kind: 'answered', value: [null] });
    },
  });
  const [row] = await database.query(sql`select id from reports`);
  expect(await findReport(database, String(row?.['id']))).toMatchObject({ findings, ...expected });
  expect(asked).toHaveLength(requests);
});

it('of a stall is its diagnosis', async () => {
  await stall();
  const seen = { isDefenderConnected: true, areErrorsKnown: true, scope: 'inside' } as const;
  const value = { causes: [], isHidden: false, seen };
  await ask(resultOf(null), {
    fetchResults: nobodyAsks,
    fetchDiagnosis: () => Promise.resolve({ kind: 'answered', value }),
  });
  const id = reportId(targetId(IMAGE), { scan: 1, topic: 'stall' });
  expect(await findReport(database, id)).toEqual({ kind: 'diagnosis', ...value });
});

it.each([
  [0, null],
  [1, 'image'],
])('takes a result %i ms after that of the scan before for its own', async (afterMs, kind) => {
  await endScan();
  const newerThan = now - MINUTE;
  await database.query(sql`update reports set basis = ${JSON.stringify({ newerThan, before: null })}`);
  await ask((at) => resultOf(newerThan + afterMs)(at));
  const [row] = await database.query(sql`select id from reports`);
  const found = await findReport(database, String(row?.['id']));
  expect(found?.kind ?? null).toBe(kind);
  // Nothing is known of what an image without findings has.
  expect(found ?? {}).not.toHaveProperty('toActOn');
});

it('are asked for 20 at a time, as many as one request may name', async () => {
  for (let number = 0; number < 21; number += 1) await endScan(`C${number}`, imageNamed(`image-${number}`));
  const asked: number[] = [];
  const fetchResults: ReportOptions['fetchResults'] = (targets) => {
    asked.push(targets.length);
    return Promise.resolve(targets.map(() => resultOf(null)(now)));
  };
  for (let turn = 0; turn < 2; turn += 1) await ask(resultOf(null), { fetchResults });
  expect(asked).toEqual([20, 1]);
});

it('whose question fails fails its run, which the loop logs, and is asked for again', async () => {
  await endScan();
  await expect(ask(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  expect(await nextReportAt(database)).toBe(now + 12 * SECOND);
});
