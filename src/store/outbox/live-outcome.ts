/** Outcome of a watch's live message, which another process may have sent. */

import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/** `refused`: the channel accepts no messages. `other`: given up for another reason; the log says which. */
export type LiveOutcome = 'posted' | 'refused' | 'other';

/** null while it is being tried. */
export async function findLiveOutcome(database: Database, watchId: string): Promise<LiveOutcome | null> {
  const [row] = await database.query(
    sql`select w.state as watch, d.state as live from watches w
      join deliveries d on d.watch_id = w.id and d.kind = 'live'
        where w.id = ${watchId} order by d.created_at limit 1`,
  );
  if (row?.['live'] === 'sent') return 'posted';
  if (row?.['live'] !== 'given-up') return null;
  return row['watch'] === 'undeliverable' ? 'refused' : 'other';
}
