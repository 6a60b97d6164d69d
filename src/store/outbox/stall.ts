/** The diagnosis of a stalled scan, which the live message repeats or points to. */

import type { StallInfo } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Database } from '../database.ts';
import { deliveryId } from './enqueue.ts';
import { diagnosisIn, findReport, reportId } from '../reports.ts';
import { sql } from '../sql.ts';

/** null where the snapshot is not stalled. */
export async function findStall(
  database: Database,
  { messageId, target, snapshot }: { messageId: string; target: Target; snapshot: Snapshot },
): Promise<StallInfo | null> {
  const { state, scan, movedAt } = snapshot;
  if (state !== 'stalled') return null;
  const notice = deliveryId({ messageId, kind: 'notice', scan, topic: `stalled/${String(movedAt)}` });
  const notices = await database.query(
    sql`select id from deliveries where id = ${notice} and state <> 'given-up'`,
  );
  const report = await findReport(database, reportId(targetId(target), { scan, topic: 'stall' }));
  return { shouldNotify: notices.length > 0, diagnosis: diagnosisIn(report) };
}
