/**
 * Withholds posts of ends that found less than their channel's threshold. Their live messages show the ends, and the
 * rows stay as `withheld`, to show why nothing was posted.
 */

import * as z from 'zod';
import type { Report } from '../../scan/results/report.ts';
import { isBelow, NOTIFY_FROM } from '../../scan/threshold.ts';
import type { Database, Statement } from '../database.ts';
import { chunk, join, keysIn, sql, uncounted } from '../sql.ts';

/** After a report: marks the watches that show it and whose channel wants less. Must be in one batch with the report. */
export async function markBelow(
  database: Database,
  { reportId, report }: { readonly reportId: string; readonly report: Report },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    sql`select id, notify_from from watches where report_id = ${reportId} and notify_from is not null`,
  );
  const below = rows
    .map((row) => waitingRow.parse(row))
    .filter(({ notify_from }) => isBelow(notify_from, report));
  return chunk(below.map(({ id }) => id)).map(
    (ids) => sql`update watches set is_quiet = 1 where id in (${join(ids)})`,
  );
}

const waitingRow = z.object({ id: z.string(), notify_from: z.enum(NOTIFY_FROM) });

/**
 * A post is made where one of the watches is worth it: also where something of one is not known. Of those that people
 * stopped there is nothing to tell, unless the Console did not take the scan. What was tried may have been posted.
 */
export function withholdMessages(messageIds: readonly string[], now: number): Statement {
  const itsWatch = sql`select 1 from watches w where w.message_id = deliveries.message_id`;
  const isPosted = sql`w.is_quiet = 0 and (w.state <> 'stopped' or w.content like '%"end":"not-started"%')`;
  return sql`update deliveries set state = 'withheld', settled_at = ${now}
    where message_id in ${keysIn(messageIds)} and kind = 'completion' and ${uncounted('state')} = 'pending'
      and attempts = 0 and not exists (${itsWatch} and ${isPosted})`;
}

/** Nothing is posted of the end that a message shows. */
export async function isWithheld(database: Database, messageId: string): Promise<boolean> {
  const rows = await database.query(
    sql`select id from deliveries where message_id = ${messageId} and state = 'withheld'`,
  );
  return rows.length > 0;
}
