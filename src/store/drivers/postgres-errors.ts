/** The causes of PostgreSQL errors, and which of them are transient. Derived from SQLSTATE, never from an error's text. */

import { codeOf } from '../../errors.ts';

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
function isServerError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'severity' in error && codeOf(error) !== '';
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
const UNTRUSTED = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/;

function isUntrusted(error: unknown): boolean {
  if (error instanceof UnreachableDatabaseError) return isUntrusted(error.cause);
  // A certificate file named in DATABASE_URL cannot be read.
  if (error instanceof Error && 'syscall' in error && error.syscall === 'open') return true;
  return UNTRUSTED.test(codeOf(error));
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
