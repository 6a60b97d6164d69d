/**
 * Whom the file of the database lets in. It says who asks about which images in which channel, so it is made for the
 * user of the process alone; SQLite gives its `-wal` and `-shm` the rights of the file that they stand beside.
 */

import { closeSync, openSync, statSync } from 'node:fs';

export const OWNER_ONLY = 0o600;
const ANY_OTHER = 0o007;

/** Makes the file if it is missing: SQLite takes an empty one as its own. What is there keeps its rights. */
export function createPrivately(file: string): void {
  if (file === ':memory:') return;
  try {
    // Never emptied, so that two processes may begin at once.
    closeSync(openSync(file, 'a', OWNER_ONLY));
  } catch {
    // SQLite finds the same, and says it in terms that toDatabaseError knows.
  }
}

/** True where every user of the machine may read or write the file. Windows has other rights, and none of them here. */
export function isOpenToAll(file: string): boolean {
  if (file === ':memory:' || process.platform === 'win32') return false;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & ANY_OTHER) !== 0;
}
