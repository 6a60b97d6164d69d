/** Scans started from Slack that never showed up: watchers are notified once, with the likely cause. */

import * as z from 'zod';
import { parseTargetState } from '../../scan/state/stored-state.ts';
import { isLikelyOutOfScope } from '../../scan/state/fingerprint.ts';
import { scanOf, toWatchedSnapshot } from '../../scan/state/target-state.ts';
import type { Database, Statement } from '../database.ts';
import { deleteSuperseded, insertDelivery } from '../outbox/enqueue.ts';
import { insertReport, reportId } from '../reports.ts';
import { sql } from '../sql.ts';
import { numberOf } from '../targets.ts';
import { RESPONSE_WITHIN_MS } from './scan-requests.ts';

/** The Console takes a while to show a started scan. */
const START_LIMIT_MS = 60_000;
/** After this time a notice is of no use. */
const STALE_MS = 30 * 60_000;
/** Minimum of polls before a missing scan counts as silent. */
const TICKS = 3;

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
  const staleMs = Math.max(STALE_MS, TICKS * tickMs);
  const rows = await database.query(
    sql`select r.id, r.target_id, r.scans, r.at, t.state from scan_requests r join targets t on t.id = r.target_id
      where r.kind = 'start' and r.at between ${now - staleMs} and ${now - START_LIMIT_MS}
        and (r.outcome in ('done', 'unclear') or r.outcome = 'asked' and r.at <= ${now - RESPONSE_WITHIN_MS})
        and not exists (
          select 1 from reports p where p.target_id = r.target_id and p.scan = r.scans and p.topic = 'start'
            and p.created_at between r.at and r.at + ${staleMs})
      order by r.at, r.id`,
  );
  const silent = rows.map((row) => silentRow.parse(row)).filter(isSilent);
  // Starts requested together get one notice.
  const latest = new Map(silent.map((start) => [start.target_id, start]));
  for (const start of latest.values()) await notice(database, start, { now, waitMs });
  return latest.size;
}

const silentRow = z.object({
  id: z.string(),
  target_id: z.string(),
  scans: z.coerce.number(),
  at: z.coerce.number(),
  state: z.string(),
});

type SilentRow = z.infer<typeof silentRow>;

/** A scan seen before the request is not the requested one. */
function isSilent({ scans, at, state }: SilentRow): boolean {
  const seen = parseTargetState(state);
  const { snapshot } = seen;
  const hasCheckedResults = snapshot.answeredAt !== null && snapshot.answeredAt >= at + START_LIMIT_MS;
  return (
    seen.scanCount <= scans && scanOf(seen) === null && hasCheckedResults && isLikelyOutOfScope(snapshot)
  );
}

async function notice(
  database: Database,
  { id: request, target_id: targetId, scans, state }: SilentRow,
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
  const snapshot = toWatchedSnapshot(parseTargetState(state).snapshot);
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
