/** Writes a whole plan in one transaction, or nothing. */

import { stringifyContent, stringifySnapshot } from '../scan/state/stored-snapshot.ts';
import { randomUUID } from 'node:crypto';
import { isRepeatable, type Plan, type PlannedScan, type PlannedWatch } from '../scan/plan.ts';
import type { PlannedNotice } from '../scan/plan-reports.ts';
import { NO_STEP } from '../scan/state/ongoing-scan.ts';
import { stringifyTargetState } from '../scan/state/stored-state.ts';
import { endLines, insertMessages } from './outbox/messages.ts';
import type { Database, Statement } from './database.ts';
import {
  dropUntried,
  insertDeliveries,
  insertDeliveriesAfter,
  type Line,
  updateMessages,
} from './outbox/enqueue.ts';
import { type Fragment, keysIn, oneRow, sql, withOptions } from './sql.ts';
import { insertReport, reportId } from './reports.ts';
import { insertNextSubscriptionWatches } from './subscriptions.ts';
import { endWaits, giveUpWaits } from './scans/waits.ts';

export interface RecordedPlan {
  readonly plan: Plan;
  readonly targetId: string;
  readonly owner: string;
  /** The target's version when the plan's watches were read. */
  readonly version: number;
  readonly now: number;
}

/**
 * False where the lease was lost or the watches changed: nothing was written, and the plan must be made again for the
 * current watches.
 */
export async function recordPlan(database: Database, record: RecordedPlan): Promise<boolean> {
  const { plan, targetId } = record;
  const mayBeLost = isRepeatable(plan);
  const statements = [
    saveTarget(record),
    ...(plan.unparsed === null ? [] : retainUnparsed(targetId, plan.unparsed, record.now)),
    ...[plan.scan, plan.nextScan].flatMap((scan) => (scan ? [saveScan(targetId, scan)] : [])),
    ...(plan.report === null ? [] : [insertReport(targetId, plan.report, record.now)]),
    ...waitStatements(record),
    ...groupAlike(plan.watches.map(toLine)).flatMap((group) => planStatements(group, record)),
    ...groupAlike(plan.notices).flatMap((group) => noticeStatements(group, record)),
  ];
  const result = await database.batch(statements.map((statement) => withOptions(statement, { mayBeLost })));
  return result !== null;
}

function waitStatements({ plan: { waits }, targetId, now }: RecordedPlan): readonly Statement[] {
  const { endedScan: scan, madeUntil } = waits;
  return scan === null
    ? giveUpWaits(waits.expiredWaits, now)
    : [endWaits(targetId, { scan, madeUntil, now })];
}

function saveTarget({ plan, targetId, owner, version, now }: RecordedPlan): Statement {
  const { nextResultsCheckAt: checkAt } = plan;
  // Zero marks an unknown outcome of a crashed process; it stays until the results are checked. The version
  // increments, because a suspended process may hold an older state of a target that it has leased again.
  return oneRow`update targets
    set state = ${stringifyTargetState(plan.state)}, version = version + 1,
      next_poll_at = ${plan.nextPollAt}, last_requested_at = ${now}, is_unwatched = 0,
      results_check_at = ${checkAt === null ? null : sql`case when results_check_at = 0 then 0 else ${checkAt} end`},
      lease_owner = null, lease_until = null
    where id = ${targetId} and lease_owner = ${owner} and version = ${version}`;
}

/** A proxy may respond with its own page for days: the latest few are enough. */
const RETAINED_UNPARSED = 5;

function retainUnparsed(targetId: string, body: string, now: number): readonly Statement[] {
  return [
    sql`insert into unparsed_responses (id, target_id, at, body, number)
      select ${randomUUID()}, ${targetId}, ${now}, ${body}, coalesce(max(number), 0) + 1 from unparsed_responses
        where target_id = ${targetId}`,
    sql`delete from unparsed_responses where target_id = ${targetId}
      and number <= (select max(number) from unparsed_responses where target_id = ${targetId}) - ${RETAINED_UNPARSED}`,
  ];
}

/** While it goes on, its target has all of it. */
function saveScan(targetId: string, { snapshot, ...scan }: PlannedScan): Statement {
  const written = scan.endedAt === null ? { ...snapshot, registries: [], discovery: NO_STEP } : snapshot;
  return sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
    values (${targetId}, ${scan.number}, ${scan.startedAt}, ${scan.endedAt}, ${stringifySnapshot(written)})
    on conflict (target_id, number) do update set ended_at = excluded.ended_at, snapshot = excluded.snapshot`;
}

/** Watches with the same planned change. */
interface Group<T> {
  /** Of one of them. */
  readonly planned: T;
  readonly lines: readonly Line[];
}

type PlannedEnd = Extract<PlannedWatch, { readonly kind: 'end' }>;
type PlannedShow = Pick<Exclude<PlannedWatch, PlannedEnd>, 'kind' | 'lastFingerprint'>;
type PlannedLine = (PlannedEnd | PlannedShow) & Line & { readonly isSilent: boolean };

/** A silent watch gets a message of its own, which has its id. Until its end, its content is what the target says. */
function toLine(planned: PlannedWatch): PlannedLine {
  const { id: watchId } = planned;
  const messageId = planned.kind === 'begin' ? null : planned.messageId;
  const line = { watchId, messageId: messageId ?? watchId, isSilent: messageId === null };
  if (planned.kind === 'end') return { ...planned, ...line };
  return { kind: planned.kind, lastFingerprint: planned.lastFingerprint, ...line };
}

/** A target may have thousands of watches, and other writers wait meanwhile: one statement serves many. */
function groupAlike<T extends Line>(planned: readonly T[]): readonly Group<T>[] {
  const groups = Map.groupBy(planned, (line) =>
    JSON.stringify({ ...line, id: null, watchId: null, messageId: null }),
  );
  return [...groups.values()].flatMap((lines) => {
    const [planned] = lines;
    return planned === undefined ? [] : [{ planned, lines }];
  });
}

function planStatements({ planned, lines }: Group<PlannedLine>, record: RecordedPlan): readonly Statement[] {
  const { now } = record;
  const watchIds = lines.map(({ watchId }) => watchId);
  switch (planned.kind) {
    case 'update':
      return [
        setWatches(watchIds, sql`last_fingerprint = ${planned.lastFingerprint}, content = null where true`),
        ...updateMessages(
          lines.map(({ messageId }) => messageId),
          now,
        ),
      ];
    case 'begin':
      return [
        setWatches(watchIds, sql`last_fingerprint = ${planned.lastFingerprint}, content = null where true`),
        ...insertMessages(watchIds),
        ...insertDeliveries(
          watchIds.map((messageId) => ({ messageId })),
          { kind: 'live', scan: 0, content: null, now, dueAt: now },
        ),
      ];
    case 'end':
      return endStatements({ planned, lines }, record);
  }
}

/** `change`: assignments and a condition. */
function setWatches(watchIds: readonly string[], change: Fragment): Statement {
  return sql`update watches set ${change} and id in ${keysIn(watchIds)}`;
}

/** A completion waits a moment for its report. A watch that has shown nothing ends on a message of its own, too. */
function endStatements(
  { planned: { content, notifyFrom, isSilent }, lines }: Group<PlannedLine & { readonly kind: 'end' }>,
  { plan, targetId, now }: RecordedPlan,
): readonly Statement[] {
  const report = content.end === 'scan-ended' ? plan.report : null;
  const awaited = report === null ? null : reportId(targetId, report);
  const watchIds = lines.map(({ watchId }) => watchId);
  // An end that was confirmed late is that of the scan before the ongoing one.
  const scan = content.end === 'scan-ended' ? content.snapshot.scan : plan.state.scanCount;
  return [
    ...(isSilent ? insertMessages(watchIds) : []),
    setWatches(
      watchIds,
      sql`state = ${content.end}, ended_at = ${now}, notify_from = ${notifyFrom}, report_id = ${awaited},
        content = ${stringifyContent(content)} where state = 'active'`,
    ),
    ...endLines(lines, { content, scan, now, isDecisive: report?.isDecisive === true }),
    ...insertNextSubscriptionWatches({ watchIds, afterScanNumber: scan, now }),
  ];
}

/** A resumed scan is posted only where its stall was posted or is being posted; otherwise both are dropped. */
function noticeStatements(
  { planned: { topic, scan, since, content }, lines }: Group<PlannedNotice>,
  { plan: { report }, targetId, now }: RecordedPlan,
): readonly Statement[] {
  const notice = { kind: 'notice', scan, content, now, dueAt: now } as const;
  const delivery = { ...notice, topic: `${topic}/${String(since)}` };
  if (report !== null) {
    const waiting = { reportId: reportId(targetId, report), dueAt: now + report.waitMs };
    return insertDeliveries(lines, { ...delivery, ...waiting });
  }
  const stalled = { ...notice, topic: `stalled/${String(since)}` };
  return [...dropUntried(lines, stalled), ...insertDeliveriesAfter(lines, delivery, stalled)];
}
