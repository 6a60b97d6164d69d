/** What a result makes of an end: the Console may report one as any other where the image could not be pulled. */

import type { Report } from '../../scan/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { findingsText } from './findings.ts';

/** `''` where the image could be scanned, or nothing is known of it. From outside: escape before showing. */
export function errorInResult(report: Report | null): string {
  return report?.kind === 'image' ? report.error : '';
}

export function endByResult(snapshot: Snapshot, report: Report | null): Snapshot {
  return errorInResult(report) === '' ? snapshot : { ...snapshot, state: 'failed' };
}

/** The Console reported an end with nothing in it, and no result shows that anything was scanned all the same. */
export function isNothingScanned({ state, evidence, images }: Snapshot, report: Report | null): boolean {
  const isEmpty = images.total === 0 && images.scanned === 0;
  return state === 'completed' && evidence === 'reported' && isEmpty && report?.kind !== 'image';
}

/** ` · 1 critical · 4 high`, for the end of a notification; `''` where that is not known, or the scan is not over. */
export function findingsInText(report: Report | null): string {
  return report?.kind === 'image' && report.findings !== null ? ` · ${findingsText(report.findings)}` : '';
}

/** No green tick may stand for that. */
export function hasCritical(report: Report | null): boolean {
  if (report?.kind === 'regular') return report.worst.some(({ findings }) => findings.critical >= 1);
  return (report?.findings?.critical ?? 0) >= 1;
}
