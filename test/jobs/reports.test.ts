import { expect, it } from 'vitest';
import { report } from '../../src/jobs/reports.ts';
import { targetId } from '../../src/scan/target.ts';
import { findReport, reportId } from '../../src/store/reports.ts';
import { ended, IMAGE, MINUTE, NOON, scanning, SECOND, SETTINGS } from '../support/observations.ts';
import { openMemory, readNow, SILENT_LOG, watchingLive } from '../support/store.ts';

const WAIT_MS = 20 * SECOND;
const settings = { ...SETTINGS, reportWaitMs: WAIT_MS };
const FOUND = { critical: 2, high: 0, medium: 0, low: 0, compliance: 0 };

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
    fetchRegularReport: () => Promise.reject(new Error('nobody asks')),
    fetchDiagnosis: () => Promise.reject(new Error('nobody asks')),
    now: () => now,
    onReported: () => undefined,
    rememberImages: () => Promise.resolve(),
    log: SILENT_LOG,
  };
  for (let scan = 1; scan <= 2; scan += 1) {
    now += MINUTE;
    await watchingLive(database, { now, channel: `C${scan}` });
    await readNow(database, scanning(1, 12), { now, settings });
    await readNow(database, ended(12, 12), { now: now + SECOND, settings });
    now += 2 * SECOND;
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
