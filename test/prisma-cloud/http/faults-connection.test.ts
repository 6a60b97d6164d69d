import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  ALPINE,
  ENDED,
  type Respond,
  certificate,
  createClient,
  failOnce,
  failureFor,
  jsonOf,
  poll,
  portOfNobody,
  signingIn,
  stage,
  stageWithSignIn,
  startLoopback,
  startRaw,
  text,
} from '../loopback.ts';

const ATTEMPT = 'GET /api/v33.03/registry/progress';
const SIGN_IN = 'POST /api/v33.03/authenticate';
const DRIP_MS = 1_000;

describe('a connection', () => {
  test('that is refused is tried once more', async () => {
    let pauses = 0;
    const random = () => (pauses += 1);
    const client = createClient(`http://localhost:${await portOfNobody()}`, { random });
    const detail = `${SIGN_IN}: ECONNREFUSED`;
    expect(await failureFor(client)).toEqual({ cause: 'unreachable', detail, retryAfterMs: null });
    expect(pauses).toBe(1);
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
    const client = createClient(`http://127.0.0.1:${port}`, { auth: 'basic', random });
    await expect(client.fetchProgress(ALPINE, poll)).resolves.toMatchObject({ kind: 'absent' });
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
    const client = createClient(`http://127.0.0.1:${await portOfNobody()}`, { auth: 'basic', random });
    const failure = await failureFor(client, { ...poll, signal: leaving.signal });
    expect(failure).toMatchObject({ detail: `${ATTEMPT}: ECONNREFUSED` });
  });

  test('to a name that does not exist is unreachable', async () => {
    const failure = await failureFor(createClient('http://nowhere.invalid'));
    expect(failure.cause).toBe('unreachable');
    expect(failure.detail).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test.each<[string, Respond, string]>([
    ['reset', ({ socket }) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['closed', ({ socket }) => socket.destroy(), 'UND_ERR_SOCKET'],
  ])('that is %s before an answer is not asked again', async (_, respond, code) => {
    const { server, failure } = await failOnce(respond);
    expect(failure).toMatchObject({ cause: 'unreachable', detail: `${ATTEMPT}: ${code}` });
    expect(server.received).toHaveLength(2);
  });

  test('that speaks something else is garbled', async () => {
    const greet = (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    const { port } = await startRaw((socket) => socket.on('data', () => greet(socket)));
    expect(await failureFor(createClient(`http://127.0.0.1:${port}`))).toMatchObject({ cause: 'garbled' });
  });
});

describe('a time limit', () => {
  test('of 15 s holds for an answer that never begins', async () => {
    const passed: number[] = [];
    const { server, failure } = await failOnce(() => {
      for (const ms of [14_000, 16_000]) setTimeout(() => passed.push(ms), ms);
    });
    expect(passed).toEqual([14_000]);
    expect(failure).toMatchObject({ cause: 'timeout', detail: `${ATTEMPT}: no answer in time` });
    expect(server.received).toHaveLength(2);
  });

  test('holds for headers that drip', async () => {
    const { failure } = await failOnce(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-drop: 1\r\n'), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
    });
    expect(failure).toMatchObject({ cause: 'timeout', detail: `${ATTEMPT}: no answer in time` });
  });

  test('holds for a body that drips', async () => {
    const { server, failure } = await failOnce(({ response, socket }) => {
      response.writeHead(200).write('[');
      const timer = setInterval(() => response.write(' '), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
    });
    const detail = `${ATTEMPT}: the answer did not end in time`;
    expect(failure).toMatchObject({ cause: 'timeout', detail });
    expect(server.received).toHaveLength(2);
  });

  test('of 5 s holds for a handshake that never ends', async () => {
    const passed: number[] = [];
    const { port } = await startRaw(() => {
      for (const ms of [4_000, 8_000]) setTimeout(() => passed.push(ms), ms);
    });
    const failure = await failureFor(createClient(`https://127.0.0.1:${port}`));
    const detail = `${SIGN_IN}: no connection (UND_ERR_CONNECT_TIMEOUT)`;
    expect(failure).toMatchObject({ cause: 'timeout', detail });
    expect(passed).toEqual([4_000]);
  });

  test('may be set by the caller, too', async () => {
    const controller = new AbortController();
    const { client } = await stage(() => controller.abort());
    const { cause } = await failureFor(client, { ...poll, signal: controller.signal });
    expect(cause).toBe('timeout');
  });
});

describe('TLS', () => {
  const ended = signingIn(jsonOf(ENDED));
  const CA = certificate('localhost');
  const OTHER = certificate('other-host');

  test.each([
    ['a self-signed certificate', 'localhost', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['an expired certificate', 'expired', { ca: certificate('expired') }, 'CERT_HAS_EXPIRED'],
    ["another host's certificate", 'other-host', { ca: OTHER }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ["another authority's certificate", 'localhost', { ca: OTHER }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('does not take %s', async (_, name, options, code) => {
    const server = await startLoopback(ended, name);
    const failure = await failureFor(createClient(server.url, options));
    expect(failure).toMatchObject({ cause: 'tls', detail: `${SIGN_IN}: ${code}` });
    expect(server.received).toEqual([]);
  });

  test('takes a self-signed certificate by its CA', async () => {
    const { url } = await startLoopback(ended, 'localhost');
    const observation = await createClient(url, { ca: CA }).fetchProgress(ALPINE, poll);
    expect(observation).toMatchObject({ kind: 'progress' });
  });

  test.each([['localhost'], ['expired'], ['other-host']])(
    'takes %s where nothing is to be checked',
    async (name) => {
      const { url } = await startLoopback(ended, name);
      const observation = await createClient(url, { isTlsInsecure: true }).fetchProgress(ALPINE, poll);
      expect(observation).toMatchObject({ kind: 'progress' });
    },
  );

  const MISSED = 'Client sent an HTTP request to an HTTPS server.\n';

  test.each([
    [400, MISSED, 'TLS is spoken there, PRISMA_CONSOLE_URL needs https:// (HTTP 400)'],
    [404, MISSED, 'HTTP 404'],
    [400, `${' '.repeat(1_000)}${MISSED}`, 'HTTP 400; next try in 30 s'],
  ])('that a server misses is called so: %d', async (code, body, outcome) => {
    const { client } = await stageWithSignIn(text(body, {}, code));
    expect((await failureFor(client)).detail).toBe(`${SIGN_IN}: ${outcome}`);
  });

  test('spoken to a port of plain HTTP is no question of certificates', async () => {
    const server = await startLoopback(ended);
    const { cause, detail } = await failureFor(createClient(server.url.replace('http:', 'https:')));
    expect(cause).toBe('unreachable');
    expect(detail).toContain('no TLS is spoken there, try http:// in PRISMA_CONSOLE_URL');
  });
});
