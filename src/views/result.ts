/** What a result makes of an end: the Console may report one as any other where the image could not be pulled. */

import type { Report } from '../scan/report.ts';
import type { Snapshot } from '../scan/snapshot.ts';

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
