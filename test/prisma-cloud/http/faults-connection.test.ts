import { describe, expect, test } from 'vitest';
import {
  ALPINE,
  ENDED,
  askOnce,
  certificate,
  createClient,
  createMemoryLog,
  failureOf,
  json,
  poll,
  signingIn,
  startLoopback,
  startRaw,
} from '../loopback.ts';

const ATTEMPT = 'GET /api/v33.03/registry/progress';
const DRIP_MS = 1_000;

async function portOfNobody(): Promise<number> {
  const { port, close } = await startRaw(() => undefined);
  await close();
  return port;
}

describe('a connection', () => {
  test('that is refused is tried once more', async () => {
    const log = createMemoryLog();
    const invocation = createClient(`http://localhost:${await portOfNobody()}`, { log });
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll))).toEqual({
      cause: 'unreachable',
      detail: 'POST /api/v33.03/authenticate: ECONNREFUSED',
      retryAfterMs: null,
    });
  });

  test('that was refused and then is not leads to an answer', async () => {
    const port = await portOfNobody();
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]';
    const listening: Promise<unknown>[] = [];
    // `random` is called when the pause after a rejection starts; from then on the server listens.
    const random = (): number => {
      listening.push(startRaw((socket) => socket.end(answer), port));
      return 1;
    };
    const invocation = createClient(`http://127.0.0.1:${port}`, { auth: 'basic', random });
    await expect(invocation.fetchProgress(ALPINE, poll)).resolves.toMatchObject({ kind: 'absent' });
    expect(listening).toHaveLength(1);
    await Promise.all(listening);
  });

  test('that was refused is tried again after two fifths of a second at most', async () => {
    const port = await portOfNobody();
    const passed: number[] = [];
    const random = (): number => {
      for (const ms of [150, 1_000]) setTimeout(() => passed.push(ms), ms);
      return 1;
    };
    await createClient(`http://127.0.0.1:${port}`, { auth: 'basic', random }).fetchProgress(ALPINE, poll);
    expect(passed).toEqual([150]);
  });

  test('that was refused is left where the caller gives up meanwhile', async () => {
    const leaving = new AbortController();
    const random = (): number => {
      leaving.abort();
      return 1;
    };
    const invocation = createClient(`http://127.0.0.1:${await portOfNobody()}`, { auth: 'basic', random });
    const observation = await invocation.fetchProgress(ALPINE, { ...poll, signal: leaving.signal });
    expect(failureOf(observation)).toMatchObject({ detail: `${ATTEMPT}: ECONNREFUSED` });
  });

  test('to a name that does not exist is unreachable', async () => {
    const failure = failureOf(await createClient('http://nowhere.invalid').fetchProgress(ALPINE, poll));
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
    const invocation = createClient(`http://127.0.0.1:${server.port}`);
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll))).toMatchObject({ cause: 'garbled' });
  });
});

describe('a time limit', () => {
  test('of 15 s holds for an answer that never begins', async () => {
    const passed: number[] = [];
    const { server, observation } = await askOnce(() => {
      for (const ms of [14_000, 16_000]) setTimeout(() => passed.push(ms), ms);
    });
    expect(passed).toEqual([14_000]);
    expect(failureOf(observation)).toMatchObject({
      cause: 'timeout',
      detail: `${ATTEMPT}: no answer in time`,
    });
    expect(server.received).toHaveLength(2);
  });

  test('holds for headers that drip', async () => {
    const { observation } = await askOnce(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-drop: 1\r\n'), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
    });
    expect(failureOf(observation)).toMatchObject({
      cause: 'timeout',
      detail: `${ATTEMPT}: no answer in time`,
    });
  });

  test('holds for a body that drips', async () => {
    const { server, observation } = await askOnce(({ response, socket }) => {
      response.writeHead(200).write('[');
      const timer = setInterval(() => response.write(' '), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
    });
    const detail = `${ATTEMPT}: the answer did not end in time`;
    expect(failureOf(observation)).toMatchObject({ cause: 'timeout', detail });
    expect(server.received).toHaveLength(2);
  });

  test('of 5 s holds for a handshake that never ends', async () => {
    const passed: number[] = [];
    const server = await startRaw(() => {
      for (const ms of [4_000, 8_000]) setTimeout(() => passed.push(ms), ms);
    });
    const invocation = createClient(`https://127.0.0.1:${server.port}`);
    const detail = 'POST /api/v33.03/authenticate: no connection (UND_ERR_CONNECT_TIMEOUT)';
    expect(failureOf(await invocation.fetchProgress(ALPINE, poll))).toMatchObject({
      cause: 'timeout',
      detail,
    });
    expect(passed).toEqual([4_000]);
  });

  test('may be set by the caller, too', async () => {
    const controller = new AbortController();
    const server = await startLoopback(signingIn(() => controller.abort()));
    const observation = await createClient(server.url).fetchProgress(ALPINE, {
      ...poll,
      signal: controller.signal,
    });
    expect(failureOf(observation).cause).toBe('timeout');
  });
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
    const server = await startLoopback(ended, name);
    const failure = failureOf(await createClient(server.url, options).fetchProgress(ALPINE, poll));
    expect(failure).toMatchObject({ cause: 'tls', detail: `POST /api/v33.03/authenticate: ${code}` });
    expect(server.received).toEqual([]);
  });

  test('takes a self-signed certificate by its CA', async () => {
    const server = await startLoopback(ended, 'localhost');
    await expect(createClient(server.url, { ca: CA }).fetchProgress(ALPINE, poll)).resolves.toMatchObject({
      kind: 'progress',
    });
  });

  test.each([['localhost'], ['expired'], ['other-host']])(
    'takes %s where nothing is to be checked',
    async (name) => {
      const server = await startLoopback(ended, name);
      const invocation = createClient(server.url, { isTlsInsecure: true });
      await expect(invocation.fetchProgress(ALPINE, poll)).resolves.toMatchObject({ kind: 'progress' });
    },
  );

  const MISSED = 'Client sent an HTTP request to an HTTPS server.\n';

  test.each([
    [400, MISSED, 'TLS is spoken there, PRISMA_CONSOLE_URL needs https:// (HTTP 400)'],
    [404, MISSED, 'HTTP 404'],
    [400, `${' '.repeat(1_000)}${MISSED}`, 'HTTP 400; next try in 30 s'],
  ])('that a server misses is called so: %d', async (status, body, outcome) => {
    const server = await startLoopback(({ response }) => response.writeHead(status).end(body));
    expect(failureOf(await createClient(server.url).fetchProgress(ALPINE, poll)).detail).toBe(
      `POST /api/v33.03/authenticate: ${outcome}`,
    );
  });

  test('spoken to a port of plain HTTP is no question of certificates', async () => {
    const server = await startLoopback(ended);
    const failure = failureOf(
      await createClient(server.url.replace('http:', 'https:')).fetchProgress(ALPINE, poll),
    );
    expect(failure).toMatchObject({
      cause: 'unreachable',
      detail: expect.stringContaining('no TLS is spoken there, try http:// in PRISMA_CONSOLE_URL') as string,
    });
  });
});
