/** The causes of database errors, derived from error codes, never from an error's text. */

import { DatabaseTooNewError } from './migrate.ts';
import { codeOf } from '../../errors.ts';
import { causeOfServer, type ServerCause } from './postgres-errors.ts';

type FileCause =
  'locked' | 'full' | 'read-only' | 'corrupt' | 'unreachable' | 'broken' | 'newer' | 'replaced' | 'foreign';

export type DatabaseError =
  | { readonly kind: 'file'; readonly cause: FileCause }
  | { readonly kind: 'server'; readonly cause: ServerCause };

/** SQLite's quick_check found damage. */
export class CorruptDatabaseError extends Error {
  override readonly name = 'CorruptDatabaseError';
}

/** The database's folder does not exist. */
export class MissingFolderError extends Error {
  override readonly name = 'MissingFolderError';
}

/** A device, a pipe or a folder: opening a pipe could block forever. */
export class NoPlainFileError extends Error {
  override readonly name = 'NoPlainFileError';
}

/** Another file, or none, is where the open one was. */
export class ReplacedFileError extends Error {
  override readonly name = 'ReplacedFileError';
}

/** Its tables are those of another program. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
}

/** null for an error that is not about the database, such as a bug in a statement. */
export function toDatabaseError(error: unknown): DatabaseError | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    const server = causeOfServer(current);
    if (server !== null) return { kind: 'server', cause: server };
    const file = causeOfFile(current);
    if (file !== null) return { kind: 'file', cause: file };
  }
  return null;
}

function causeOfFile(error: Error): FileCause | null {
  if (error instanceof DatabaseTooNewError) return 'newer';
  if (error instanceof CorruptDatabaseError) return 'corrupt';
  if (error instanceof MissingFolderError) return 'unreachable';
  if (error instanceof NoPlainFileError) return 'unreachable';
  if (error instanceof ReplacedFileError) return 'replaced';
  if (error instanceof ForeignDatabaseError) return 'foreign';
  return CODES.find(([prefix]) => codeOf(error).startsWith(prefix))?.[1] ?? null;
}

/** The first match wins: SQLite refines codes by suffixes, as in SQLITE_IOERR_WRITE. */
const CODES: readonly (readonly [prefix: string, cause: FileCause])[] = [
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CANTOPEN', 'unreachable'],
  // The index of its log (-shm), which a running bot holds, is about a log (-wal) that is gone.
  ['SQLITE_IOERR_SHORT_READ', 'replaced'],
  ['SQLITE_IOERR', 'broken'],
];
