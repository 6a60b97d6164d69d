/** Reports: what is requested from the Console besides progress, and the messages that wait for it. */

import * as z from 'zod';
import type { PlannedReport } from '../scan/plan-reports.ts';
import type { Diagnosis, ImageReport, Report, ComparisonBasis, ReportTopic } from '../scan/results/report.ts';
import { type Findings, SEVERITIES } from '../scan/results/findings.ts';
import type { Vulnerabilities } from '../scan/results/vulnerabilities.ts';
import { type Target, targetId } from '../scan/target.ts';
import { showDiagnosis, showReport } from './outbox/messages.ts';
import { markBelow } from './outbox/withhold.ts';
import type { Database, Row, Statement } from './database.ts';
import { parseTarget } from './targets.ts';
import { runBatch, sql, withOptions } from './sql.ts';

/** What the Console reported, as `reports.body` has it in JSON. */
export type ReportBody = Report | ({ readonly kind: 'diagnosis' } & Diagnosis);

export interface DueReport {
  readonly id: string;
  readonly target: Target;
  readonly topic: ReportTopic;
  readonly basis: ComparisonBasis;
  /** Console time of the result whose findings the basis has, epoch ms; null if unknown. */
  readonly beforeAt: number | null;
  /** What the scan before had; null where its ids are not known, or where a scan came in between. */
  readonly vulnerabilitiesBefore: { readonly scannedAt: number; readonly keys: Vulnerabilities } | null;
  /** When it is given up, epoch ms. */
  readonly until: number;
}

export interface NewReport extends PlannedReport {
  /** Id of the scan request that it is about: several may fail before a scan is seen. */
  readonly request?: string;
}

export function reportId(
  targetId: string,
  { scan, topic, request }: Pick<NewReport, 'scan' | 'topic' | 'request'>,
): string {
  return [targetId, scan, topic, request].filter((part) => part !== undefined).join(' ');
}

export function insertReport(targetId: string, report: NewReport, now: number): Statement {
  return sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
    values (${reportId(targetId, report)}, ${targetId}, ${report.scan}, ${report.topic},
      ${JSON.stringify(report.basis)}, ${now}, ${now + report.waitMs}, ${now}) on conflict do nothing`;
}

/** Due time of the next report, epoch ms; null for none. */
export async function nextReportAt(database: Database): Promise<number | null> {
  const [row] = await database.query(sql`select min(due_at) as at from reports where due_at is not null`);
  return nextRow.parse(row).at;
}

const nextRow = z.object({ at: z.coerce.number().nullable() });

/** SQL: the report at the end of the previous scan. */
const BEFORE = sql`from reports b where b.target_id = reports.target_id and b.topic = 'end' and b.scan < reports.scan
  order by b.scan desc limit 1`;

/** Claims up to `limit` due reports by moving them to `againAt`, so that no other process requests them. Epoch ms. */
export async function claimDueReports(
  database: Database,
  { now, againAt, limit }: { now: number; againAt: number; limit: number },
): Promise<readonly DueReport[]> {
  // Reports can be requested again, so nothing here waits for the disk: a completion waits for it.
  const claim = sql`update reports set due_at = ${againAt}
      where id in (select id from reports where due_at <= ${now} order by due_at limit ${limit}) and due_at <= ${now}
      returning id, topic, basis, give_up_at, (select reference from targets t
        where t.id = reports.target_id) as reference,
        (select b.body ${BEFORE}) as body_before, (select b.vulnerabilities ${BEFORE}) as vulnerabilities_before`;
  const results = await runBatch(database, [withOptions(claim, { mayBeLost: true })]);
  return results.flat().map(toDueReport);
}

const dueRow = z.object({
  id: z.string(),
  topic: z.enum(['end', 'stall', 'start']),
  basis: z.string(),
  give_up_at: z.coerce.number(),
  reference: z.string().nullable(),
  body_before: z.string().nullable(),
  vulnerabilities_before: z.string().nullable(),
});

function toDueReport(row: Row): DueReport {
  const { id, topic, basis, give_up_at: until, reference, ...before } = dueRow.parse(row);
  // Written only by insertReport.
  const parsed = JSON.parse(basis) as ComparisonBasis;
  const last = imageReportIn(before.body_before);
  const previous = parsed.before === null ? last : null;
  return {
    id,
    topic,
    basis: previous === null ? parsed : { ...parsed, before: previous.findings },
    beforeAt: previous?.scannedAt ?? null,
    vulnerabilitiesBefore: vulnerabilitiesOf(
      last,
      parsed.before ?? previous?.findings ?? null,
      before.vulnerabilities_before,
    ),
    until,
    target: parseTarget(reference),
  };
}

/** The report at the end of the previous scan: later results were not checked. */
function imageReportIn(body: string | null): ImageReport | null {
  const report = parseReportBody(body);
  return report?.kind === 'image' ? report : null;
}

/** As long as it found what the last results did: else a scan came in between, and its ids are not known. */
function vulnerabilitiesOf(
  last: ImageReport | null,
  before: Findings | null,
  written: string | null,
): DueReport['vulnerabilitiesBefore'] {
  const { scannedAt, findings = null } = last ?? {};
  if (written === null || scannedAt === undefined || findings === null || before === null) return null;
  const isSame = SEVERITIES.every((severity) => findings[severity] === before[severity]);
  // Written by saveReport alone.
  return isSame ? { scannedAt, keys: JSON.parse(written) as Vulnerabilities } : null;
}

export interface SavedReport {
  readonly id: string;
  readonly body: ReportBody;
  /** What the next scan is compared with; left out, or null, where it is not known by ids. */
  readonly vulnerabilities?: Vulnerabilities | null;
  readonly now: number;
}

/** The report came: messages that wait for it are due now. */
export async function saveReport(
  database: Database,
  { id, body, vulnerabilities = null, now }: SavedReport,
): Promise<void> {
  const isFailed = body.kind === 'image' && body.error !== '';
  const statements = [
    sql`update reports set body = ${JSON.stringify(body)},
      vulnerabilities = ${vulnerabilities === null ? null : JSON.stringify(vulnerabilities)}, due_at = null
        where id = ${id}`,
    ...(body.kind === 'image' ? [deleteOlderVulnerabilities(id)] : []),
    ...(body.kind === 'diagnosis'
      ? await showDiagnosis(database, { id, now })
      : await markBelow(database, { reportId: id, report: body })),
    sendWaiting(id, now),
    ...(await showReport(database, { id, isFailed, now })),
  ];
  await database.batch(statements.map((statement) => withOptions(statement, { mayBeLost: true })));
}

/** Only the last of a target is compared with, and there may be thousands of keys. */
function deleteOlderVulnerabilities(id: string): Statement {
  return sql`update reports set vulnerabilities = null where vulnerabilities is not null
    and target_id = (select r.target_id from reports r where r.id = ${id})
    and scan < (select r.scan from reports r where r.id = ${id})`;
}

/** The report timed out: messages that wait for it are sent without. */
export async function giveUpReport(
  database: Database,
  { id, now }: { id: string; now: number },
): Promise<void> {
  await database.batch([
    sql`update reports set due_at = null where id = ${id}`,
    sendWaiting(id, now),
    ...(await showReport(database, { id, isFailed: false, now })),
  ]);
}

/** Retries at `dueAt`, epoch ms. */
export async function putOffReport(
  database: Database,
  { id, dueAt }: { id: string; dueAt: number },
): Promise<void> {
  await database.query(sql`update reports set due_at = ${dueAt} where id = ${id} and body is null`);
}

function sendWaiting(id: string, now: number): Statement {
  return sql`update deliveries set due_at = ${now}
    where report_id = ${id} and state = 'pending' and attempts = 0 and due_at > ${now}`;
}

/** Findings of a scan; null if unknown. */
export async function findEndReport(
  database: Database,
  target: Target,
  scan: number,
): Promise<Report | null> {
  return withoutDiagnosis(await findReport(database, reportId(targetId(target), { scan, topic: 'end' })));
}

/** What a scan found was requested from the Console, and may still come. */
export async function isEndReportPending(database: Database, target: Target, scan: number): Promise<boolean> {
  const id = reportId(targetId(target), { scan, topic: 'end' });
  const rows = await database.query(sql`select id from reports where id = ${id} and due_at is not null`);
  return rows.length > 0;
}

/** Why a scan stalls; null if unknown, or unknown so far. */
export async function findDiagnosis(
  database: Database,
  target: Target,
  scan: number,
): Promise<Diagnosis | null> {
  return diagnosisIn(await findReport(database, reportId(targetId(target), { scan, topic: 'stall' })));
}

/** null where it does not exist. */
export async function findReport(database: Database, id: string): Promise<ReportBody | null> {
  const [row] = await database.query(sql`select body from reports where id = ${id}`);
  return parseReportBody(row?.['body']);
}

/** Parses the column written by saveReport; null where nothing was written. */
export function parseReportBody(body: unknown): ReportBody | null {
  return typeof body === 'string' ? (JSON.parse(body) as ReportBody) : null;
}

/** Drops a diagnosis, which says why a scan does not progress, not what it found. */
export function withoutDiagnosis(body: ReportBody | null): Report | null {
  return body?.kind === 'diagnosis' ? null : body;
}

export function diagnosisIn(body: ReportBody | null): Diagnosis | null {
  return body?.kind === 'diagnosis' ? body : null;
}
