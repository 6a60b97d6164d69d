/** Database errors as sentences for operators, derived from error codes, never from an error's text. */

import { DatabaseTooNewError } from './migrate.ts';
import { codeOf } from '../../errors.ts';
import { causeOfServer, SERVER_WORDS, type ServerCause } from './postgres-errors.ts';

type FileCause = 'locked' | 'full' | 'read-only' | 'corrupt' | 'unreachable' | 'broken' | 'newer';

export interface DatabaseError {
  readonly cause: FileCause | ServerCause;
  /** A sentence without its period. */
  readonly headline: string;
  readonly whatToDo: string;
}

/** SQLite's quick_check found damage. */
export class CorruptDatabaseError extends Error {
  override readonly name = 'CorruptDatabaseError';
}

/** The database's folder does not exist. */
export class MissingFolderError extends Error {
  override readonly name = 'MissingFolderError';
}

/** null for an error that is not about the database, such as a bug in a statement. */
export function toDatabaseError(error: unknown): DatabaseError | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    const server = causeOfServer(current);
    if (server !== null) return { cause: server, ...SERVER_WORDS[server] };
    const cause = causeOf(current);
    if (cause !== null) return { cause, ...WORDS[cause] };
  }
  return null;
}

function causeOf(error: Error): FileCause | null {
  if (error instanceof DatabaseTooNewError) return 'newer';
  if (error instanceof CorruptDatabaseError) return 'corrupt';
  if (error instanceof MissingFolderError) return 'unreachable';
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
  ['SQLITE_IOERR', 'broken'],
];

const WORDS: Readonly<Record<FileCause, Omit<DatabaseError, 'cause'>>> = {
  locked: {
    headline: 'The database is locked by another process',
    whatToDo: 'Stop what else holds the file open, such as a second bot or a tool that looks into it.',
  },
  full: {
    headline: 'The disk of the database is full',
    whatToDo: 'Make room; a running bot needs no restart.',
  },
  'read-only': {
    headline: 'The database cannot be written',
    whatToDo: 'Give the user of this process the right to write the file and its folder.',
  },
  corrupt: {
    headline: 'The file is damaged, or is no SQLite database',
    whatToDo:
      'Put a backup in its place (docs/operate.md, Backup), or move it away to begin with an empty one.',
  },
  unreachable: {
    headline: 'The database file cannot be opened or created',
    whatToDo: 'Check that its folder exists and that it names a file, not a folder.',
  },
  broken: {
    headline: 'The disk of the database fails',
    whatToDo: 'Look at the disk and at the log of the system.',
  },
  newer: {
    headline: 'The database was written by a newer version',
    whatToDo: 'Run that version, or put the backup from before the upgrade in its place.',
  },
};
