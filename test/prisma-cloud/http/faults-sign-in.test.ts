import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../support/rate-limiter.ts';
import {
  ALPINE,
  ENDED,
  type Respond,
  askOnce,
  createClient,
  createMemoryLog,
  failureOf,
  json,
  poll,
  signingIn,
  startLoopback,
} from '../loopback.ts';

const ATTEMPT = 'GET /api/v33.03/registry/progress';
const SHORT = { timeouts: { connectMs: 300, callMs: 300 } };

describe('a 401', () => {
  test('is answered with a new token, once', async () => {
    const { server, observation } = await askOnce(({ received, response }) => {
      if (received.headers['authorization'] === 'Bearer token-1') json(response, { err: 'expired' }, 401);
      else json(response, ENDED);
    });
    expect(observation).toMatchObject({ kind: 'progress', registries: [{ isOngoing: false }] });
    expect(server.paths()).toEqual([
      'authenticate',
      'registry/progress',
      'authenticate',
      'registry/progress',
    ]);
  });

  test('that is repeated means that the sign-in does not hold', async () => {
    const server = await startLoopback(
      signingIn(({ response }) => json(response, { err: 'unauthorized' }, 401)),
    );
    const invocation = createClient(server.url);
    const first = failureOf(await invocation.fetchProgress(ALPINE, poll));
    expect(first).toMatchObject({ cause: 'sign-in', retryAfterMs: null });
    expect(first.detail).toBe(`${ATTEMPT}: HTTP 401 unauthorized; next try in 30 s`);
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(4);
  });

  test('that hits many callers at once leads to one sign-in', async () => {
    const server = await startLoopback(
      signingIn(({ received, response }) => {
        if (received.headers['authorization'] === 'Bearer token-1') json(response, {}, 401);
        else json(response, ENDED);
      }),
    );
    const invocation = createClient(server.url);
    const observations = await Promise.all(
      Array.from({ length: 8 }, () => invocation.fetchProgress(ALPINE, poll)),
    );
    expect(observations.map((one) => one?.kind)).toEqual(Array<string>(8).fill('progress'));
    expect(server.paths().filter((path) => path === 'authenticate')).toHaveLength(2);
  });

  test('is followed up before the polls that wait', async () => {
    const rateLimiter = createLimiter();
    const { observation } = await askOnce(
      ({ received, response }) => {
        rateLimiter.close(['background']);
        json(response, ENDED, received.headers['authorization'] === 'Bearer token-1' ? 401 : 200);
      },
      { rateLimiter },
    );
    expect(observation).toMatchObject({ kind: 'progress' });
  });

  test.each([
    ['basic', [401, 200, 401]],
    ['token', [401, 401, 401, 200, 401, 401]],
  ] as const)('begins a short pause again once the Console has answered: %s', async (auth, statuses) => {
    let at = 0;
    const left: number[] = [...statuses];
    const server = await startLoopback(signingIn(({ response }) => json(response, ENDED, left.shift())));
    const invocation = createClient(server.url, { auth, monotonicNow: () => at });
    const observations = [];
    while (left.length > 0) {
      observations.push(await invocation.fetchProgress(ALPINE, poll));
      at += 30_000;
    }
    const failure = { detail: `${ATTEMPT}: HTTP 401; next try in 30 s` };
    expect(observations).toMatchObject([{ failure }, { kind: 'progress' }, { failure }]);
  });

  test('to basic authentication is not repeated, and the next call waits', async () => {
    const server = await startLoopback(({ response }) => json(response, { err: 'bad credentials' }, 401));
    const invocation = createClient(server.url, { auth: 'basic' });
    const detail = `${ATTEMPT}: HTTP 401 bad credentials; next try in 30 s`;
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll))).toMatchObject({
      cause: 'sign-in',
      detail,
    });
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'sign-in' });
    expect(server.received).toHaveLength(1);
  });
});

describe('the sign-in', () => {
  test.each([[401], [403], [400]])('that is refused with %d is not repeated at once', async (status) => {
    const server = await startLoopback(({ response }) =>
      json(response, { err: 'invalid credentials' }, status),
    );
    const invocation = createClient(server.url);
    const failures = await Promise.all(
      Array.from({ length: 5 }, () => invocation.fetchProgress(ALPINE, poll)),
    );
    const detail = `POST /api/v33.03/authenticate: HTTP ${status} invalid credentials; next try in 30 s`;
    expect(failures.map((one) => failureOf(one).detail)).toEqual(Array<string>(5).fill(detail));
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(1);
  });

  test('is tried again when the pause is over', async () => {
    let at = 0;
    let isRefusing = true;
    const server = await startLoopback(({ received, response }) => {
      if (isRefusing) json(response, {}, 401);
      else json(response, received.path.endsWith('authenticate') ? { token: 't' } : ENDED);
    });
    const invocation = createClient(server.url, { monotonicNow: () => at });
    await invocation.fetchProgress(ALPINE, poll);
    isRefusing = false;
    at += 29_999;
    expect((await invocation.fetchProgress(ALPINE, poll))?.kind).toBe('failed');
    at += 1;
    expect((await invocation.fetchProgress(ALPINE, poll))?.kind).toBe('progress');
    expect(server.paths()).toEqual(['authenticate', 'authenticate', 'registry/progress']);
  });

  test.each([
    ['503', 503, {}, 'unavailable'],
    ['404', 404, {}, 'not-found'],
    ['no token', 200, {}, 'garbled'],
    ['an empty token', 200, { token: '' }, 'garbled'],
    ['a token that breaks the header', 200, { token: 'a\r\nx-evil: 1' }, 'garbled'],
  ])('that comes back with %s begins no pause', async (_, status, body, cause) => {
    const server = await startLoopback(({ response }) => json(response, body, status));
    const invocation = createClient(server.url);
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll)).cause).toBe(cause);
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll)).cause).toBe(cause);
    expect(server.paths()).toEqual(['authenticate', 'authenticate']);
  });

  test('that hangs does not hold a caller longer than its time limit', async () => {
    const server = await startLoopback(() => undefined);
    const invocation = createClient(server.url, SHORT);
    expect(failureOf(await invocation.fetchProgress(ALPINE, { priority: 'interactive' })).cause).toBe(
      'timeout',
    );
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll)).cause).toBe('timeout');
  });

  test('takes a token that has expired for one to be renewed', async () => {
    let at = 0;
    const claims = Buffer.from(JSON.stringify({ iat: 0, exp: 120 })).toString('base64url');
    let tokens = 0;
    const server = await startLoopback(({ received, response }) => {
      tokens += 1;
      json(response, received.path.endsWith('authenticate') ? { token: `e30.${claims}.${tokens}` } : []);
    });
    const invocation = createClient(server.url, { monotonicNow: () => at });
    await invocation.fetchProgress(ALPINE, poll);
    at += 120_000;
    await invocation.fetchProgress(ALPINE, poll);
    expect(server.paths()).toEqual([
      'authenticate',
      'registry/progress',
      'authenticate',
      'registry/progress',
    ]);
  });
});

test('no secret appears in a failure or in the log', async () => {
  const log = createMemoryLog();
  const answers: Respond[] = [
    ({ response }) => json(response, { err: 'no' }, 403),
    ({ response }) => response.end('<html>'),
    ({ response }) => json(response, { err: 'no' }, 401),
    ({ response }) => json(response, { err: 'no' }, 401),
    ({ socket }) => socket.destroy(),
  ];
  for (const auth of ['token', 'basic'] as const) {
    const left = [...answers];
    const server = await startLoopback(signingIn((exchange) => left.shift()?.(exchange)));
    const invocation = createClient(server.url, { auth, log });
    const seen = [];
    for (let i = 0; i < 4; i += 1) seen.push(await invocation.fetchProgress(ALPINE, poll));
    const basic = Buffer.from('user:secret-password').toString('base64');
    const text = JSON.stringify([seen, log.lines]);
    for (const secret of ['secret-password', basic, 'token-1', 'token-2']) expect(text).not.toContain(secret);
  }
});
