/**
 * Withholds posts of ends that found less than their channel's threshold. Their live messages show the ends, and the
 * rows stay as `withheld`, to show why nothing was posted.
 */

import * as z from 'zod';
import type { Report } from '../../scan/report.ts';
import { isBelow, NOTIFY_FROM } from '../../scan/threshold.ts';
import type { Database, Statement } from '../database.ts';
import { chunk, type Fragment, join, sql } from '../sql.ts';

/** After a report: posts below their channel's threshold are withheld. Must be in one batch with the report. */
export async function withholdBelow(
  database: Database,
  { reportId, report, now }: { readonly reportId: string; readonly report: Report; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    // One by one: with "or", PostgreSQL would read all watches.
    sql`select id, board_id, notify_from from watches where notify_from is not null and id in (
      select m.id from watches m where m.report_id = ${reportId}
      union all select d.watch_id from deliveries d where d.report_id = ${reportId} and d.kind = 'completion')`,
  );
  const below = rows
    .map((row) => waitingRow.parse(row))
    .filter(({ notify_from }) => isBelow(notify_from, report));
  const alone = below.filter(({ board_id }) => board_id === null);
  return [
    ...chunk(below.map(({ id }) => id)).map(
      (ids) => sql`update watches set is_quiet = 1 where id in (${join(ids)})`,
    ),
    ...withhold(
      alone.map(({ id }) => id),
      { condition: sql`true`, now },
    ),
  ];
}

const waitingRow = z.object({
  id: z.string(),
  board_id: z.string().nullable(),
  notify_from: z.enum(NOTIFY_FROM),
});

/**
 * A board's post is made where one of its lines is worth it: also where something of one is not known. Of those that
 * people stopped there is nothing to tell, unless the Console did not take the scan.
 */
export function withholdBoards(boardIds: readonly string[], now: number): readonly Statement[] {
  const isPosted = sql`m.is_quiet = 0 and (m.state <> 'stopped' or m.content like '%"end":"not-started"%')`;
  const condition = sql`exists (select 1 from watches m where m.board_id = deliveries.watch_id and m.is_quiet = 1)
    and not exists (select 1 from watches m where m.board_id = deliveries.watch_id and ${isPosted})`;
  return withhold(boardIds, { condition, now });
}

/** What was tried may have been posted. */
function withhold(
  watchIds: readonly string[],
  { condition, now }: { readonly condition: Fragment; readonly now: number },
): readonly Statement[] {
  return chunk(watchIds).map(
    (ids) => sql`update deliveries set state = 'withheld', settled_at = ${now}
      where watch_id in (${join(ids)}) and kind = 'completion' and state = 'pending' and attempts = 0
        and ${condition}`,
  );
}

/** Nothing is posted of the end that the live message of a watch shows. */
export async function isWithheld(database: Database, watchId: string): Promise<boolean> {
  const rows = await database.query(
    sql`select id from deliveries where watch_id = ${watchId} and kind = 'completion' and state = 'withheld'`,
  );
  return rows.length > 0;
}
