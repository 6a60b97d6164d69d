/** What an error of a database means, by its code. */

import { expect, it } from 'vitest';
import { toDatabaseError } from '../../../src/store/drivers/errors.ts';
import {
  ClosedDatabaseError,
  isTransient,
  OldServerError,
  UnknownOutcomeError,
  UnreachableDatabaseError,
} from '../../../src/store/drivers/postgres-errors.ts';

const serverError = (code: string) => Object.assign(new Error('no'), { severity: 'ERROR', code });
const onTheWay = (code: string | number, rest = {}) => Object.assign(new Error('no'), { code, ...rest });

const unreachable = (code: string, rest = {}) =>
  new UnreachableDatabaseError('no', { cause: onTheWay(code, rest) });

const SERVER_CODES: readonly (readonly [code: string, cause: string, isTransient: boolean])[] = [
  ['08006', 'unreachable', true],
  ['57P01', 'unreachable', true],
  ['57P02', 'unreachable', true],
  ['57P03', 'starting', true],
  ['57P04', 'missing', false],
  ['25P03', 'unreachable', true],
  ['25006', 'standby', true],
  ['53100', 'full', false],
  ['53200', 'insufficient-resources', true],
  ['53300', 'insufficient-resources', true],
  ['40001', 'busy', true],
  ['40P01', 'busy', true],
  ['55P03', 'busy', true],
  ['57014', 'busy', true],
  ['28P01', 'refused', false],
  ['28000', 'refused', false],
  ['3D000', 'missing', false],
  ['3F000', 'missing', false],
  ['42501', 'forbidden', false],
  ['58030', 'damaged', false],
  ['XX001', 'damaged', false],
  ['XX002', 'damaged', false],
];
const UNTRUSTED = ['HOSTNAME_MISMATCH', 'CERT_HAS_EXPIRED', 'ERR_SSL_WRONG_VERSION_NUMBER'];
const NO_TLS = new Error('The server does not support SSL connections');

it.each<[string, Error, string | null, boolean]>([
  ...SERVER_CODES.map(([code, ...expected]): [string, Error, string, boolean] => [
    code,
    serverError(code),
    ...expected,
  ]),
  ['23505, a bug', serverError('23505'), null, false],
  ['a lost connection', unreachable('ECONNRESET'), 'unreachable', true],
  ['a server that never responded', new UnreachableDatabaseError('no'), 'unreachable', true],
  ['a severity without a code', Object.assign(new Error('no'), { severity: 'ERROR' }), null, true],
  ['a code that is no text', onTheWay(5), null, true],
  ...UNTRUSTED.map((code): [string, Error, string, boolean] => [code, unreachable(code), 'untrusted', false]),
  ['a bare reset', onTheWay('ECONNRESET'), null, true],
  ['an unknown authority', unreachable('SELF_SIGNED_CERT_IN_CHAIN'), 'untrusted', false],
  ['a bad signature', unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'untrusted', false],
  ['another TLS error', unreachable('ERR_TLS_CERT_ALTNAME_INVALID'), 'untrusted', false],
  ['a missing certificate file', unreachable('ENOENT', { syscall: 'open' }), 'untrusted', false],
  ['a server without TLS', new UnreachableDatabaseError('no', { cause: NO_TLS }), 'unencrypted', false],
  ['an unknown outcome', new UnknownOutcomeError('no'), 'unknown-outcome', false],
  ['an old server', new OldServerError('no'), 'old', false],
  ['a closed database', new ClosedDatabaseError('no'), null, false],
  ['a bug of ours', new TypeError('no'), null, false],
])(
  'of PostgreSQL, %s has its cause, and is repeated only where it may pass',
  (_, error, cause, isExpected) => {
    expect(toDatabaseError(error)).toEqual(cause === null ? null : { kind: 'server', cause });
    expect(isTransient(error)).toBe(isExpected);
  },
);

it.each([
  ['SQLITE_BUSY_SNAPSHOT', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY_DBMOVED', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_CORRUPT_INDEX', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CANTOPEN_ISDIR', 'unreachable'],
  ['SQLITE_IOERR_SHORT_READ', 'replaced'],
  ['SQLITE_IOERR_FSYNC', 'broken'],
  ['SQLITE_CONSTRAINT', null],
])('of SQLite, %s has a cause of its own: %s', (code, cause) => {
  expect(toDatabaseError(onTheWay(code))).toEqual(cause === null ? null : { kind: 'file', cause });
});

it('finds the fault below whatever it is wrapped in', () => {
  const inner = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
  expect(toDatabaseError(new Error('a', { cause: new Error('b', { cause: inner }) }))?.cause).toBe('broken');
  expect(toDatabaseError(new Error('no code'))).toBeNull();
  expect(toDatabaseError('no error')).toBeNull();
});
