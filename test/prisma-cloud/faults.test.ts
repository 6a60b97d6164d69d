import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RequestMetrics } from '../../src/prisma-cloud/http/request.ts';
import {
  ALPINE,
  ENDED,
  type Respond,
  askOnce,
  failOnce,
  failureFor,
  failureOf,
  json,
  jsonOf,
  person,
  poll,
  stage,
  stageWithSignIn,
  startLoopback,
  status,
  text,
} from './loopback.ts';

const ATTEMPT = 'GET /api/v33.03/registry/progress';
const SESSION = 'opaque-Session-0123456789';

/** The connection ends in the middle of the body. */
const breakingOff =
  (begun: string, code = 200): Respond =>
  ({ response, socket }) => {
    response.writeHead(code, { 'content-length': '1000' }).write(begun);
    setTimeout(() => socket.destroy(), 20);
  };

describe('a status', () => {
  test.each([
    [400, { err: 'onDemand must be true' }, 'bad-request', 'HTTP 400 onDemand must be true'],
    [403, { err: 'access denied' }, 'forbidden', 'HTTP 403 access denied'],
    [404, { err: '' }, 'not-found', 'HTTP 404'],
    [405, {}, 'bad-request', 'HTTP 405'],
    [408, {}, 'timeout', 'HTTP 408'],
    [500, { err: 'x'.repeat(999) }, 'unavailable', `HTTP 500 ${'x'.repeat(199)}…`],
    [503, { err: 5 }, 'unavailable', 'HTTP 503'],
    [300, {}, 'not-found', 'HTTP 300'],
    [302, {}, 'not-found', 'HTTP 302'],
  ])('%d is told with its own text, and not asked again', async (code, body, cause, outcome) => {
    const counted: string[] = [];
    const onRequest = (request: RequestMetrics) => counted.push(`${request.resource}: ${request.outcome}`);
    const { server, failure } = await failOnce(jsonOf(body, code), { onRequest });
    expect(failure).toEqual({ cause, detail: `${ATTEMPT}: ${outcome}`, retryAfterMs: null });
    expect(server.paths()).toEqual(['authenticate', 'registry/progress']);
    expect(counted).toEqual(['authenticate: ok', `registry/progress: ${cause}`]);
  });

  test('a connection that breaks is counted by its cause, in whole milliseconds', async () => {
    let at = 0;
    const counted: string[] = [];
    await askOnce(({ socket }) => socket.destroy(), {
      onRequest: ({ outcome, ms }) => counted.push(`${outcome}: ${Number.isInteger(ms)}`),
      monotonicNow: () => (at += 0.3),
    });
    expect(counted).toEqual(['ok: true', 'unreachable: true']);
  });

  test('401 to a token is counted as unauthorized', async () => {
    const counted: string[] = [];
    await askOnce(status(401), { onRequest: ({ outcome }) => counted.push(outcome) });
    expect(counted.slice(0, 2)).toEqual(['ok', 'unauthorized']);
  });

  test("502 with a proxy's page is unavailable", async () => {
    const headers = { 'content-type': 'text/html', 'retry-after': '3' };
    const { failure } = await failOnce(text('<html>Bad Gateway</html>', headers, 502));
    const detail = `${ATTEMPT}: HTTP 502`;
    expect(failure).toEqual({ cause: 'unavailable', detail, retryAfterMs: 3_000 });
  });

  test('504 is not asked again: the scan may have been told as ended to the proxy', async () => {
    const { server, failure } = await failOnce(text('', {}, 504));
    expect(failure.cause).toBe('unavailable');
    expect(server.received).toHaveLength(2);
  });

  test.each([
    [403, 'forbidden'],
    [300, 'not-found'],
  ])('%d whose body breaks off is understood by the status', async (code, cause) => {
    const { failure } = await failOnce(breakingOff('{"err":', code));
    expect(failure).toMatchObject({ cause, detail: `${ATTEMPT}: HTTP ${code}` });
  });

  test('a redirect is not followed', async () => {
    const other = await startLoopback(jsonOf(ENDED));
    const location = `${other.url}/api/v33.03/registry/progress`;
    const { failure } = await failOnce(text('', { location }, 307));
    expect(failure.cause).toBe('not-found');
    expect(other.received).toEqual([]);
  });
});

describe('429', () => {
  const AT_0 = 'Thu, 01 Jan 2026 12:00:00 GMT';
  const AT_40 = 'Thu, 01 Jan 2026 12:00:40 GMT';
  const limited = (headers: Record<string, string>) => text('', headers, 429);

  test.each([
    ['1 s', { 'retry-after': '1' }, 1_000, 1_000],
    ['0 s', { 'retry-after': '0' }, 0, 1_000],
    ['20 s', { 'retry-after': '20' }, 20_000, 20_000],
    ['a date, by the clock of the Console', { date: AT_0, 'retry-after': AT_40 }, 40_000, 40_000],
    ['a date, by our clock where the Console shows none', { date: '', 'retry-after': AT_40 }, 20_000, 20_000],
    ['nothing', {}, null, 1_000],
    ['nonsense', { 'retry-after': 'later' }, null, 1_000],
  ])('that asks for %s pauses everything', async (_, headers, retryAfterMs, pauseMs) => {
    const now = () => Date.UTC(2026, 0, 1, 12, 0, 20);
    const { server, failure, log } = await failOnce(limited(headers), { now, monotonicNow: () => 0 });
    expect(failure).toEqual({ cause: 'rate-limited', detail: `${ATTEMPT}: HTTP 429`, retryAfterMs });
    expect(log.lines.at(-2)?.fields).toEqual({ call: ATTEMPT, pauseMs });
    expect(server.received).toHaveLength(2);
  });

  test('pauses as shortly as at first once the Console has answered', async () => {
    let at = 0;
    const statuses = [429, 200, 429];
    const respond: Respond = ({ response }) => json(response, ENDED, statuses.shift());
    const { client, log } = await stage(respond, { monotonicNow: () => at });
    for (; statuses.length > 0; at += 1_000) await client.fetchProgress(ALPINE, poll);
    const pauses = log.lines.flatMap(({ fields }) => ('pauseMs' in fields ? [fields.pauseMs] : []));
    expect(pauses).toEqual([1_000, 1_000]);
  });

  test('makes the next call fail at once when the pause is long', async () => {
    const { server, client } = await askOnce(limited({ 'retry-after': '20' }), { monotonicNow: () => 0 });
    // Immediately: a person would get the same after waiting for 15 s.
    const asking = Promise.race([client.fetchProgress(ALPINE, person), nextTurn(null)]);
    expect(failureOf(await asking)).toEqual({
      cause: 'rate-limited',
      detail: 'GET registry/progress: not sent, the Console asked us to wait',
      retryAfterMs: 20_000,
    });
    expect(server.received).toHaveLength(2);
  });

  test('to a sign-in pauses the same', async () => {
    const respond = limited({ 'retry-after': '20' });
    const { server, client } = await stageWithSignIn(respond, { monotonicNow: () => 0 });
    expect((await failureFor(client)).cause).toBe('rate-limited');
    expect((await failureFor(client)).retryAfterMs).toBe(20_000);
    expect(server.received).toHaveLength(1);
  });
});

describe('a broken answer', () => {
  const refused = async (respond: Respond) => {
    const { server, log, failure } = await failOnce(respond);
    expect(server.paths()).toEqual(['authenticate', 'registry/progress']);
    expect(failure.cause).toBe('garbled');
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'malformed response' });
    return { detail: failure.detail, logged: log.lines.at(-1)?.fields as { body: string } };
  };

  test('that is no JSON is logged, not asked again', async () => {
    const { detail, logged } = await refused(text('<html>Sign in</html>', { 'content-type': 'text/html' }));
    expect(detail).toBe(`${ATTEMPT}: not JSON (text/html, 20 characters)`);
    expect(logged.body).toBe('<html>Sign in</html>');
  });

  const ENDLESS_TYPE = text('-', { 'content-type': 'x'.repeat(500) });
  const BROKEN_OFF = breakingOff('[{"isScanOngoing": false');
  const BOMB: Respond = (...request) =>
    text(gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' })(...request);

  test.each<[string, Respond, string]>([
    [
      'of a type without end is told in a hundred characters of it',
      ENDLESS_TYPE,
      `not JSON (${'x'.repeat(99)}…, 1 characters)`,
    ],
    ['that is cut by the connection is garbled', BROKEN_OFF, 'cut (UND_ERR_SOCKET)'],
    ['that grows to 50 MB when decompressed is garbled', BOMB, 'larger than 5000000 bytes'],
  ])('%s', async (_, respond, outcome) => {
    expect((await refused(respond)).detail).toBe(`${ATTEMPT}: ${outcome}`);
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
    await refused(text(body));
  });

  test('in no UTF-8 is kept byte by byte', async () => {
    const { logged } = await refused(text(Buffer.from('["\xff"]', 'latin1')));
    expect(logged.body).toBe('["ÿ"]');
  });

  test.each([
    ['with something behind it', `{"token":"${SESSION}"}\n<!-- proxy 7 -->`],
    ['cut', `{"token":"${SESSION}`],
    ['of another shape', `{"token":["${SESSION}"]}`],
    ['that begins as no header does', `{"token":"\\n${SESSION}"}`],
    ['that fits into no header', `{"token":"${SESSION} \\n"}`],
    ['in no UTF-8', Buffer.from(`{"token":"${SESSION}\xff"}`, 'latin1')],
  ])('that holds a session %s gets neither into the log nor into what is kept', async (_, body) => {
    const { server, client, log } = await stageWithSignIn(text(body));
    const observation = await client.fetchProgress(ALPINE, poll);
    expect(server.paths()).toEqual(['authenticate']);
    expect(observation).toMatchObject({ failure: { cause: 'garbled' }, unparsed: null });
    expect(JSON.stringify([observation, log.lines])).not.toContain(SESSION);
  });

  test('is kept without the password, which it repeats', async () => {
    const { observation, log } = await askOnce(text('[{"title":"secret-password"'));
    expect(observation).toMatchObject({ unparsed: expect.stringContaining('[{"title":"') as string });
    expect(JSON.stringify([observation, log.lines])).not.toContain('secret-password');
  });

  test('is kept up to 20,000 characters', async () => {
    const { observation, log } = await askOnce(text('x'.repeat(1_000_000)));
    expect(observation?.kind === 'failed' && observation.unparsed?.length).toBe(20_000);
    expect(log.lines.at(-1)?.fields).toMatchObject({ body: 'x'.repeat(2_000) });
  });

  test('that names the field it broke on', async () => {
    const { detail } = await refused(jsonOf([{ isScanOngoing: 'maybe' }]));
    expect(detail).toContain('/0/isScanOngoing');
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

  test.each([
    ['gzip', 'not gzip at all', 'Z_DATA_ERROR'],
    ['zip', '[]', 'unknown content-encoding'],
    ['constructor', '[]', 'unknown content-encoding'],
  ])('with content-encoding %s that is none is garbled', async (encoding, body, reason) => {
    const { detail } = await refused(text(body, { 'content-encoding': encoding }));
    expect(detail).toContain(reason);
  });
});

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  [' Identity', (body: string) => body],
])('a proxy that compresses unasked with %s costs nothing', async (encoding, compress) => {
  const body = compress(JSON.stringify(ENDED));
  const { server, observation } = await askOnce(text(body, { 'content-encoding': encoding }));
  expect(observation).toMatchObject({ kind: 'progress', registries: [{ isOngoing: false }] });
  expect(server.received.at(-1)?.headers['accept-encoding']).toBe('identity');
});
