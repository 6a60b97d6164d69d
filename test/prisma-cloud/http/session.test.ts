import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SignInError, TimeoutError, UnavailableError } from '../../../src/prisma-cloud/http/errors.ts';
import { type SignInFailure, createSession, toTokenUse } from '../../../src/prisma-cloud/http/session.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const signal = new AbortController().signal;
const wrong: SignInFailure = { attempt: 'POST /authenticate', outcome: 'HTTP 401 invalid credentials' };

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

/** A session with a manual clock, whose sign-ins resolve to a list of results, then to tokens. */
function createStage(answers: (string | SignInFailure | Error)[] = [], auth: 'token' | 'basic' = 'token') {
  let at = 0;
  let signIns = 0;
  const signIn = async () => {
    signIns += 1;
    await Promise.resolve();
    const answer = answers.shift() ?? `token-${signIns}`;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const times = { now: () => NOW + at, monotonicNow: () => at, random: () => 0 };
  const session = createSession({ auth, username: 'jürgen', password: 'pä:ss', signIn, ...times });
  const refused = (authorization: string) => ({ attempt: 'GET /x', outcome: 'HTTP 401', authorization });
  const pass = (ms: number) => void (at += ms);
  const authorize = (afterMs = 0) => {
    pass(afterMs);
    return session.authorize(signal);
  };
  return { session, authorize, refused, signIns: () => signIns, pass };
}

describe('a token', () => {
  test('is asked for once, however many callers wait', async () => {
    const { authorize, signIns } = createStage();
    const headers = await Promise.all(Array.from({ length: 20 }, async () => authorize()));
    expect(new Set(headers)).toEqual(new Set(['Bearer token-1']));
    expect(signIns()).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('is renewed after five minutes at the latest', async () => {
    const { authorize, signIns } = createStage([jwt({ iat: 0, exp: 1_800 })]);
    await authorize();
    await authorize(5 * MINUTE - 1);
    expect(signIns()).toBe(1);
    await expect(authorize(1)).resolves.toBe('Bearer token-2');
  });

  test('is renewed once after a 401, although several callers were refused with it', async () => {
    const { session, authorize, refused, signIns } = createStage();
    const old = await authorize();
    const renewals = [1, 2].map(() => session.renew(refused(old), signal));
    expect(await Promise.all(renewals)).toEqual(['Bearer token-2', 'Bearer token-2']);
    await expect(session.renew(refused(old), signal)).resolves.toBe('Bearer token-2');
    expect(signIns()).toBe(2);
  });

  test('serves on when an early renewal fails for want of the Console', async () => {
    const { authorize, signIns } = createStage(['first', new TimeoutError('POST', 'no answer')]);
    await authorize();
    await expect(authorize(5 * MINUTE)).resolves.toBe('Bearer first');
    await authorize(29_999);
    expect(signIns()).toBe(2);
    await expect(authorize(1)).resolves.toBe('Bearer token-3');
  });

  test('does not serve on once it has expired', async () => {
    const refusal = { status: 503, outcome: 'HTTP 503', retryAfterMs: null };
    const { authorize } = createStage(['first', new UnavailableError('POST', refusal)]);
    await authorize();
    await expect(authorize(30 * MINUTE)).rejects.toBeInstanceOf(UnavailableError);
    await expect(authorize()).resolves.toBe('Bearer token-3');
  });

  test('does not serve on when the renewal was refused', async () => {
    const { authorize } = createStage(['first', wrong]);
    await authorize();
    await expect(authorize(5 * MINUTE)).rejects.toBeInstanceOf(SignInError);
  });

  test('that a caller no longer waits for still reaches the others', async () => {
    const { session, authorize } = createStage();
    const controller = new AbortController();
    const waiting = [session.authorize(controller.signal), authorize()];
    controller.abort();
    await expect(waiting[0]).rejects.toBeInstanceOf(TimeoutError);
    await expect(waiting[1]).resolves.toBe('Bearer token-1');
    await expect(createStage().session.authorize(controller.signal)).rejects.toBeInstanceOf(TimeoutError);
  });
});

test.each([
  ['reader', jwt({ role: 'reader' }), 'reader'],
  ['a name of a hundred characters', jwt({ role: 'r'.repeat(100) }), 'r'.repeat(100)],
  ['longer than that', jwt({ role: 'r'.repeat(101) }), null],
  ['empty', jwt({ role: '' }), null],
  ['no text', jwt({ role: 7 }), null],
  ['not named', 'opaque', null],
])('a role that is %s', async (_, token, role) => {
  const { session, authorize } = createStage([token]);
  expect(session.role()).toBeNull();
  await authorize();
  expect(session.role()).toBe(role);
});

describe('a refused sign-in', () => {
  test('is not repeated for 30 s, then for longer, at most 10 min', async () => {
    const { authorize, pass, signIns } = createStage(Array<SignInFailure>(20).fill(wrong));
    const pauses: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const error = await Promise.resolve(authorize()).catch((thrown: unknown) => thrown);
      if (!(error instanceof SignInError)) throw error;
      pauses.push(error.pauseMs);
      await expect(authorize(error.pauseMs - 1)).rejects.toThrow('next try in 1 s');
      pass(1);
    }
    expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
    expect(signIns()).toBe(7);
  });

  test('says what was tried, what came back and when the next try is', async () => {
    const { authorize } = createStage([wrong]);
    const message = 'POST /authenticate: HTTP 401 invalid credentials; next try in 30 s';
    await expect(authorize()).rejects.toThrow(message);
  });

  test('begins small again after the Console has accepted somebody', async () => {
    const { session, authorize } = createStage([wrong, wrong, 'good', wrong]);
    await expect(authorize()).rejects.toMatchObject({ pauseMs: 30_000 });
    await expect(authorize(30_000)).rejects.toMatchObject({ pauseMs: 60_000 });
    await authorize(60_000);
    session.accept();
    await expect(authorize(5 * MINUTE)).rejects.toMatchObject({ pauseMs: 30_000 });
  });

  test('goes on growing where an answer to an earlier request arrives during the pause', async () => {
    const { session, authorize } = createStage([wrong, wrong]);
    await expect(authorize()).rejects.toMatchObject({ pauseMs: 30_000 });
    session.accept();
    await expect(authorize(30_000)).rejects.toMatchObject({ pauseMs: 60_000 });
  });

  test('is not repeated by those whose token is refused meanwhile', async () => {
    const { session, authorize, refused, signIns } = createStage(['first', wrong]);
    const old = refused(await authorize());
    await expect(session.renew(old, signal)).rejects.toBeInstanceOf(SignInError);
    await expect(session.renew(old, signal)).rejects.toBeInstanceOf(SignInError);
    expect(signIns()).toBe(2);
  });

  test('also follows from a fresh token that is refused', async () => {
    const { session, authorize, refused, signIns } = createStage();
    const renewed = await session.renew(refused(await authorize()), signal);
    expect(session.reject(refused(renewed))).toMatchObject({ pauseMs: 30_000 });
    await expect(authorize()).rejects.toThrow('GET /x: HTTP 401; next try in 30 s');
    expect(signIns()).toBe(2);
    await expect(authorize(30_000)).resolves.toBe('Bearer token-3');
  });
});

describe('basic authentication', () => {
  test('sends name and password as UTF-8 and signs in nowhere', async () => {
    const { session, authorize, signIns } = createStage([], 'basic');
    const header = `Basic ${Buffer.from('jürgen:pä:ss').toString('base64')}`;
    expect(await authorize()).toBe(header);
    expect(signIns()).toBe(0);
    expect(session.role()).toBeNull();
  });

  test('pauses after a 401, since every request is a sign-in', async () => {
    const { session, authorize, refused } = createStage([], 'basic');
    const header = await authorize();
    await expect(session.renew(refused(header), signal)).rejects.toBeInstanceOf(SignInError);
    // Under way together, refused together: that is one refusal.
    await expect(session.renew(refused(header), signal)).rejects.toMatchObject({ pauseMs: 30_000 });
    expect(() => authorize()).toThrow(SignInError);
    expect(await authorize(30_000)).toBe(header);
  });
});

describe('toTokenUse', () => {
  const second = NOW / 1_000;

  test.each([
    ['a usual token', jwt({ iat: second, exp: second + 1_800 }), [5, 30]],
    ['one of three minutes', jwt({ iat: second, exp: second + 180 }), [2, 3]],
    ['one of one minute', jwt({ iat: second, exp: second + 60 }), [0.5, 1]],
    ['one of two seconds', jwt({ iat: second, exp: second + 2 }), [10 / 60, 2 / 60]],
    ['one of a clock an hour behind ours', jwt({ iat: second - 3_600, exp: second - 3_420 }), [2, 3]],
    ['one that expires as it begins', jwt({ iat: second, exp: second }), [5, 30]],
    ['one of a millisecond', jwt({ iat: 0, exp: 0.001 }), [10 / 60, 1 / MINUTE]],
    ['one without iat', jwt({ exp: second + 180 }), [2, 3]],
    ['one without iat that seems to have expired', jwt({ exp: second - 180 }), [5, 30]],
    ['one without dates', jwt({ user: 'x' }), [5, 30]],
    ['dates of a wrong type', jwt({ exp: 'soon' }), [5, 30]],
    ['no JWT', 'opaque', [5, 30]],
    ['dots without JSON', 'a.b.c', [5, 30]],
  ])('%s is renewed after, and lives for, so many minutes', (_, token, expected) => {
    const { renewAfterMs, lifetimeMs } = toTokenUse(token, NOW);
    expect([renewAfterMs / MINUTE, lifetimeMs / MINUTE]).toEqual(expected);
  });
});
