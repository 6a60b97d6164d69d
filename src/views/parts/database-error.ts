/** What is wrong with the database, and what the operator can do: for the log, `/readyz`, the doctor and the commands. */

interface Words {
  /** A sentence without its period. */
  readonly headline: string;
  readonly whatToDo: string;
}

const FILE_WORDS = {
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
    whatToDo: 'Check that its folder exists and that it names a plain file, not a folder or a device.',
  },
  broken: {
    headline: 'The disk of the database fails',
    whatToDo: 'Look at the disk and at the log of the system.',
  },
  newer: {
    headline: 'The database was written by a newer version',
    whatToDo: 'Run that version, or put the backup from before the upgrade in its place.',
  },
  replaced: {
    headline: 'The database file, or the -wal beside it, was removed or replaced under the running bot',
    whatToDo:
      'Restart the bot, which then uses the file that is there; until then it records and posts nothing.',
  },
  foreign: {
    headline: 'This is the database of another program',
    whatToDo: 'Name another file or database in DATABASE_URL: the bot adds nothing to this one.',
  },
} satisfies Record<string, Words>;

const SERVER_WORDS = {
  unreachable: {
    headline: 'The PostgreSQL server cannot be reached',
    whatToDo:
      'Check host and port of DATABASE_URL, the network and the server; a running bot needs no restart.',
  },
  starting: {
    headline: 'The PostgreSQL server is starting or stopping',
    whatToDo: 'Wait; a running bot needs no restart.',
  },
  'insufficient-resources': {
    headline: 'The PostgreSQL server takes no more connections, or has no memory left',
    whatToDo:
      'Raise max_connections (each replica takes up to four), or stop what holds them; a running bot needs no restart.',
  },
  busy: {
    headline: 'Another session keeps the PostgreSQL database busy',
    whatToDo:
      'Look for sessions that stay in a transaction (pg_stat_activity); a running bot needs no restart.',
  },
  standby: {
    headline: 'The PostgreSQL server takes no writes',
    whatToDo: 'Point DATABASE_URL at the primary, or end its read-only mode; a running bot needs no restart.',
  },
  full: {
    headline: 'The disk of the PostgreSQL server is full',
    whatToDo: 'Make room; a running bot needs no restart.',
  },
  refused: {
    headline: 'The PostgreSQL server refuses the user or the password',
    whatToDo:
      'Check user and password of DATABASE_URL, and pg_hba.conf of the server: where that asks for TLS (hostssl), add sslmode=verify-full.',
  },
  missing: {
    headline: 'The PostgreSQL server has no such database',
    whatToDo: 'Create it (createdb), or name another one at the end of DATABASE_URL.',
  },
  forbidden: {
    headline: 'The user of the PostgreSQL database may not do what the bot needs',
    whatToDo: 'Let it own the database, or grant it CREATE on the schema and all rights on its tables.',
  },
  untrusted: {
    headline: 'The certificate of the PostgreSQL server is not trusted',
    whatToDo: 'Add sslrootcert=FILE of its authority to DATABASE_URL.',
  },
  unencrypted: {
    headline: 'The PostgreSQL server has no TLS, which sslmode of DATABASE_URL asks for',
    whatToDo:
      'Switch it on at the server (ssl = on), or leave sslmode off where the way to the server is safe.',
  },
  damaged: {
    headline: 'The PostgreSQL server reports a damaged file or a failing disk',
    whatToDo: 'Look at its log.',
  },
  old: {
    headline: 'The PostgreSQL server is too old',
    whatToDo: 'Use PostgreSQL 13 or newer.',
  },
  'unknown-outcome': {
    headline: 'The PostgreSQL server was lost in the middle of a commit',
    whatToDo: 'Nothing needs to be done: what was under way is looked at again once the server is back.',
  },
} satisfies Record<string, Words>;

/** For the doctor and the log of a start. */
export const IN_MEMORY = 'is in memory: a restart forgets every watch. Set DATABASE_URL=sqlite:FILE';

/** Both can be full or out of reach. */
export type DatabaseError =
  | { readonly kind: 'file'; readonly cause: keyof typeof FILE_WORDS }
  | { readonly kind: 'server'; readonly cause: keyof typeof SERVER_WORDS };

export function describeDatabaseError(error: DatabaseError): Words {
  return error.kind === 'file' ? FILE_WORDS[error.cause] : SERVER_WORDS[error.cause];
}

/** `detail`: the database's own message; left out where the operator has it in the log. */
export function databaseErrorSentences(error: DatabaseError, detail?: string): string {
  const { headline, whatToDo } = describeDatabaseError(error);
  return `${headline}${detail === undefined ? '' : ` (${detail})`}. ${whatToDo}`;
}
