/** What reports of scans that ended are made with: requests to the Console, and their results. */

import type { ReportOptions } from '../../../src/jobs/reports/reports.ts';
import type { Database } from '../../../src/store/database.ts';
import { type Look, SECOND, SETTINGS } from '../../support/observations.ts';

export const WAIT_MS = 20 * SECOND;
/** A report may be waited for. */
export const REPORTING = { ...SETTINGS, reportWaitMs: WAIT_MS };

export const nobodyAsks = () => Promise.reject(new Error('nobody asks'));

/** Options of `report`; requests that a test does not name fail. */
export function reportOptions(
  database: Database,
  now: () => number,
  options: Partial<ReportOptions>,
): ReportOptions {
  return {
    database,
    now,
    fetchResults: nobodyAsks,
    fetchDetails: nobodyAsks,
    fetchRegularReport: nobodyAsks,
    fetchDiagnosis: nobodyAsks,
    rememberImages: () => Promise.resolve(),
    onReported: () => undefined,
    ...options,
  };
}

/** Every image has the same result. */
export function eachHas(result: Look, now: () => number): ReportOptions['fetchResults'] {
  return (targets) => Promise.resolve(targets.map(() => result(now())));
}
