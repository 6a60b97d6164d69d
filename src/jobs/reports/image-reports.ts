/**
 * What scans of images found: one request for the counts of all of them, and one more for the vulnerabilities of several
 * that found anything. Where that comes to nothing, or takes too long, the counts stay.
 */

import { type Result, valueOf } from '../../prisma-cloud/http/result.ts';
import { countVulnerabilities } from '../../scan/results/findings.ts';
import type { ImageReport } from '../../scan/results/report.ts';
import type { ImageResult, ResultsObservation } from '../../scan/results/result.ts';
import type { Target } from '../../scan/target.ts';
import {
  changedCriticals,
  differenceById,
  NO_VULNERABILITIES,
  type ResultDetails,
  selectActionItems,
  type Vulnerabilities,
} from '../../scan/results/vulnerabilities.ts';
import type { DueReport, SavedReport } from '../../store/reports.ts';
import { type Alarm, setAlarm } from '../../loop.ts';

export interface ImageReportOptions {
  /** The latest result of each target, in the same order. None of these rejects. */
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
  /** What full results tell, in the same order; null where the Console shows another one by now. Not sent once the signal has aborted. */
  readonly fetchDetails: (
    results: readonly ImageResult[],
    leaseSignal: AbortSignal,
  ) => Promise<Result<readonly (ResultDetails | null)[]>>;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export type Saved = Pick<SavedReport, 'body' | 'vulnerabilities'>;

type Settle = (report: DueReport, saved: Saved | null) => Promise<void>;

/** Each is settled as soon as it is known; null where the Console shows no result of this scan yet. */
export async function reportImages(
  options: ImageReportOptions,
  due: readonly DueReport[],
  settle: Settle,
): Promise<void> {
  if (due.length === 0) return;
  const observations = await options.fetchResults(due.map(({ target }) => target));
  const counted = due.map((report, index) => ({ report, body: toImageReport(report, observations[index]) }));
  const detailed = counted.flatMap(toDetailed);
  const others = counted.filter(({ report }) => !detailed.some((item) => item.report === report));
  await Promise.all([
    ...others.map(({ report, body }) => settle(report, body && withoutRequest(report, body))),
    ...groupsOf(detailed).map(async (group) => {
      const details = await fetchInTime(options, group);
      await Promise.all(
        group.map((item, index) => settle(item.report, withDetails(item, details?.[index] ?? null))),
      );
    }),
  ]);
}

type CountedReport = ImageReport & { readonly scannedAt: number };

function toImageReport(
  { basis, beforeAt }: DueReport,
  observation: ResultsObservation | undefined,
): CountedReport | null {
  if (observation?.kind !== 'answered' || observation.result === null) return null;
  const { scannedAt, findings, error } = observation.result;
  if (basis.newerThan !== null && scannedAt <= basis.newerThan) return null;
  // Requested late, the report of the previous scan may have used this very result: then there is nothing to compare.
  const isBefore = beforeAt === null || beforeAt < scannedAt;
  return { kind: 'image', findings, before: isBefore ? basis.before : null, error, scannedAt };
}

/** A scan that found something, of which the Console can tell more. */
interface Detailed extends ImageResult {
  readonly report: DueReport;
  readonly body: CountedReport;
  readonly vulnerabilities: number;
}

function toDetailed({ report, body }: { report: DueReport; body: CountedReport | null }): Detailed[] {
  if (body === null || body.findings === null || report.target.kind !== 'image') return [];
  const vulnerabilities = countVulnerabilities(body.findings);
  if (vulnerabilities === 0 && body.findings.compliance === 0) return [];
  const { reference } = report.target;
  return [{ report, body, vulnerabilities, reference, scannedAt: body.scannedAt }];
}

function withoutRequest(report: DueReport, body: CountedReport): Saved {
  return withDetails({ report, body }, body.findings === null ? null : NOTHING);
}

const NOTHING: ResultDetails = { vulnerabilities: NO_VULNERABILITIES, fixable: [], policy: null };

/** A full row has a kilobyte per vulnerability, and a response of more than 5 MB is rejected. */
const IMAGES_PER_REQUEST = 8;
const VULNERABILITIES_PER_REQUEST = 2_000;

function groupsOf(detailed: readonly Detailed[]): readonly (readonly Detailed[])[] {
  const groups: Detailed[][] = [];
  let left = 0;
  for (const item of detailed) {
    const group = groups.at(-1);
    // May be negative: one that has too many alone is still requested, in a group of its own.
    left -= item.vulnerabilities;
    if (group !== undefined && group.length < IMAGES_PER_REQUEST && left >= 0) group.push(item);
    else {
      groups.push([item]);
      left = VULNERABILITIES_PER_REQUEST - item.vulnerabilities;
    }
  }
  return groups;
}

function withDetails(
  { report, body: counted }: Pick<Detailed, 'report' | 'body'>,
  details: ResultDetails | null,
): Saved {
  if (details === null) return { body: counted };
  const { vulnerabilities, fixable, policy } = details;
  const { vulnerabilitiesBefore } = report;
  const isOlder = vulnerabilitiesBefore !== null && vulnerabilitiesBefore.scannedAt < counted.scannedAt;
  const before = isOlder ? vulnerabilitiesBefore.keys : null;
  const isComparable = vulnerabilities !== null && before !== null;
  const body: ImageReport = {
    ...counted,
    ...(isComparable && changesOf(vulnerabilities, before)),
    toActOn: selectActionItems(fixable, before),
    ...(policy !== null && { policy }),
  };
  return { body, vulnerabilities };
}

function changesOf(
  now: Vulnerabilities,
  before: Vulnerabilities,
): Pick<ImageReport, 'difference' | 'changedCriticals'> {
  const changed = changedCriticals(now, before);
  return { difference: differenceById(now, before), ...(changed !== null && { changedCriticals: changed }) };
}

/** Other reports and the completion wait: details that are late are left out. */
const DETAILS_MS = 6_000;

/** null where it came to nothing. */
async function fetchInTime(
  { fetchDetails, alarm = setAlarm }: ImageReportOptions,
  results: readonly ImageResult[],
): Promise<readonly (ResultDetails | null)[] | null> {
  const limit = new AbortController();
  const late = Promise.withResolvers<null>();
  const cancel = alarm(DETAILS_MS, () => {
    limit.abort();
    late.resolve(null);
  });
  const fetched = fetchDetails(results, limit.signal);
  const details = await Promise.race([late.promise, fetched.then(valueOf)]);
  cancel();
  return details;
}
