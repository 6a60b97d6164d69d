/** Requests reports from the Console: findings of ended scans, and causes of stalls. */

import { messageOf } from '../errors.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import type { Log } from '../log.ts';
import type { Result } from '../prisma-cloud/http/result.ts';
import type { Diagnosis, RegularReport } from '../scan/report.ts';
import type { ResultsObservation } from '../scan/result.ts';
import type { Target } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import {
  type DueReport,
  giveUpReport,
  putOffReport,
  type ReportBody,
  saveReport,
  claimDueReports,
} from '../store/reports.ts';
import type { RememberImages } from './known-images.ts';

export interface ReportOptions {
  readonly database: Database;
  /** The latest result of each target, in the same order. None of these rejects. */
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
  readonly fetchRegularReport: () => Promise<Result<RegularReport>>;
  readonly fetchDiagnosis: (target: Target) => Promise<Result<Diagnosis>>;
  readonly rememberImages: RememberImages;
  readonly now: () => number;
  /** Messages that waited are due. */
  readonly onReported: () => void;
  readonly log: Log;
}

/** Image names that fit into one request for results. */
const CONCURRENCY = 20;
/** An image's result shows seconds after its scan ended. */
const AGAIN_MS = 4_000;

/** Requests the due reports once, up to the number that fits into one request. Never rejects. */
export async function report(options: ReportOptions): Promise<void> {
  const { database, now, log } = options;
  try {
    const at = now();
    const due = await claimDueReports(database, { now: at, againAt: at + 2 * AGAIN_MS, limit: CONCURRENCY });
    if (due.length === 0) return;
    const ofImages = due.filter(({ topic, target }) => topic === 'end' && target.kind === 'image');
    const others = due.filter((one) => !ofImages.includes(one));
    await Promise.all([reportImages(options, ofImages), ...others.map((one) => reportOther(options, one))]);
    options.onReported();
  } catch (error) {
    log.error({ error: messageOf(error) }, 'report failed; messages go without it');
  }
}

async function reportImages(options: ReportOptions, due: readonly DueReport[]): Promise<void> {
  if (due.length === 0) return;
  const observations = await options.fetchResults(due.map(({ target }) => target));
  await Promise.all(
    due.map((report, index) => settle(options, report, toImageReport(report, observations[index]))),
  );
}

/** null where the Console has no result of this scan yet. */
function toImageReport(
  { basis, beforeAt }: DueReport,
  observation: ResultsObservation | undefined,
): ReportBody | null {
  if (observation?.kind !== 'answered' || observation.result === null) return null;
  const { scannedAt, findings, error } = observation.result;
  if (basis.newerThan !== null && scannedAt <= basis.newerThan) return null;
  // Requested late, the report of the previous scan may have used this very result: then there is nothing to compare.
  const isBefore = beforeAt === null || beforeAt < scannedAt;
  return { kind: 'image', findings, before: isBefore ? basis.before : null, error, scannedAt };
}

async function reportOther(options: ReportOptions, report: DueReport): Promise<void> {
  if (report.topic === 'end') {
    const answered = await options.fetchRegularReport();
    if (answered.kind === 'answered') await options.rememberImages(imagesIn(answered.value));
    return settle(options, report, answered.kind === 'answered' ? answered.value : null);
  }
  const answered = await options.fetchDiagnosis(report.target);
  const body = answered.kind === 'answered' ? { kind: 'diagnosis' as const, ...answered.value } : null;
  return settle(options, report, body);
}

function imagesIn({ worst }: RegularReport): readonly ImageReference[] {
  return worst.flatMap(({ name }) => {
    const parsed = parseReference(name);
    return parsed.kind === 'reference' ? [parsed.reference] : [];
  });
}

async function settle(
  { database, now }: ReportOptions,
  { id, until }: DueReport,
  body: ReportBody | null,
): Promise<void> {
  const at = now();
  if (body !== null) await saveReport(database, { id, body, now: at });
  else if (at + AGAIN_MS >= until) await giveUpReport(database, { id, now: at });
  else await putOffReport(database, { id, dueAt: at + AGAIN_MS });
}
