/** Forgets what nobody will ask for again, so that the database does not grow for ever. */

import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { forgetBefore, forgetHistory } from '../store/maintenance/prune.ts';

const DAY_MS = 24 * 3_600_000;
/** A month of ended watches and their deliveries answers "did it tell us?" long enough. */
const KEEP_MS = 30 * DAY_MS;
/** `history` shows ten; estimates and the difference to the scan before need fewer. */
const SCANS_KEPT = 10;

export async function prune({
  database,
  now,
  log,
  retentionMs,
}: {
  database: Database;
  now: () => number;
  log: Log;
  /** RETENTION: how long the history is kept, and the rest at most. */
  retentionMs: number;
}): Promise<void> {
  const forgotten = await forgetBefore(database, now() - Math.min(KEEP_MS, retentionMs));
  const history = await forgetHistory(database, { at: now() - retentionMs, atLeast: SCANS_KEPT });
  log.debug({ forgotten, history }, 'pruned');
}
