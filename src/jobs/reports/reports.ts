/** Requests reports from the Console: findings of ended scans, and causes of stalls. */

import type { RememberImages } from '../known-images.ts';
import { type ImageReportOptions, reportImages, type Saved } from './image-reports.ts';
import { type ImageReference, parseReference } from '../../image/reference.ts';
import type { Result } from '../../prisma-cloud/http/result.ts';
import type { Diagnosis, RegularReport } from '../../scan/results/report.ts';
import type { Target } from '../../scan/target.ts';
import type { Database } from '../../store/database.ts';
import {
  type DueReport,
  giveUpReport,
  putOffReport,
  saveReport,
  claimDueReports,
} from '../../store/reports.ts';

export interface ReportOptions extends ImageReportOptions {
  readonly database: Database;
  readonly fetchRegularReport: () => Promise<Result<RegularReport>>;
  readonly fetchDiagnosis: (target: Target) => Promise<Result<Diagnosis>>;
  readonly rememberImages: RememberImages;
  readonly now: () => number;
  /** What waited is due. */
  readonly onReported: () => void;
}

/** As many names as fit into one request for results. */
const CONCURRENCY = 20;
/** An image's result shows seconds after its scan ended. */
const AGAIN_MS = 4_000;
/** Of a process that was killed; longer than both requests about an image take, as a rule. */
const CLAIM_MS = 12_000;

/** Requests the due reports once, up to the number that fits into one request. After an error messages go without them. */
export async function report(options: ReportOptions): Promise<void> {
  const { database, now } = options;
  const at = now();
  const due = await claimDueReports(database, { now: at, againAt: at + CLAIM_MS, limit: CONCURRENCY });
  if (due.length === 0) return;
  const ofImages = due.filter(({ topic, target }) => topic === 'end' && target.kind === 'image');
  const others = due.filter((report) => !ofImages.includes(report));
  await Promise.all([
    reportImages(options, ofImages, (report, saved) => settle(options, report, saved)),
    ...others.map((report) => reportOther(options, report)),
  ]);
  options.onReported();
}

async function reportOther(options: ReportOptions, report: DueReport): Promise<void> {
  if (report.topic === 'end') {
    const fetched = await options.fetchRegularReport();
    if (fetched.kind === 'answered') await options.rememberImages(imagesIn(fetched.value));
    return settle(options, report, fetched.kind === 'answered' ? { body: fetched.value } : null);
  }
  const fetched = await options.fetchDiagnosis(report.target);
  if (fetched.kind === 'failed') return settle(options, report, null);
  return settle(options, report, { body: { kind: 'diagnosis', ...fetched.value } });
}

function imagesIn({ worst }: RegularReport): readonly ImageReference[] {
  return worst.flatMap(({ name }) => {
    const parsed = parseReference(name);
    return parsed.kind === 'reference' ? [parsed.reference] : [];
  });
}

async function settle(
  { database, now, onReported }: ReportOptions,
  { id, until }: DueReport,
  saved: Saved | null,
): Promise<void> {
  const at = now();
  if (saved !== null) {
    await saveReport(database, { ...saved, id, now: at });
    onReported();
  } else if (at + AGAIN_MS >= until) await giveUpReport(database, { id, now: at });
  else await putOffReport(database, { id, dueAt: at + AGAIN_MS });
}
