import { expect, it } from 'vitest';
import { report, type ReportOptions } from '../../../src/jobs/reports/reports.ts';
import { NO_VULNERABILITIES, type ResultDetails } from '../../../src/scan/results/vulnerabilities.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import type { Database } from '../../../src/store/database.ts';
import { findReport, type ReportBody, reportId } from '../../../src/store/reports.ts';
import { ended, IMAGE, MINUTE, NOON, scanning, SECOND, SETTINGS } from '../../support/observations.ts';
import { sql } from '../../../src/store/sql.ts';
import { openMemory } from '../../support/memory.ts';
import { imageNamed, readNow, SILENT_LOG, watchingLive } from '../../support/store.ts';

const WAIT_MS = 20 * SECOND;
const settings = { ...SETTINGS, reportWaitMs: WAIT_MS };
const NOBODY_ASKS = {
  fetchRegularReport: () => Promise.reject(new Error('nobody asks')),
  fetchDiagnosis: () => Promise.reject(new Error('nobody asks')),
  rememberImages: () => Promise.resolve(),
};
const FOUND = { critical: 2, high: 0, medium: 0, low: 0, compliance: 0 };

/** A scan that ends a second after `now`; a second later is returned. */
async function endScan(
  database: Database,
  { number, now }: { number: number; now: number },
): Promise<number> {
  await watchingLive(database, { now, channel: `C${number}` });
  await readNow(database, scanning(1, 12), { now, settings });
  await readNow(database, ended(12, 12), { now: now + SECOND, settings });
  return now + 2 * SECOND;
}

/** Two scans, of which each is reported by the latest result at that time; what the second is compared with. */
async function comparedWith(scannedAt: readonly [first: number, second: number]): Promise<unknown> {
  const database = await openMemory();
  let now = NOON;
  const results = scannedAt.values();
  const options: Parameters<typeof report>[0] = {
    database,
    fetchResults: (targets) => {
      const at = results.next().value ?? 0;
      const result = { scannedAt: at, findings: FOUND, error: '' };
      return Promise.resolve(
        targets.map(
          () => ({ kind: 'answered', at: now, consoleAt: null, isOngoing: false, result }) as const,
        ),
      );
    },
    fetchDetails: () => Promise.resolve({ kind: 'answered', value: [null] }),
    ...NOBODY_ASKS,
    now: () => now,
    onReported: () => undefined,
    log: SILENT_LOG,
  };
  for (let scan = 1; scan <= 2; scan += 1) {
    now = await endScan(database, { number: scan, now: now + MINUTE });
    await report(options);
  }
  const body = await findReport(database, reportId(targetId(IMAGE), { scan: 2, topic: 'end' }));
  await database.close();
  return body?.kind === 'image' ? body.before : body;
}

it('compares what a scan found with the result of the scan before', async () => {
  expect(await comparedWith([NOON, NOON + MINUTE])).toEqual(FOUND);
});

it('compares a result with none that is not older, as where the report before was asked for late', async () => {
  expect(await comparedWith([NOON + MINUTE, NOON + MINUTE])).toBeNull();
});

const DETAILS: ResultDetails = {
  vulnerabilities: { critical: ['CVE-2025-1 zlib', 'CVE-2025-2 zlib'], high: [], medium: [], low: [] },
  fixable: [],
  policy: null,
};

const KNOWN_BEFORE = JSON.stringify({ newerThan: null, before: FOUND });

/** The image report of the second of two scans, whose details `fetchDetails` tells. */
async function reported(
  fetchDetails: ReportOptions['fetchDetails'],
  alarm: NonNullable<ReportOptions['alarm']> = (_, run) => {
    setImmediate(run);
    return () => undefined;
  },
  { isResultOfBefore = false } = {},
): Promise<ReportBody | null> {
  const database = await openMemory();
  let now = NOON;
  for (let scan = 1; scan <= 2; scan += 1) {
    now = await endScan(database, { number: scan, now: now + MINUTE });
    if (isResultOfBefore) await database.query(sql`update reports set basis = ${KNOWN_BEFORE}`);
    const running = report({
      database,
      fetchResults: (targets) => {
        const scannedAt = isResultOfBefore ? NOON : now - SECOND;
        const result = { scannedAt, findings: FOUND, error: '' };
        const answer = { kind: 'answered', at: now, consoleAt: null, isOngoing: false, result } as const;
        return Promise.resolve(targets.map(() => answer));
      },
      fetchDetails,
      ...NOBODY_ASKS,
      now: () => now,
      alarm,
      onReported: () => undefined,
      log: SILENT_LOG,
    });
    await running;
  }
  const body = await findReport(database, reportId(targetId(IMAGE), { scan: 2, topic: 'end' }));
  await database.close();
  return body;
}

it('tells by ids what is new, where those of both scans are known', async () => {
  let asked = 0;
  const body = await reported(() => {
    asked += 1;
    const critical = [asked === 1 ? 'CVE-2024-9 zlib' : 'CVE-2025-1 zlib', 'CVE-2025-2 zlib'];
    const vulnerabilities = { ...NO_VULNERABILITIES, critical };
    return Promise.resolve({ kind: 'answered', value: [{ ...DETAILS, vulnerabilities }] });
  });
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
  await reported((_, signal) => {
    signals.push(signal);
    return signals.length === 1
      ? new Promise(() => undefined)
      : Promise.resolve({ kind: 'answered', value: [DETAILS] });
  }, alarm);
  expect(alarms).toEqual([6 * SECOND, 6 * SECOND]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(isOver).toEqual([true, true]);
});

it('compares no ids with those of the same result, which the scan before was reported by', async () => {
  const fetchDetails = () => Promise.resolve({ kind: 'answered', value: [DETAILS] } as const);
  const body = await reported(fetchDetails, undefined, { isResultOfBefore: true });
  expect(body).toMatchObject({ kind: 'image', before: FOUND });
  expect(body).not.toHaveProperty('difference');
});

it('names no changes where they are too many, and tells the policy', async () => {
  const policy = {
    blockedVulnerabilities: 1,
    blockedIssues: 0,
    inGrace: 0,
    graceDays: null,
    riskFactors: [],
  };
  let asked = 0;
  const body = await reported(() => {
    asked += 1;
    const critical = Array.from({ length: asked === 1 ? 0 : 201 }, (_, number) => `CVE-2025-${number} zlib`);
    const vulnerabilities = { ...NO_VULNERABILITIES, critical };
    return Promise.resolve({ kind: 'answered', value: [{ ...DETAILS, vulnerabilities, policy }] });
  });
  expect(body).toMatchObject({ difference: { added: { critical: 201 } }, policy });
  expect(body).not.toHaveProperty('changedCriticals');
});

it('tells no difference where the ids of the later scan are not known', async () => {
  const ids = [DETAILS.vulnerabilities, null].values();
  const body = await reported(() => {
    const vulnerabilities = ids.next().value ?? null;
    return Promise.resolve({ kind: 'answered', value: [{ ...DETAILS, vulnerabilities }] });
  });
  expect(body).toMatchObject({ kind: 'image', toActOn: expect.anything() as unknown });
  expect(body).not.toHaveProperty('difference');
});

const REFUSED = { cause: 'forbidden', detail: 'HTTP 403', retryAfterMs: null } as const;

it.each<[string, ReportOptions['fetchDetails']]>([
  ['the role may not read', () => Promise.resolve({ kind: 'failed', failure: REFUSED })],
  ['are those of another scan', () => Promise.resolve({ kind: 'answered', value: [null] })],
  ['do not come in time', () => new Promise(() => undefined)],
])('keeps the counts where the details %s', async (_, fetchDetails) => {
  const body = await reported(fetchDetails);
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
  for (const target of targets) {
    await watchingLive(database, { target, now: NOON, channel: targetId(target) });
    await readNow(database, scanning(1, 12), { target, now: NOON, settings });
    await readNow(database, ended(12, 12), { target, now: NOON + SECOND, settings });
  }
  const asked: number[][] = [];
  let reports = 0;
  const criticalOf = (target: Target): number =>
    counts[targets.findIndex((one) => targetId(one) === targetId(target))] ?? 0;
  await report({
    database,
    fetchResults: (due) => {
      const answers = due.map((target) => {
        const findings = { ...FOUND, critical: criticalOf(target), compliance: 0 };
        const result = { scannedAt: NOON, findings, error: '' };
        return { kind: 'answered', at: NOON, consoleAt: null, isOngoing: false, result } as const;
      });
      return Promise.resolve(answers);
    },
    fetchDetails: (results) => {
      asked.push(results.map(({ reference }) => criticalOf({ kind: 'image', reference })));
      return Promise.resolve({ kind: 'answered', value: results.map(() => DETAILS) });
    },
    ...NOBODY_ASKS,
    now: () => NOON + 2 * SECOND,
    onReported: () => (reports += 1),
    log: SILENT_LOG,
  });
  expect(asked.map(({ length }) => length).toSorted()).toEqual(groups);
  expect(asked.flat().toSorted()).toEqual(counts.filter((count) => count > 0).toSorted());
  // Each once, and all of them.
  expect(reports).toBe(counts.length + 1);
  await database.close();
});
