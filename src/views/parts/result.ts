/** How a result changes an end: the Console may report an image that could not be pulled as completed. */

import type { Findings } from '../../scan/results/findings.ts';
import { type EndedScan, type ImageReport, type Report, WORST_MAX } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { clock } from '../kit/mrkdwn.ts';
import { findingsLine, findingsText } from './findings.ts';

/** "The last scan completed Jan 2, 2:03 PM · *1 critical* · 4 high". mrkdwn. */
export function endedScanLine(scan: EndedScan): string {
  const found = scan.findings === null ? '' : ` · ${findingsLine(scan.findings)}`;
  return `The ${lastScanWords(scan)}${found}`;
}

/** "last scan completed Jan 2, 2:03 PM". mrkdwn. */
export function lastScanWords({ state, hasErrors, endedAt }: EndedScan): string {
  const how = state === 'stopped' ? 'was stopped' : hasErrors ? `${state} with errors` : state;
  return `last scan ${how} ${clock(endedAt, '{date_short_pretty} {time}')}`;
}

/** `''` where the image could be scanned, or if unknown. From outside: escape before showing. */
export function errorInResult(report: Report | null): string {
  return report?.kind === 'image' ? report.error : '';
}

export function endByResult(snapshot: Snapshot, report: Report | null): Snapshot {
  return errorInResult(report) === '' ? snapshot : { ...snapshot, state: 'failed' };
}

/** The Console reported an end without images, and no result shows otherwise. */
export function isNothingScanned({ state, evidence, images }: Snapshot, report: Report | null): boolean {
  const isEmpty = images.total === 0 && images.scanned === 0;
  return state === 'completed' && evidence === 'reported' && isEmpty && report?.kind !== 'image';
}

/** ` · 1 critical · 4 high`, for the end of a notification; `''` if unknown, or while the scan is ongoing. */
export function findingsInText(report: Report | null): string {
  // Of the registry scan only the worst images are known.
  return sumInText(knownFindings(report), report?.kind !== 'regular' || report.worst.length < WORST_MAX);
}

/** Sum of the known findings of several images. */
export function boardFindingsInText(reports: readonly (ImageReport | null)[]): string {
  const known = reports.flatMap(knownFindings);
  return sumInText(known, known.length === reports.length);
}

/** Empty where none are known: an empty list of the registry scan may have been unreadable. */
export function knownFindings(report: Report | null): readonly Findings[] {
  if (report?.kind === 'regular') return report.worst.map(({ findings }) => findings);
  return report === null || report.findings === null ? [] : [report.findings];
}

function sumInText(known: readonly Findings[], isAll: boolean): string {
  if (known.length === 0) return '';
  const sum = (kind: 'critical' | 'high'): number =>
    known.reduce((total, findings) => total + findings[kind], 0);
  return ` · ${isAll ? '' : 'at least '}${findingsText({ critical: sum('critical'), high: sum('high') })}`;
}

export function hasCritical(report: Report | null): boolean {
  return knownFindings(report).some(({ critical }) => critical >= 1);
}
