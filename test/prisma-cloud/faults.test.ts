import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { ConsoleClientOptions } from '../../src/prisma-cloud/client.ts';
import type { Observation } from '../../src/scan/snapshot.ts';
import type { Target } from '../../src/scan/target.ts';
import {
  type Loopback,
  type Respond,
  certificate,
  createClient,
  createMemoryLog,
  json,
  signingIn,
  startLoopback,
  startRaw,
} from './loopback.ts';

const ALPINE: Target = {
  kind: 'image',
  reference: { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' },
};
const ENDED = [{ imageScan: { total: 1, scanned: 1 }, isScanOngoing: false }];
const ATTEMPT = 'GET /api/v33.03/registry/progress';
const poll = { priority: 'poll' } as const;
const SESSION = 'opaque-Session-0123456789';
const SHORT = { timeouts: { connectMs: 300, callMs: 300 } };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function start(respond: Respond, tls?: string): Promise<Loopback> {
  const server = await startLoopback(respond, tls);
  open.push(server);
  return server;
}

function client(url: string, options: Partial<ConsoleClientOptions> = {}) {
  const created = createClient(url, options);
  open.push(created);
  return created;
}

/** Asks once; `respond` answers everything but the sign-in. */
async function askOnce(respond: Respond, options: Partial<ConsoleClientOptions> = {}) {
  const server = await start(signingIn(respond));
  const observation = await client(server.url, options).fetchProgress(ALPINE, poll);
  return { server, observation };
}

function failureOf(observation: Observation | null) {
  if (observation?.kind !== 'failed') throw new Error(`expected a failure, not ${observation?.kind}`);
  return observation.failure;
}

async function portOfNobody(): Promise<number> {
  const { port, close } = await startRaw(() => undefined);
  await close();
  return port;
}

describe('a status', () => {
  test.each([
    [400, { err: 'onDemand must be true' }, 'bad-request', 'HTTP 400 onDemand must be true'],
    [403, { err: 'access denied' }, 'forbidden', 'HTTP 403 access denied'],
    [404, { err: '' }, 'not-found', 'HTTP 404'],
    [405, {}, 'bad-request', 'HTTP 405'],
    [408, {}, 'timeout', 'HTTP 408'],
    [500, { err: 'x'.repeat(999) }, 'unavailable', `HTTP 500 ${'x'.repeat(199)}…`],
    [503, { err: 5 }, 'unavailable', 'HTTP 503'],
    [302, {}, 'not-found', 'HTTP 302'],
  ])('%d is told with its own text, and not asked again', async (status, body, cause, outcome) => {
    const { server, observation } = await askOnce(({ response }) => json(response, body, status));
    expect(failureOf(observation)).toEqual({ cause, detail: `${ATTEMPT}: ${outcome}`, retryAfterMs: null });
    expect(server.paths()).toEqual(['authenticate', 'registry/progress']);
  });

  test("502 with a proxy's page is unavailable", async () => {
    const { observation } = await askOnce(({ response }) => {
      response
        .writeHead(502, { 'content-type': 'text/html', 'retry-after': '3' })
        .end('<html>Bad Gateway</html>');
    });
    expect(failureOf(observation)).toEqual({
      cause: 'unavailable',
      detail: `${ATTEMPT}: HTTP 502`,
      retryAfterMs: 3_000,
    });
  });

  test('504 is not asked again: the scan may have been told as ended to the proxy', async () => {
    const { server, observation } = await askOnce(({ response }) => response.writeHead(504).end());
    expect(failureOf(observation).cause).toBe('unavailable');
    expect(server.received).toHaveLength(2);
  });

  test('whose body breaks off is understood by the status', async () => {
    const { observation } = await askOnce(({ response, socket }) => {
      response.writeHead(403, { 'content-length': '100' }).write('{"err":');
      setTimeout(() => socket.destroy(), 20);
    });
    expect(failureOf(observation)).toMatchObject({ cause: 'forbidden', detail: `${ATTEMPT}: HTTP 403` });
  });

  test('a redirect is not followed', async () => {
    const other = await start(({ response }) => json(response, ENDED));
    const { observation } = await askOnce(({ response }) => {
      response.writeHead(307, { location: `${other.url}/api/v33.03/registry/progress` }).end();
    });
    expect(failureOf(observation).cause).toBe('not-found');
    expect(other.received).toEqual([]);
  });
});

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
    const server = await start(signingIn(({ response }) => json(response, { err: 'unauthorized' }, 401)));
    const asker = client(server.url);
    const first = failureOf(await asker.fetchProgress(ALPINE, poll));
    expect(first).toMatchObject({ cause: 'sign-in', retryAfterMs: null });
    expect(first.detail).toBe(`${ATTEMPT}: HTTP 401 unauthorized; next try in 30 s`);
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(4);
  });

  test('that hits many callers at once leads to one sign-in', async () => {
    const server = await start(
      signingIn(({ received, response }) => {
        if (received.headers['authorization'] === 'Bearer token-1') json(response, {}, 401);
        else json(response, ENDED);
      }),
    );
    const asker = client(server.url);
    const observations = await Promise.all(
      Array.from({ length: 8 }, () => asker.fetchProgress(ALPINE, poll)),
    );
    expect(observations.map((one) => one?.kind)).toEqual(Array<string>(8).fill('progress'));
    expect(server.paths().filter((path) => path === 'authenticate')).toHaveLength(2);
  });

  test('to basic authentication is not repeated, and the next call waits', async () => {
    const server = await start(({ response }) => json(response, { err: 'bad credentials' }, 401));
    const asker = client(server.url, { auth: 'basic' });
    const detail = `${ATTEMPT}: HTTP 401 bad credentials; next try in 30 s`;
    expect(failureOf(await asker.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'sign-in', detail });
    expect(failureOf(await asker.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'sign-in' });
    expect(server.received).toHaveLength(1);
  });
});

describe('the sign-in', () => {
  test.each([[401], [403], [400]])('that is refused with %d is not repeated at once', async (status) => {
    const server = await start(({ response }) => json(response, { err: 'invalid credentials' }, status));
    const asker = client(server.url);
    const failures = await Promise.all(Array.from({ length: 5 }, () => asker.fetchProgress(ALPINE, poll)));
    const detail = `POST /api/v33.03/authenticate: HTTP ${status} invalid credentials; next try in 30 s`;
    expect(failures.map((one) => failureOf(one).detail)).toEqual(Array<string>(5).fill(detail));
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe('sign-in');
    expect(server.received).toHaveLength(1);
  });

  test('is tried again when the pause is over', async () => {
    let at = 0;
    let isRefusing = true;
    const server = await start(({ received, response }) => {
      if (isRefusing) json(response, {}, 401);
      else json(response, received.path.endsWith('authenticate') ? { token: 't' } : ENDED);
    });
    const asker = client(server.url, { elapsed: () => at });
    await asker.fetchProgress(ALPINE, poll);
    isRefusing = false;
    at += 29_999;
    expect((await asker.fetchProgress(ALPINE, poll))?.kind).toBe('failed');
    at += 1;
    expect((await asker.fetchProgress(ALPINE, poll))?.kind).toBe('progress');
    expect(server.paths()).toEqual(['authenticate', 'authenticate', 'registry/progress']);
  });

  test.each([
    ['503', 503, {}, 'unavailable'],
    ['404', 404, {}, 'not-found'],
    ['no token', 200, {}, 'garbled'],
    ['an empty token', 200, { token: '' }, 'garbled'],
    ['a token that breaks the header', 200, { token: 'a\r\nx-evil: 1' }, 'garbled'],
  ])('that comes back with %s begins no pause', async (_, status, body, cause) => {
    const server = await start(({ response }) => json(response, body, status));
    const asker = client(server.url);
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe(cause);
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe(cause);
    expect(server.paths()).toEqual(['authenticate', 'authenticate']);
  });

  test('that hangs does not hold a caller longer than its time limit', async () => {
    const server = await start(() => undefined);
    const asker = client(server.url, SHORT);
    expect(failureOf(await asker.fetchProgress(ALPINE, { priority: 'person' })).cause).toBe('timeout');
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe('timeout');
  });

  test('takes a token that has expired for one to be renewed', async () => {
    let at = 0;
    const claims = Buffer.from(JSON.stringify({ iat: 0, exp: 120 })).toString('base64url');
    let tokens = 0;
    const server = await start(({ received, response }) => {
      tokens += 1;
      json(response, received.path.endsWith('authenticate') ? { token: `e30.${claims}.${tokens}` } : []);
    });
    const asker = client(server.url, { elapsed: () => at });
    await asker.fetchProgress(ALPINE, poll);
    at += 120_000;
    await asker.fetchProgress(ALPINE, poll);
    expect(server.paths()).toEqual([
      'authenticate',
      'registry/progress',
      'authenticate',
      'registry/progress',
    ]);
  });
});

describe('429', () => {
  const limited =
    (headers: Record<string, string>): Respond =>
    ({ response }) =>
      response.writeHead(429, headers).end();

  test.each([
    ['1 s', { 'retry-after': '1' }, 1_000, 1_000],
    ['0 s', { 'retry-after': '0' }, 0, 1_000],
    ['20 s', { 'retry-after': '20' }, 20_000, 20_000],
    [
      'a date, by the clock of the Console',
      { date: 'Thu, 01 Jan 2026 12:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 12:00:40 GMT' },
      40_000,
      40_000,
    ],
    ['nothing', {}, null, 1_000],
    ['nonsense', { 'retry-after': 'later' }, null, 1_000],
  ])('that asks for %s pauses everything', async (_, headers, retryAfterMs, pauseMs) => {
    const log = createMemoryLog();
    const { server, observation } = await askOnce(limited(headers), { log, elapsed: () => 0 });
    expect(failureOf(observation)).toEqual({
      cause: 'rate-limited',
      detail: `${ATTEMPT}: HTTP 429`,
      retryAfterMs,
    });
    expect(log.lines.at(-2)?.fields).toEqual({ call: ATTEMPT, pauseMs });
    expect(server.received).toHaveLength(2);
  });

  test('makes the next call fail at once when the pause is long', async () => {
    const server = await start(signingIn(limited({ 'retry-after': '20' })));
    const asker = client(server.url, { elapsed: () => 0 });
    await asker.fetchProgress(ALPINE, poll);
    expect(failureOf(await asker.fetchProgress(ALPINE, { priority: 'person' }))).toEqual({
      cause: 'rate-limited',
      detail: 'GET registry/progress: not sent, the Console asked us to wait',
      retryAfterMs: 20_000,
    });
    expect(server.received).toHaveLength(2);
  });

  test('to a sign-in pauses the same', async () => {
    const server = await start(limited({ 'retry-after': '20' }));
    const asker = client(server.url, { elapsed: () => 0 });
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).cause).toBe('rate-limited');
    expect(failureOf(await asker.fetchProgress(ALPINE, poll)).retryAfterMs).toBe(20_000);
    expect(server.received).toHaveLength(1);
  });
});

describe('a connection', () => {
  test('that is refused is tried once more', async () => {
    const log = createMemoryLog();
    const asker = client(`http://localhost:${await portOfNobody()}`, { log });
    expect(failureOf(await asker.fetchProgress(ALPINE, poll))).toEqual({
      cause: 'unreachable',
      detail: 'POST /api/v33.03/authenticate: ECONNREFUSED',
      retryAfterMs: null,
    });
  });

  test('that was refused and then is not leads to an answer', async () => {
    const port = await portOfNobody();
    const asker = client(`http://127.0.0.1:${port}`, { auth: 'basic', random: () => 1 });
    const asking = asker.fetchProgress(ALPINE, poll);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]';
    open.push(await startRaw((socket) => socket.end(answer), port));
    await expect(asking).resolves.toMatchObject({ kind: 'absent' });
  });

  test('to a name that does not exist is unreachable', async () => {
    const failure = failureOf(await client('http://nowhere.invalid').fetchProgress(ALPINE, poll));
    expect(failure.cause).toBe('unreachable');
    expect(failure.detail).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('that is reset before an answer is not asked again', async () => {
    const { server, observation } = await askOnce(({ socket }) => socket.resetAndDestroy());
    expect(failureOf(observation)).toMatchObject({ cause: 'unreachable', detail: `${ATTEMPT}: ECONNRESET` });
    expect(server.received).toHaveLength(2);
  });

  test('that is closed before an answer is not asked again', async () => {
    const { server, observation } = await askOnce(({ socket }) => socket.destroy());
    expect(failureOf(observation)).toMatchObject({
      cause: 'unreachable',
      detail: `${ATTEMPT}: UND_ERR_SOCKET`,
    });
    expect(server.received).toHaveLength(2);
  });

  test('that speaks something else is garbled', async () => {
    const server = await startRaw((socket) =>
      socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.6\r\n')),
    );
    open.push(server);
    const asker = client(`http://127.0.0.1:${server.port}`);
    expect(failureOf(await asker.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'garbled' });
  });
});

describe('a time limit', () => {
  test('holds for an answer that never begins', async () => {
    const { server, observation } = await askOnce(() => undefined, SHORT);
    expect(failureOf(observation)).toMatchObject({
      cause: 'timeout',
      detail: `${ATTEMPT}: no answer in time`,
    });
    expect(server.received).toHaveLength(2);
  });

  test('holds for headers that drip', async () => {
    const { observation } = await askOnce(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-drop: 1\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    }, SHORT);
    expect(failureOf(observation)).toMatchObject({
      cause: 'timeout',
      detail: `${ATTEMPT}: no answer in time`,
    });
  });

  test('holds for a body that drips', async () => {
    const { server, observation } = await askOnce(({ response, socket }) => {
      response.writeHead(200).write('[');
      const timer = setInterval(() => response.write(' '), 20);
      socket.on('close', () => clearInterval(timer));
    }, SHORT);
    const detail = `${ATTEMPT}: the answer did not end in time`;
    expect(failureOf(observation)).toMatchObject({ cause: 'timeout', detail });
    expect(server.received).toHaveLength(2);
  });

  test('holds for a handshake that never ends', async () => {
    const server = await startRaw(() => undefined);
    open.push(server);
    const asker = client(`https://127.0.0.1:${server.port}`, {
      timeouts: { connectMs: 100, callMs: 10_000 },
    });
    const detail = 'POST /api/v33.03/authenticate: no connection (UND_ERR_CONNECT_TIMEOUT)';
    expect(failureOf(await asker.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'timeout', detail });
  });

  test('may be set by the caller, too', async () => {
    const controller = new AbortController();
    const server = await start(signingIn(() => controller.abort()));
    const observation = await client(server.url).fetchProgress(ALPINE, {
      ...poll,
      signal: controller.signal,
    });
    expect(failureOf(observation).cause).toBe('timeout');
  });
});

describe('a broken answer', () => {
  const refused = async (respond: Respond) => {
    const log = createMemoryLog();
    const { server, observation } = await askOnce(respond, { log });
    expect(server.paths()).toEqual(['authenticate', 'registry/progress']);
    const { cause, detail } = failureOf(observation);
    expect(cause).toBe('garbled');
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'unreadable answer' });
    return { detail, logged: log.lines.at(-1)?.fields as { body: string } };
  };

  test('that is no JSON is logged, not asked again', async () => {
    const { detail, logged } = await refused(({ response }) => {
      response.setHeader('content-type', 'text/html').end('<html>Sign in</html>');
    });
    expect(detail).toBe(`${ATTEMPT}: not JSON (text/html, 20 characters)`);
    expect(logged.body).toBe('<html>Sign in</html>');
  });

  test.each([
    ['cut JSON of full length', '[{"isScanOngoing": fal'],
    ['an empty body', ''],
    ['an object', '{}'],
    ['an array of strings', '["x"]'],
    ['a word for a boolean', '[{"isScanOngoing": "maybe"}]'],
    ['brackets without end', '['.repeat(1_000_000)],
    ['invalid UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d])],
  ])('%s is garbled', async (_, body) => {
    await refused(({ response }) => response.end(body));
  });

  test.each([
    ['with something behind it', `{"token":"${SESSION}"}\n<!-- proxy 7 -->`],
    ['cut', `{"token":"${SESSION}`],
    ['of another shape', `{"token":["${SESSION}"]}`],
    ['that fits into no header', `{"token":"${SESSION} \\n"}`],
    ['in no UTF-8', Buffer.from(`{"token":"${SESSION}\xff"}`, 'latin1')],
  ])('that holds a session %s gets neither into the log nor into what is kept', async (_, body) => {
    const log = createMemoryLog();
    const server = await start(({ response }) => response.end(body));
    const observation = await client(server.url, { log }).fetchProgress(ALPINE, poll);
    expect(server.paths()).toEqual(['authenticate']);
    expect(observation).toMatchObject({ failure: { cause: 'garbled' }, unread: null });
    expect(JSON.stringify([observation, log.lines])).not.toContain(SESSION);
  });

  test('is kept up to 20,000 characters', async () => {
    const { observation } = await askOnce(({ response }) => response.end('x'.repeat(1_000_000)));
    expect(observation?.kind === 'failed' && observation.unread?.length).toBe(20_000);
  });

  test('that names the field it broke on', async () => {
    const { detail } = await refused(({ response }) => json(response, [{ isScanOngoing: 'maybe' }]));
    expect(detail).toContain('/0/isScanOngoing');
  });

  test('that is cut by the connection is garbled', async () => {
    const { detail } = await refused(({ response, socket }) => {
      response.writeHead(200, { 'content-length': '1000' }).write('[{"isScanOngoing": false');
      setTimeout(() => socket.destroy(), 20);
    });
    expect(detail).toBe(`${ATTEMPT}: cut (UND_ERR_SOCKET)`);
  });

  test('of 50 MB is left off at 5 MB', async () => {
    const cutOff = Promise.withResolvers<boolean>();
    const { detail } = await refused(({ response, socket }) => {
      const chunk = Buffer.alloc(100_000, ' ');
      let left = 500;
      socket.on('close', () => cutOff.resolve(left > 0));
      const pump = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!response.write(chunk)) return void response.once('drain', pump);
        }
        response.end('[]');
      };
      pump();
    });
    expect(detail).toBe(`${ATTEMPT}: larger than 5000000 bytes`);
    await expect(cutOff.promise).resolves.toBe(true);
  });

  test('that grows to 50 MB when decompressed is garbled', async () => {
    const { detail } = await refused(({ response }) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(50_000_000, ' ')));
    });
    expect(detail).toBe(`${ATTEMPT}: not to be decompressed (ERR_BUFFER_TOO_LARGE)`);
  });

  test.each([
    ['gzip', 'not gzip at all', 'Z_DATA_ERROR'],
    ['zip', '[]', 'unknown content-encoding'],
    ['constructor', '[]', 'unknown content-encoding'],
  ])('with content-encoding %s that is none is garbled', async (encoding, body, reason) => {
    const { detail } = await refused(({ response }) =>
      response.setHeader('content-encoding', encoding).end(body),
    );
    expect(detail).toContain(reason);
  });
});

test('a proxy that compresses unasked costs nothing', async () => {
  const { server, observation } = await askOnce(({ response }) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify(ENDED)));
  });
  expect(observation).toMatchObject({ kind: 'progress', registries: [{ isOngoing: false }] });
  expect(server.received.at(-1)?.headers['accept-encoding']).toBe('identity');
});

describe('TLS', () => {
  const ended = signingIn(({ response }) => json(response, ENDED));
  const CA = certificate('localhost');

  test.each([
    ['a self-signed certificate', 'localhost', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['an expired certificate', 'expired', { ca: certificate('expired') }, 'CERT_HAS_EXPIRED'],
    [
      "another host's certificate",
      'other-host',
      { ca: certificate('other-host') },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      "another authority's certificate",
      'localhost',
      { ca: certificate('other-host') },
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
  ])('does not take %s', async (_, name, options, code) => {
    const server = await start(ended, name);
    const failure = failureOf(await client(server.url, options).fetchProgress(ALPINE, poll));
    expect(failure).toMatchObject({ cause: 'tls', detail: `POST /api/v33.03/authenticate: ${code}` });
    expect(server.received).toEqual([]);
  });

  test('takes a self-signed certificate by its CA', async () => {
    const server = await start(ended, 'localhost');
    await expect(client(server.url, { ca: CA }).fetchProgress(ALPINE, poll)).resolves.toMatchObject({
      kind: 'progress',
    });
  });

  test.each([['localhost'], ['expired'], ['other-host']])(
    'takes %s where nothing is to be checked',
    async (name) => {
      const server = await start(ended, name);
      const asker = client(server.url, { isTlsInsecure: true });
      await expect(asker.fetchProgress(ALPINE, poll)).resolves.toMatchObject({ kind: 'progress' });
    },
  );

  test('that a server misses is called so', async () => {
    const server = await start(({ response }) =>
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
    );
    expect(failureOf(await client(server.url).fetchProgress(ALPINE, poll))).toMatchObject({
      cause: 'unreachable',
      detail:
        'POST /api/v33.03/authenticate: TLS is spoken there, PRISMA_CONSOLE_URL needs https:// (HTTP 400)',
    });
  });

  test('spoken to a port of plain HTTP is no question of certificates', async () => {
    const server = await start(ended);
    const failure = failureOf(
      await client(server.url.replace('http:', 'https:')).fetchProgress(ALPINE, poll),
    );
    expect(failure).toMatchObject({
      cause: 'unreachable',
      detail: expect.stringContaining('no TLS is spoken there, try http:// in PRISMA_CONSOLE_URL') as string,
    });
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
    const server = await start(signingIn((exchange) => left.shift()?.(exchange)));
    const asker = client(server.url, { auth, log });
    const seen = [];
    for (let i = 0; i < 4; i += 1) seen.push(await asker.fetchProgress(ALPINE, poll));
    const basic = Buffer.from('user:secret-password').toString('base64');
    const text = JSON.stringify([seen, log.lines]);
    for (const secret of ['secret-password', basic, 'token-1', 'token-2']) expect(text).not.toContain(secret);
  }
});
