import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../support/rate-limiter.ts';
import {
  ALPINE,
  ENDED,
  type Respond,
  askOnce,
  createMemoryLog,
  failOnce,
  failureFor,
  jsonOf,
  json,
  person,
  poll,
  signingIn,
  stage,
  stageWithSignIn,
  status,
  text,
} from '../loopback.ts';

const ATTEMPT = 'GET /api/v33.03/registry/progress';
const SHORT = { timeouts: { connectMs: 300, callMs: 300 } };

const SIGNED_IN = ['authenticate', 'registry/progress'];
const refusingFirstToken: Respond = ({ received, response }) =>
  json(response, ENDED, received.headers['authorization'] === 'Bearer token-1' ? 401 : 200);

describe('a 401', () => {
  test('is answered with a new token, once', async () => {
    const { server, observation } = await askOnce(refusingFirstToken);
    expect(observation).toMatchObject({ kind: 'progress', registries: [{ isOngoing: false }] });
    expect(server.paths()).toEqual([...SIGNED_IN, ...SIGNED_IN]);
  });

  test('that is repeated means that the sign-in does not hold', async () => {
    const { server, client, failure } = await failOnce(status(401, 'unauthorized'));
    expect(failure).toMatchObject({ cause: 'sign-in', retryAfterMs: null });
    expect(failure.detail).toBe(`${ATTEMPT}: HTTP 401 unauthorized; next try in 30 s`);
    expect((await failureFor(client)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(4);
  });

  test('that hits many callers at once leads to one sign-in', async () => {
    const { server, client } = await stage(refusingFirstToken);
    const polls = Array.from({ length: 8 }, () => client.fetchProgress(ALPINE, poll));
    const observations = await Promise.all(polls);
    expect(observations.map((one) => one?.kind)).toEqual(Array<string>(8).fill('progress'));
    expect(server.paths().filter((path) => path === 'authenticate')).toHaveLength(2);
  });

  test('is followed up before the polls that wait', async () => {
    const rateLimiter = createLimiter();
    const respond: Respond = (exchange) => {
      rateLimiter.close(['background']);
      refusingFirstToken(exchange);
    };
    const { observation } = await askOnce(respond, { rateLimiter });
    expect(observation).toMatchObject({ kind: 'progress' });
  });

  test.each([
    ['basic', [401, 200, 401]],
    ['token', [401, 401, 401, 200, 401, 401]],
  ] as const)('begins a short pause again once the Console has answered: %s', async (auth, statuses) => {
    let at = 0;
    const left: number[] = [...statuses];
    const respond: Respond = ({ response }) => json(response, ENDED, left.shift());
    const { client } = await stage(respond, { auth, monotonicNow: () => at });
    const observations = [];
    for (; left.length > 0; at += 30_000) observations.push(await client.fetchProgress(ALPINE, poll));
    const failure = { detail: `${ATTEMPT}: HTTP 401; next try in 30 s` };
    expect(observations).toMatchObject([{ failure }, { kind: 'progress' }, { failure }]);
  });

  test('to basic authentication is not repeated, and the next call waits', async () => {
    const { server, client, failure } = await failOnce(status(401, 'bad credentials'), { auth: 'basic' });
    const detail = `${ATTEMPT}: HTTP 401 bad credentials; next try in 30 s`;
    expect(failure).toMatchObject({ cause: 'sign-in', detail });
    expect(await failureFor(client)).toMatchObject({ cause: 'sign-in' });
    expect(server.received).toHaveLength(1);
  });
});

describe('the sign-in', () => {
  test.each([[401], [403], [400]])('that is refused with %d is not repeated at once', async (code) => {
    const { server, client } = await stageWithSignIn(status(code, 'invalid credentials'));
    const failures = await Promise.all(Array.from({ length: 5 }, () => failureFor(client)));
    const detail = `POST /api/v33.03/authenticate: HTTP ${code} invalid credentials; next try in 30 s`;
    expect(failures.map((one) => one.detail)).toEqual(Array<string>(5).fill(detail));
    expect((await failureFor(client)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(1);
  });

  test('is tried again when the pause is over', async () => {
    let at = 0;
    let isRefusing = true;
    const accepting = signingIn(jsonOf(ENDED));
    const respond: Respond = (exchange) => (isRefusing ? status(401) : accepting)(exchange);
    const { server, client } = await stageWithSignIn(respond, { monotonicNow: () => at });
    await client.fetchProgress(ALPINE, poll);
    isRefusing = false;
    at += 29_999;
    expect((await client.fetchProgress(ALPINE, poll))?.kind).toBe('failed');
    at += 1;
    expect((await client.fetchProgress(ALPINE, poll))?.kind).toBe('progress');
    expect(server.paths()).toEqual(['authenticate', 'authenticate', 'registry/progress']);
  });

  test.each([
    ['503', 503, {}, 'unavailable'],
    ['404', 404, {}, 'not-found'],
    ['no token', 200, {}, 'garbled'],
    ['an empty token', 200, { token: '' }, 'garbled'],
    ['a token that breaks the header', 200, { token: 'a\r\nx-evil: 1' }, 'garbled'],
  ])('that comes back with %s begins no pause', async (_, code, body, cause) => {
    const { server, client } = await stageWithSignIn(jsonOf(body, code));
    expect((await failureFor(client)).cause).toBe(cause);
    expect((await failureFor(client)).cause).toBe(cause);
    expect(server.paths()).toEqual(['authenticate', 'authenticate']);
  });

  test('that hangs does not hold a caller longer than its time limit', async () => {
    const { client } = await stageWithSignIn(() => undefined, SHORT);
    expect((await failureFor(client, person)).cause).toBe('timeout');
    expect((await failureFor(client)).cause).toBe('timeout');
  });

  test('takes a token that has expired for one to be renewed', async () => {
    let at = 0;
    const claims = Buffer.from(JSON.stringify({ iat: 0, exp: 120 })).toString('base64url');
    let tokens = 0;
    const respond: Respond = ({ received, response }) => {
      tokens += 1;
      json(response, received.path.endsWith('authenticate') ? { token: `e30.${claims}.${tokens}` } : []);
    };
    const { server, client } = await stageWithSignIn(respond, { monotonicNow: () => at });
    await client.fetchProgress(ALPINE, poll);
    at += 120_000;
    await client.fetchProgress(ALPINE, poll);
    expect(server.paths()).toEqual([...SIGNED_IN, ...SIGNED_IN]);
  });
});

test('no secret appears in a failure or in the log', async () => {
  const log = createMemoryLog();
  const lost: Respond = ({ socket }) => socket.destroy();
  const answers = [status(403, 'no'), text('<html>'), status(401, 'no'), status(401, 'no'), lost];
  for (const auth of ['token', 'basic'] as const) {
    const left = [...answers];
    const { client } = await stage((exchange) => left.shift()?.(exchange), { auth, log });
    const seen = [];
    for (let i = 0; i < 4; i += 1) seen.push(await client.fetchProgress(ALPINE, poll));
    const basic = Buffer.from('user:secret-password').toString('base64');
    const text = JSON.stringify([seen, log.lines]);
    for (const secret of ['secret-password', basic, 'token-1', 'token-2']) expect(text).not.toContain(secret);
  }
});
