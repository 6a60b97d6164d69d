/** Prunes old rows, so that the database stays small. */

import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { forgetBefore, forgetHistory } from '../store/maintenance/prune.ts';

const DAY_MS = 24 * 3_600_000;
/** Ended watches and their deliveries stay for a month, to check whether a message was sent. */
const KEEP_MS = 30 * DAY_MS;
/** `history` shows ten; estimates and comparisons need fewer. */
const SCANS_KEPT = 10;

export interface JobContext {
  readonly database: Database;
  readonly now: () => number;
  readonly log: Log;
}

/** `retentionMs`: RETENTION, time to keep the history; other rows at most as long. */
export async function prune(options: JobContext & { readonly retentionMs: number }): Promise<void> {
  const { database, now, log, retentionMs } = options;
  const forgotten = await forgetBefore(database, now() - Math.min(KEEP_MS, retentionMs));
  const history = await forgetHistory(database, { at: now() - retentionMs, atLeast: SCANS_KEPT });
  log.debug({ forgotten, history }, 'pruned');
}
