/** Slack sends an event again when it is in doubt: the first claim wins. */

import type { Database } from './database.ts';

/** True for the first caller with this id, false for every later one. */
export async function claimEvent(database: Database, id: string, now: number): Promise<boolean> {
  const rows = await database.query(
    'insert into events (id, at) values ($1, $2) on conflict do nothing returning id',
    [id, now],
  );
  return rows.length === 1;
}
