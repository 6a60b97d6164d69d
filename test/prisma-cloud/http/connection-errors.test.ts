import { describe, expect, test } from 'vitest';
import { toConnectionError, toFailure, toStatusError } from '../../../src/prisma-cloud/http/errors.ts';
import { groupedRows } from '../../support/rows.ts';

const coded = (code: string) => Object.assign(new Error('secret'), { code });
const causeOf = (error: unknown) => toFailure(toConnectionError('GET /x', error));

describe('a connection that failed', () => {
  const CODES = groupedRows({
    timeout: ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'],
    unreachable: [
      ...['ECONNREFUSED', 'EHOSTUNREACH', 'ERR_SSL_WRONG_VERSION_NUMBER'],
      ...['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'],
    ],
    tls: [
      ...['ERR_SSL_TLSV1_ALERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'EPROTO', 'INVALID_CA', 'HOSTNAME_MISMATCH'],
    ],
    garbled: ['HPE_INVALID_CONSTANT', 'HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW'],
  });

  test.each(CODES)('with %s is: %s', (code, cause) => {
    const failure = causeOf(coded(code));
    expect(failure.cause).toBe(cause);
    expect(failure.detail).toContain(code);
    expect(failure.detail).not.toContain('secret');
  });

  test('at each address of a host is told by the first', () => {
    const error = new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')]);
    expect(causeOf(error)).toMatchObject({ cause: 'timeout', detail: 'GET /x: no connection (ETIMEDOUT)' });
    expect(causeOf(new AggregateError([coded('ETIMEDOUT')])).cause).toBe('timeout');
    const unknown = { cause: 'unreachable', detail: 'GET /x: AggregateError' };
    expect(causeOf(new AggregateError([]))).toMatchObject(unknown);
    expect(causeOf('nothing').detail).toContain('UNKNOWN');
  });

  test('is told in 400 characters', () => {
    expect(causeOf(coded('E'.repeat(1_000))).detail).toHaveLength(400);
  });

  test('by a bug of ours is garbled, without its text', () => {
    const failure = { cause: 'garbled', detail: 'unexpected TypeError', retryAfterMs: null };
    expect(toFailure(new TypeError('secret'))).toEqual(failure);
  });
});

const STATUSES = groupedRows({
  'not-found': [302, 399, 404],
  'bad-request': [400, 409, 499],
  forbidden: [401, 403],
  timeout: [408],
  'rate-limited': [429],
  unavailable: [500, 503],
});

test.each(STATUSES)('an answer with status %i is: %s', (status, cause) => {
  const refusal = { status, outcome: `HTTP ${status}`, retryAfterMs: 7_000 };
  expect(toFailure(toStatusError('GET /x', refusal)).cause).toBe(cause);
});
