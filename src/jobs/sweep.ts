/** Forgets what nobody will ask for again, so that the database does not grow for ever. */

import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { forgetBefore, forgetHistory } from '../store/retention.ts';

const DAY_MS = 24 * 3_600_000;
/** A month of ended watches and their deliveries answers "did it tell us?" long enough. */
const KEEP_MS = 30 * DAY_MS;
/** An image that is scanned at each release has a history of as many months. */
const KEEP_HISTORY_MS = 365 * DAY_MS;
/** `history` shows ten; estimates and the difference to the scan before need fewer. */
const SCANS_KEPT = 10;

export async function sweep({
  database,
  now,
  log,
}: {
  database: Database;
  now: () => number;
  log: Log;
}): Promise<void> {
  const forgotten = await forgetBefore(database, now() - KEEP_MS);
  const history = await forgetHistory(database, { at: now() - KEEP_HISTORY_MS, atLeast: SCANS_KEPT });
  log.debug({ forgotten, history }, 'swept');
}
