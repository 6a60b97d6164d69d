/** What a result makes of an end: the Console may report one as any other where the image could not be pulled. */

import type { Findings } from '../../scan/findings.ts';
import { type ImageReport, type Report, WORST_MAX } from '../../scan/report.ts';
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
  if (report?.kind !== 'regular') return sumInText(findingsOf(report), true);
  // The worst images alone are known, and of an empty list not even whether it could be read.
  return sumInText(
    report.worst.map(({ findings }) => findings),
    report.worst.length < WORST_MAX,
  );
}

/** Of several images together: what is known of them. */
export function boardFindingsInText(reports: readonly (ImageReport | null)[]): string {
  const known = reports.flatMap(findingsOf);
  return sumInText(known, known.length === reports.length);
}

function findingsOf(report: ImageReport | null): readonly Findings[] {
  return report === null || report.findings === null ? [] : [report.findings];
}

function sumInText(known: readonly Findings[], isAll: boolean): string {
  if (known.length === 0) return '';
  const sum = (kind: 'critical' | 'high'): number => known.reduce((total, one) => total + one[kind], 0);
  return ` · ${isAll ? '' : 'at least '}${findingsText({ critical: sum('critical'), high: sum('high') })}`;
}

/** No green tick may stand for that. */
export function hasCritical(report: Report | null): boolean {
  if (report?.kind === 'regular') return report.worst.some(({ findings }) => findings.critical >= 1);
  return (report?.findings?.critical ?? 0) >= 1;
}
