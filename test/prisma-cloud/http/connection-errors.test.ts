import { describe, expect, test } from 'vitest';
import { toConnectionError, toFailure, toStatusError } from '../../../src/prisma-cloud/http/errors.ts';

const coded = (code: string) => Object.assign(new Error('secret'), { code });
const causeOf = (error: unknown) => toFailure(toConnectionError('GET /x', error));

describe('a connection that failed', () => {
  test.each([
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['ECONNREFUSED', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'unreachable'],
    ['ERR_SSL_HTTP_REQUEST', 'unreachable'],
    ['ERR_SSL_TLSV1_ALERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['EPROTO', 'tls'],
    ['INVALID_CA', 'tls'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['HPE_INVALID_CONSTANT', 'garbled'],
    ['HTTPParserError', 'garbled'],
    ['UND_ERR_HEADERS_OVERFLOW', 'garbled'],
  ])('with %s is: %s', (code, cause) => {
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

test.each([
  [302, 'not-found'],
  [399, 'not-found'],
  [400, 'bad-request'],
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'timeout'],
  [409, 'bad-request'],
  [429, 'rate-limited'],
  [499, 'bad-request'],
  [500, 'unavailable'],
  [503, 'unavailable'],
])('an answer with status %i is: %s', (status, cause) => {
  const refusal = { status, outcome: `HTTP ${status}`, retryAfterMs: 7_000 };
  expect(toFailure(toStatusError('GET /x', refusal)).cause).toBe(cause);
});
