import { expect, it } from 'vitest';
import { report, type ReportOptions } from '../../../src/jobs/reports/reports.ts';
import { NO_VULNERABILITIES, type ResultDetails } from '../../../src/scan/results/vulnerabilities.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import type { Database } from '../../../src/store/database.ts';
import { findReport, type ReportBody, reportId } from '../../../src/store/reports.ts';
import { ended, IMAGE, MINUTE, NOON, scanning, SECOND, resultOf } from '../../support/observations.ts';
import { sql } from '../../../src/store/sql.ts';
import { openMemory } from '../../support/memory.ts';
import { imageNamed, readNow, watchingLive } from '../../support/store.ts';
import { eachHas, REPORTING, reportOptions } from './reporting.ts';

const FOUND = { critical: 2, high: 0, medium: 0, low: 0, compliance: 0 };
const DETAILS: ResultDetails = {
  vulnerabilities: { critical: ['CVE-2025-1 zlib', 'CVE-2025-2 zlib'], high: [], medium: [], low: [] },
  fixable: [],
  policy: null,
};

/** A scan that ends a second after `now`. */
async function endScan(database: Database, now: number, target = IMAGE, channel = 'C1'): Promise<void> {
  await watchingLive(database, { target, now, channel });
  await readNow(database, scanning(1, 12), { target, now, settings: REPORTING });
  await readNow(database, ended(12, 12), { target, now: now + SECOND, settings: REPORTING });
}

interface TwoScans extends Partial<Pick<ReportOptions, 'fetchDetails' | 'alarm'>> {
  /** When the image was scanned, by the latest result after each scan: a second ago. */
  readonly scannedAt?: readonly [first: number, second: number];
  /** What each is compared with, in place of what the plan says. */
  readonly basis?: string;
}

/** The image report of the second of two scans. */
async function reported({ scannedAt, basis, ...options }: TwoScans): Promise<ReportBody | null> {
  const database = await openMemory();
  let now = NOON;
  for (const scan of [0, 1]) {
    now += MINUTE;
    await endScan(database, now, IMAGE, `C${scan}`);
    now += 2 * SECOND;
    if (basis !== undefined) await database.query(sql`update reports set basis = ${basis}`);
    const result = resultOf(scannedAt?.[scan] ?? now - SECOND, { aheadMs: null, findings: FOUND });
    const fetchResults = eachHas(result, () => now);
    const alarm: ReportOptions['alarm'] = (_, run) => {
      setImmediate(run);
      return () => undefined;
    };
    const fetchDetails = answering([null]);
    await report(reportOptions(database, () => now, { fetchResults, fetchDetails, alarm, ...options }));
  }
  const body = await findReport(database, reportId(targetId(IMAGE), { scan: 2, topic: 'end' }));
  await database.close();
  return body;
}

/** The Console gives these details. */
function answering(value: readonly (ResultDetails | null)[]): ReportOptions['fetchDetails'] {
  return () => Promise.resolve({ kind: 'answered', value });
}

it('compares what a scan found with the result of the scan before', async () => {
  expect(await reported({ scannedAt: [NOON, NOON + MINUTE] })).toHaveProperty('before', FOUND);
});

it('compares a result with none that is not older, as where the report before was asked for late', async () => {
  const body = await reported({ scannedAt: [NOON + MINUTE, NOON + MINUTE] });
  expect(body).toHaveProperty('before', null);
});

/** The same, with the details of the first and of the second scan. */
async function reportedWith(details: readonly Partial<ResultDetails>[]) {
  let asked = 0;
  const fetchDetails: ReportOptions['fetchDetails'] = (...request) =>
    answering([{ ...DETAILS, ...details[asked++] }])(...request);
  return { body: await reported({ fetchDetails }), asked };
}

it('tells by ids what is new, where those of both scans are known', async () => {
  const criticals = [
    ['CVE-2024-9 zlib', 'CVE-2025-2 zlib'],
    ['CVE-2025-1 zlib', 'CVE-2025-2 zlib'],
  ];
  const { body, asked } = await reportedWith(
    criticals.map((critical) => ({ vulnerabilities: { ...NO_VULNERABILITIES, critical } })),
  );
  expect(body).toMatchObject({
    difference: { added: { critical: 1 }, gone: { critical: 1 }, unchanged: { critical: 1 } },
    changedCriticals: { added: ['CVE-2025-1 zlib'], gone: ['CVE-2024-9 zlib'] },
  });
  expect(body).not.toHaveProperty('policy');
  expect(asked).toBe(2);
});

it('lets the details come for six seconds, and then calls them off', async () => {
  const alarms: number[] = [];
  const isOver: boolean[] = [];
  const alarm: ReportOptions['alarm'] = (ms, run) => {
    alarms.push(ms);
    const timer = setImmediate(() => alarms.length === 1 && run());
    return () => {
      clearImmediate(timer);
      isOver.push(true);
    };
  };
  const signals: AbortSignal[] = [];
  const fetchDetails: ReportOptions['fetchDetails'] = (_, signal) => {
    signals.push(signal);
    return signals.length === 1
      ? new Promise(() => undefined)
      : Promise.resolve({ kind: 'answered', value: [DETAILS] });
  };
  await reported({ fetchDetails, alarm });
  expect(alarms).toEqual([6 * SECOND, 6 * SECOND]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(isOver).toEqual([true, true]);
});

it('compares no ids with those of the same result, which the scan before was reported by', async () => {
  const basis = JSON.stringify({ newerThan: null, before: FOUND });
  const body = await reported({ fetchDetails: answering([DETAILS]), scannedAt: [NOON, NOON], basis });
  expect(body).toMatchObject({ kind: 'image', before: FOUND });
  expect(body).not.toHaveProperty('difference');
});

it('names no changes where they are too many, and tells the policy', async () => {
  const blocked = { blockedVulnerabilities: 1, blockedIssues: 0, inGrace: 0 };
  const policy = { ...blocked, graceDays: null, riskFactors: [] };
  const critical = Array.from({ length: 201 }, (_, number) => `CVE-2025-${number} zlib`);
  const { body } = await reportedWith([
    { vulnerabilities: NO_VULNERABILITIES, policy },
    { vulnerabilities: { ...NO_VULNERABILITIES, critical }, policy },
  ]);
  expect(body).toMatchObject({ difference: { added: { critical: 201 } }, policy });
  expect(body).not.toHaveProperty('changedCriticals');
});

it('tells no difference where the ids of the later scan are not known', async () => {
  const { body } = await reportedWith([{}, { vulnerabilities: null }]);
  expect(body).toMatchObject({ kind: 'image', toActOn: expect.anything() as unknown });
  expect(body).not.toHaveProperty('difference');
});

const REFUSED = { cause: 'forbidden', detail: 'HTTP 403', retryAfterMs: null } as const;

it.each<[string, ReportOptions['fetchDetails']]>([
  ['the role may not read', () => Promise.resolve({ kind: 'failed', failure: REFUSED })],
  ['are those of another scan', answering([null])],
  ['do not come in time', () => new Promise(() => undefined)],
])('keeps the counts where the details %s', async (_, fetchDetails) => {
  const body = await reported({ fetchDetails });
  expect(body).toMatchObject({ kind: 'image', findings: FOUND, before: FOUND });
  expect(body).not.toHaveProperty('difference');
  expect(body).not.toHaveProperty('toActOn');
});

it.each([
  ['2,000 vulnerabilities', [1_500, 0, 500], [2]],
  ['no more than that', [1_500, 0, 501], [1, 1]],
  ['as many in each of three', Array<number>(5).fill(1_000), [1, 2, 2]],
  ['eight images', Array<number>(9).fill(1), [1, 8]],
])('asks for the details of %s together, as one answer may carry', async (_, counts, groups) => {
  const database = await openMemory();
  const targets = counts.map((_, index) => imageNamed(`app${index}`));
  for (const target of targets) await endScan(database, NOON, target, targetId(target));
  const asked: number[][] = [];
  let reports = 0;
  const criticalOf = (target: Target): number =>
    counts[targets.findIndex((one) => targetId(one) === targetId(target))] ?? 0;
  const resultFor = (target: Target) => {
    const findings = { ...FOUND, critical: criticalOf(target) };
    return resultOf(NOON, { aheadMs: null, findings })(NOON);
  };
  const options = reportOptions(database, () => NOON + 2 * SECOND, {
    fetchResults: (due) => Promise.resolve(due.map(resultFor)),
    fetchDetails: (results) => {
      asked.push(results.map(({ reference }) => criticalOf({ kind: 'image', reference })));
      return Promise.resolve({ kind: 'answered', value: results.map(() => DETAILS) });
    },
    onReported: () => (reports += 1),
  });
  await report(options);
  expect(asked.map(({ length }) => length).toSorted()).toEqual(groups);
  expect(asked.flat().toSorted()).toEqual(counts.filter((count) => count > 0).toSorted());
  // Each once, and all of them.
  expect(reports).toBe(counts.length + 1);
  await database.close();
});
