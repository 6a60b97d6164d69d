/**
 * Notices that a database file was removed, moved or replaced under its open connection: SQLite goes on with the old
 * file, and what it writes there is lost with the process.
 */

import { statSync } from 'node:fs';
import { ReplacedFileError } from './errors.ts';

export interface OwnFile {
  readonly isReplaced: () => boolean;
  /** Throws ReplacedFileError. Only writes read the disk; reads go by the last write. */
  readonly check: (call: { readonly isWrite: boolean }) => void;
}

export const NO_FILE: OwnFile = { isReplaced: () => false, check: () => undefined };

/** To be called while the connection is open. */
export function createOwnFile(file: string): OwnFile {
  const opened = identityOf(file);
  let openedLog: string | null = null;
  let wasReplaced = false;
  const isReplaced = (): boolean => {
    try {
      // A backup may be copied into the same file, whose log was removed.
      const log = identityOf(`${file}-wal`);
      openedLog ??= log;
      return identityOf(file) !== opened || log !== openedLog;
    } catch {
      // Its folder cannot be read: SQLite reports what is wrong.
      return false;
    }
  };
  return {
    isReplaced,
    check: ({ isWrite }) => {
      if (isWrite) wasReplaced = isReplaced();
      if (wasReplaced) throw new ReplacedFileError(`it was opened as another file: ${file}`);
    },
  };
}

/** null where there is none. */
function identityOf(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
}
