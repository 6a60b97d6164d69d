/** Outcome of a live message, which another process may have sent. */

import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/** `refused`: the channel accepts no messages. `other`: given up for another reason; the log says which. */
export type LiveOutcome = 'posted' | 'refused' | 'other';

/** null while it is being tried. */
export async function findLiveOutcome(database: Database, messageId: string): Promise<LiveOutcome | null> {
  const [row] = await database.query(
    sql`select m.state as message, m.ts, d.state as live from messages m
      left join deliveries d on d.message_id = m.id and d.kind = 'live'
        where m.id = ${messageId} order by d.created_at limit 1`,
  );
  // Its delivery is deleted after the first edit.
  if (row?.['live'] === 'sent' || (row?.['live'] === null && row['ts'] !== null)) return 'posted';
  if (row?.['live'] !== 'given-up') return null;
  return row['message'] === 'undeliverable' ? 'refused' : 'other';
}
