/**
 * File permissions of the database. It contains who watches which images in which channel, so it is created for the
 * process's user only; SQLite copies its permissions to `-wal` and `-shm`.
 */

import { closeSync, openSync, statSync } from 'node:fs';

export const OWNER_ONLY = 0o600;
const ANY_OTHER = 0o007;

/** Creates the file if missing: SQLite accepts an empty one. Existing permissions stay. */
export function createPrivately(file: string): void {
  try {
    // Never truncated, so two processes may start concurrently.
    closeSync(openSync(file, 'a', OWNER_ONLY));
  } catch {
    // SQLite reports the same error, with a code that toDatabaseError knows.
  }
}

/** True where every user of the machine may read or write the file. On Windows always false. */
export function isOpenToAll(file: string): boolean {
  if (process.platform === 'win32') return false;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & ANY_OTHER) !== 0;
}
