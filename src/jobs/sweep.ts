/** Forgets what nobody will ask for again, so that the database does not grow for ever. */

import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { forgetBefore } from '../store/retention.ts';

const DAY_MS = 24 * 3_600_000;
/** A month of ended watches and their deliveries answers "did it tell us?" long enough. */
const KEEP_MS = 30 * DAY_MS;

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
  log.debug({ forgotten }, 'swept');
}
