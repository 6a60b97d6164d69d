/** Values that many tests of the store are about. */

import type { PollSettings } from '../../../src/scan/plan.ts';
import type { Findings } from '../../../src/scan/results/findings.ts';
import type { ImageReport, ReportTopic } from '../../../src/scan/results/report.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import { ended, IMAGE, SECOND, SETTINGS, step } from '../../support/observations.ts';

export const WAIT_MS = 20 * SECOND;
/** With them, a report is requested of each scan, and its end waits for that. */
export const REPORTED: PollSettings = { ...SETTINGS, reportWaitMs: WAIT_MS };
export const FAILED_END = ended(3, 12, { images: step(3, 12, { error: 'no such manifest' }) });

export function findings(found: Partial<Findings> = {}): Findings {
  return { critical: 0, high: 0, medium: 0, low: 0, compliance: 0, ...found };
}

export function imageReport(report: Partial<ImageReport> = {}): ImageReport {
  return { kind: 'image', findings: null, before: null, error: '', ...report };
}

export interface ReportedScan {
  readonly target?: Target;
  readonly scan?: number;
  readonly topic?: ReportTopic;
}

/** The id of the report of a scan, by default that of the end of the first. */
export function reportOf({ target = IMAGE, scan = 1, topic = 'end' }: ReportedScan = {}): string {
  return `${targetId(target)} ${scan} ${topic}`;
}
