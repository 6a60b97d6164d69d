/** Outcome of a live message, which another process may have sent. */

import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/**
 * `refused`: the channel accepts no messages. `archived`: it did not, and may by now. `other`: given up for another
 * reason; the log says which.
 */
export type LiveOutcome = 'posted' | 'refused' | 'archived' | 'other';

/** null while it is being tried. */
export async function findLiveOutcome(database: Database, messageId: string): Promise<LiveOutcome | null> {
  const [row] = await database.query(
    sql`select m.state as message, d.state as live, d.error,
        m.replacements > 0 or d.id is null and (m.ts is not null or m.is_gone = 1) as "wasPosted" from messages m
      left join deliveries d on d.message_id = m.id and d.kind = 'live'
        where m.id = ${messageId} order by d.created_at limit 1`,
  );
  // Its delivery is deleted after the first edit, and its `ts` once Slack has deleted it or allows no more edits.
  if (row?.['live'] === 'sent' || Boolean(row?.['wasPosted'])) return 'posted';
  if (row?.['live'] !== 'given-up') return null;
  if (row['message'] !== 'undeliverable') return 'other';
  return row['error'] === 'is_archived' ? 'archived' : 'refused';
}
