/** When the Console was asked: its limit counts what a process asked that was killed since, too. */

import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

/** Longer than any window in which requests are counted. */
const KEEP_MS = 60_000;

/** Notes a request that is about to be made at `now`, epoch ms. */
export async function noteRequest(database: Database, now: number): Promise<void> {
  await database.batch([
    { sql: 'insert into console_requests (id, at) values ($1, $2)', params: [randomUUID(), now] },
    { sql: 'delete from console_requests where at < $1', params: [now - KEEP_MS] },
  ]);
}

/** How long ago each request since `at` was made, ms; 0 for one that a clock set back since dates into the future. */
export async function recentRequests(
  database: Database,
  { since, now }: { since: number; now: number },
): Promise<readonly number[]> {
  const rows = await database.query('select at from console_requests where at > $1', [since]);
  return rows.map(({ at }) => Math.max(0, now - Number(at)));
}
