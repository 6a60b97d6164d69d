/**
 * PostgreSQL errors as sentences for operators, and which of them are transient. Derived from SQLSTATE, never from an
 * error's text.
 */

export type ServerCause =
  | 'unreachable'
  | 'starting'
  | 'insufficient-resources'
  | 'busy'
  | 'standby'
  | 'full'
  | 'refused'
  | 'missing'
  | 'forbidden'
  | 'untrusted'
  | 'unencrypted'
  | 'damaged'
  | 'old'
  | 'unknown-outcome';

export class ClosedDatabaseError extends Error {
  override readonly name = 'ClosedDatabaseError';
}

/** No response in time: nothing was changed. */
export class UnreachableDatabaseError extends Error {
  override readonly name = 'UnreachableDatabaseError';
}

/**
 * A batch may have been committed, and the server could not be queried in time. Callers may repeat it: plans and
 * settlements start with a lease that the first run released, inserts have ids that exist already, and a lost lease
 * expires.
 */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
}

/** The server is older than the statements require. */
export class OldServerError extends Error {
  override readonly name = 'OldServerError';
}

/** An error sent by the server itself, whatever its class in `pg`. */
export function isServerError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

/** A connection error: neither sent by the server nor a bug of ours. It often has no code. */
export function isOnTheWay(error: unknown): boolean {
  if (error instanceof ClosedDatabaseError || error instanceof UnknownOutcomeError) return false;
  if (error instanceof TypeError || error instanceof OldServerError) return false;
  return error instanceof Error && !isServerError(error);
}

/** Whether the same call may succeed soon. */
export function isTransient(error: unknown): boolean {
  if (!isServerError(error)) return isOnTheWay(error) && !isUntrusted(error) && !isUnencrypted(error);
  const cause = causeOfServer(error);
  return cause !== null && PASSING.has(cause);
}

const PASSING: ReadonlySet<ServerCause> = new Set([
  'unreachable',
  'starting',
  'insufficient-resources',
  'busy',
  'standby',
]);

/** null for an error that is not about the server, such as a bug in a statement. */
export function causeOfServer(error: Error): ServerCause | null {
  if (isUnencrypted(error)) return 'unencrypted';
  if (error instanceof UnreachableDatabaseError)
    return isUntrusted(error.cause) ? 'untrusted' : 'unreachable';
  if (error instanceof UnknownOutcomeError) return 'unknown-outcome';
  if (error instanceof OldServerError) return 'old';
  if (!isServerError(error)) return null;
  return STATES.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? null;
}

/** OpenSSL's and Node's codes for an untrusted certificate. */
const UNTRUSTED = /CERT|SIGNATURE|^ERR_(TLS|SSL)|^HOSTNAME_MISMATCH$/;

function isUntrusted(error: unknown): boolean {
  if (error instanceof UnreachableDatabaseError) return isUntrusted(error.cause);
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false;
  // A certificate file named in DATABASE_URL cannot be read.
  if ('syscall' in error && error.syscall === 'open') return true;
  return UNTRUSTED.test(error.code);
}

/** By its text: `pg` gives this error no code. A test uses a server without TLS. */
function isUnencrypted(error: unknown): boolean {
  if (error instanceof UnreachableDatabaseError) return isUnencrypted(error.cause);
  return error instanceof Error && error.message === 'The server does not support SSL connections';
}

/** The first match wins. A class has two characters, a code five. */
const STATES: readonly (readonly [prefix: string, cause: ServerCause])[] = [
  ['08', 'unreachable'],
  // The database was dropped; other codes of class 57 come from a shutdown, a crash or a start.
  ['57P04', 'missing'],
  ['57P03', 'starting'],
  ['57P', 'unreachable'],
  // Idle in a transaction for too long: this process was suspended.
  ['25P03', 'unreachable'],
  ['25006', 'standby'],
  ['53100', 'full'],
  ['53', 'insufficient-resources'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['28', 'refused'],
  ['3D000', 'missing'],
  ['3F000', 'missing'],
  ['42501', 'forbidden'],
  ['58', 'damaged'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
];

export const SERVER_WORDS: Readonly<
  Record<ServerCause, { readonly headline: string; readonly whatToDo: string }>
> = {
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
};
