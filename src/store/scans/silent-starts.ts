/** Scans started from Slack that never showed up: watchers are notified once, with the likely cause. */

import * as z from 'zod';
import { parseTargetState } from '../../scan/state/stored-state.ts';
import { isSilentStart, silentBetween } from '../../scan/scan-request.ts';
import { type TargetState, toWatchedSnapshot } from '../../scan/state/target-state.ts';
import type { Database, Statement } from '../database.ts';
import { deleteSuperseded, insertDelivery } from '../outbox/enqueue.ts';
import { insertReport, reportId } from '../reports.ts';
import { sql } from '../sql.ts';
import { numberOf } from '../targets.ts';
import { requestOutcome } from './scan-requests.ts';

interface SilentStartOptions {
  /** Epoch ms. */
  readonly now: number;
  /** How long the notice waits for the cause. */
  readonly waitMs: number;
  readonly tickMs: number;
}

/** Records the notices; returns how many. */
export async function noticeSilentStarts(
  database: Database,
  { now, waitMs, tickMs }: SilentStartOptions,
): Promise<number> {
  const { from, to } = silentBetween({ now, tickMs });
  const rows = await database.query(
    sql`select r.id, r.target_id as "targetId", r.scans, r.at, r.outcome, t.state
      from scan_requests r join targets t on t.id = r.target_id
      where r.kind = 'start' and r.at between ${from} and ${to} and r.outcome <> 'failed' and not exists (
        select 1 from reports p where p.target_id = r.target_id and p.scan = r.scans and p.topic = 'start'
          and p.created_at between r.at and r.at + ${now - from})
      order by r.at, r.id`,
  );
  const starts = startRows.parse(rows).map((row) => ({ ...row, state: parseTargetState(row.state) }));
  const silent = starts.filter((start) => isSilentStart(start, { state: start.state, now }));
  // Starts requested together get one notice.
  const latest = new Map(silent.map((start) => [start.targetId, start]));
  for (const start of latest.values()) await notice(database, start, { now, waitMs });
  return latest.size;
}

const startRow = z.object({
  id: z.string(),
  targetId: z.string(),
  scans: z.coerce.number(),
  at: z.coerce.number(),
  outcome: requestOutcome,
  state: z.string(),
});
const startRows = z.array(startRow);

interface SilentStart extends Pick<z.infer<typeof startRow>, 'id' | 'targetId' | 'scans'> {
  readonly state: TargetState;
}

async function notice(
  database: Database,
  { id: request, targetId, scans, state }: SilentStart,
  { now, waitMs }: Pick<SilentStartOptions, 'now' | 'waitMs'>,
): Promise<void> {
  const report = {
    topic: 'start',
    scan: scans,
    request,
    basis: { newerThan: null, before: null },
    waitMs,
    isDecisive: false,
  } as const;
  const snapshot = toWatchedSnapshot(state.snapshot);
  const content = { snapshot, end: null, stoppedBy: null, notice: 'not-begun' } as const;
  const delivery = { kind: 'notice', scan: scans, topic: `not-begun/${request}`, content, now } as const;
  const watches = await database.query(
    sql`select id, message_id from watches
      where target_number = ${numberOf(targetId)} and state = 'active' and message_id is not null`,
  );
  const notices = watches.flatMap((row): readonly Statement[] => {
    const { id: watchId, message_id: messageId } = watchRow.parse(row);
    const waiting = { dueAt: now + waitMs, reportId: reportId(targetId, report) };
    return [
      insertDelivery({ messageId, watchId, ...delivery, ...waiting }),
      // The watch may have ended since it was read.
      deleteSuperseded(messageId),
    ];
  });
  await database.batch([insertReport(targetId, report, now), ...notices]);
}

const watchRow = z.object({ id: z.string(), message_id: z.string() });
