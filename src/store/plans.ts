/** Writes a whole plan in one transaction, or nothing of it. */

import { randomUUID } from 'node:crypto';
import type { Plan, PlannedScan, PlannedWatch } from '../scan/plan.ts';
import type { PlannedNotice } from '../scan/plan-reports.ts';
import { endLine, updateLine } from './board-lines.ts';
import type { Database, Statement } from './database.ts';
import {
  deliveryId,
  dropUntried,
  insertDelivery,
  insertDeliveryAfter,
  insertEnd,
  upsertUpdate,
} from './deliveries.ts';
import { insertReport, reportId } from './reports.ts';
import { keepStanding } from './subscriptions.ts';

export interface RecordedPlan {
  readonly plan: Plan;
  readonly targetId: string;
  readonly owner: string;
  /** Of the target, as it was when the plan's watches were read. */
  readonly version: number;
  readonly now: number;
}

/**
 * False where the lease was lost or the watches changed since they were read: then nothing was written, and the plan is
 * to be made again for the watches as they are now.
 */
export async function recordPlan(database: Database, record: RecordedPlan): Promise<boolean> {
  const { plan, targetId } = record;
  const result = await database.batch([
    saveTarget(record),
    ...(plan.unread === null ? [] : keepUnread(targetId, plan.unread, record.now)),
    ...(plan.scan === null ? [] : [saveScan(targetId, plan.scan)]),
    ...(plan.report === null ? [] : [insertReport(targetId, plan.report, record.now)]),
    ...plan.watches.flatMap((watch) => planStatements(watch, record)),
    ...plan.notices.flatMap((notice) => noticeStatements(notice, record)),
  ]);
  return result !== null;
}

function saveTarget({ plan, targetId, owner, version, now }: RecordedPlan): Statement {
  return {
    // Nought is a doubt that a killed process left: it stays until somebody has looked.
    sql: `update targets
      set state = $1, next_poll_at = $2, touched_at = $3, is_left = 0, lease_owner = null, lease_until = null,
        look_at = case when look_at = 0 and cast($7 as bigint) is not null then 0 else cast($7 as bigint) end
      where id = $4 and lease_owner = $5 and version = $6 returning id`,
    params: [JSON.stringify(plan.state), plan.nextReadingAt, now, targetId, owner, version, plan.nextLookAt],
    expect: 1,
  };
}

/** A proxy may answer with a page of its own for days: the latest few tell as much as all of them. */
const KEPT_UNREAD = 5;

function keepUnread(targetId: string, body: string, now: number): readonly Statement[] {
  return [
    {
      sql: `insert into unread_answers (id, target_id, at, body, number)
        select $1, $2, $3, $4, coalesce(max(number), 0) + 1 from unread_answers where target_id = $2`,
      params: [randomUUID(), targetId, now, body],
    },
    {
      sql: `delete from unread_answers where target_id = $1
        and number <= (select max(number) from unread_answers where target_id = $1) - $2`,
      params: [targetId, KEPT_UNREAD],
    },
  ];
}

function saveScan(targetId: string, scan: PlannedScan): Statement {
  return {
    sql: `insert into scans (target_id, number, started_at, ended_at, snapshot) values ($1, $2, $3, $4, $5)
      on conflict (target_id, number) do update set ended_at = excluded.ended_at, snapshot = excluded.snapshot`,
    params: [targetId, scan.number, scan.startedAt, scan.endedAt, JSON.stringify(scan.snapshot)],
  };
}

function planStatements(watch: PlannedWatch, { plan, targetId, now }: RecordedPlan): readonly Statement[] {
  const { id: watchId, content } = watch;
  const scan = plan.state.scans;
  switch (watch.kind) {
    case 'update': {
      const { boardId } = watch;
      return [
        { sql: 'update watches set queued = $2 where id = $1', params: [watchId, watch.queued] },
        // No scan in the id: there is one update per watch, and newer content overwrites it.
        ...(boardId === null
          ? upsertUpdate({ watchId, kind: 'update', scan: 0, content, now, dueAt: now })
          : updateLine({ watchId, boardId, content, now })),
      ];
    }
    case 'begin':
      return [
        {
          sql: 'update watches set queued = $2, is_shown = 1 where id = $1',
          params: [watchId, watch.queued],
        },
        insertDelivery({ watchId, kind: 'live', scan: 0, content, now, dueAt: now }),
      ];
    case 'end':
      return [
        {
          sql: `update watches set state = $2, ended_at = $3 where id = $1 and state = 'active'`,
          params: [watchId, content.end, now],
        },
        ...endStatements(watch, { plan, targetId, now }),
        keepStanding({ watchId, afterScan: scan, now }),
      ];
  }
}

/** What a scan found belongs to the news that it is over: the completion waits a moment for it, and all that it decides. */
function endStatements(
  { id: watchId, boardId, content }: PlannedWatch & { readonly kind: 'end' },
  { plan, targetId, now }: Pick<RecordedPlan, 'plan' | 'targetId' | 'now'>,
): readonly Statement[] {
  const report = plan.report?.topic === 'end' && content.end === 'scan-ended' ? plan.report : null;
  const awaited = report === null ? null : reportId(targetId, report);
  if (boardId !== null) return endLine({ watchId, boardId, content, now, reportId: awaited });
  const end = { watchId, scan: plan.state.scans, content, now };
  if (report === null || awaited === null) return insertEnd(end);
  const { waitMs, isDecisive } = report;
  return insertEnd(end, { reportId: awaited, dueAt: now + waitMs, isDecisive });
}

/** That it moves again is told only where it was told that it stands still, or is being told: else neither is news. */
function noticeStatements(
  { watchId, boardId, topic, scan, since, content }: PlannedNotice,
  { plan: { report }, targetId, now }: RecordedPlan,
): readonly Statement[] {
  const where = boardId === null ? { watchId } : { watchId: boardId, memberId: watchId };
  const about = { ...where, kind: 'notice' as const, scan };
  const delivery = { ...about, content, now, topic: `${topic}/${String(since)}` };
  if (topic === 'stalled' && report !== null) {
    const waiting = { reportId: reportId(targetId, report), dueAt: now + report.waitMs };
    return [insertDelivery({ ...delivery, ...waiting })];
  }
  const told = deliveryId({ ...about, topic: `stalled/${String(since)}` });
  return [dropUntried(told), insertDeliveryAfter({ ...delivery, dueAt: now }, told)];
}
