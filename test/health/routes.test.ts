import { beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer } from '../../src/health/http-server.ts';
import { type RouteOptions, mountHealth } from '../../src/health/routes.ts';
import type { Part } from '../../src/readiness.ts';
import { NOON } from '../support/observations.ts';
import { recordingLog } from '../support/store.ts';

let front: HttpServer;
const problems = new Map<Part, string>();
const { log, lines } = recordingLog();

beforeEach(async () => {
  problems.clear();
  front = createHttpServer({ port: 0, host: '127.0.0.1' });
  await front.listen();
  return front.close;
});

function mount(changes: Partial<RouteOptions> = {}): void {
  mountHealth({
    mount: front.mount,
    version: '1.2.3',
    startedAt: NOON,
    now: () => NOON + 61_000,
    readiness: { of: (part) => problems.get(part) ?? null },
    isRunning: () => true,
    printMetrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'a 1\n' }),
    isPublic: false,
    log,
    ...changes,
  });
}

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${front.port()}${path}`, { method });

async function fetchReply(path: string): Promise<[number, unknown]> {
  const answer = await ask(path);
  return [answer.status, await answer.json()];
}

describe('/healthz', () => {
  it('tells that the program lives, which version it is and for how long', async () => {
    mount();
    expect(await fetchReply('/healthz')).toEqual([
      200,
      { status: 'alive', version: '1.2.3', up_seconds: 61 },
    ]);
  });

  it('tells so whatever it waits for', async () => {
    mount({ isRunning: () => false });
    problems.set('database', 'full');
    expect((await ask('/healthz')).status).toBe(200);
  });
});

describe('/readyz', () => {
  const FINE = { socket: 'ok', token: 'ok', database: 'ok', console: 'ok', poll: 'ok' };

  it('tells that all parts do their work', async () => {
    mount();
    expect(await fetchReply('/readyz')).toEqual([200, { status: 'ready', parts: FINE }]);
  });

  it.each<[string, boolean, Part, string, string]>([
    ['is 503 and tells which part does not, and why', false, 'database', 'It is full.', 'It is full.'],
    ['tells strangers which part, and not why', true, 'socket', 'no answer', 'not ready; the log says why'],
    ['tells strangers, too, what was not tried yet', true, 'database', 'not tried yet', 'not tried yet'],
  ])('%s', async (_, isPublic, part, problem, shown) => {
    mount({ isPublic });
    problems.set(part, problem);
    const parts = { ...FINE, [part]: shown };
    expect(await fetchReply('/readyz')).toEqual([503, { status: 'not ready', parts }]);
  });

  it('leaves out what it is told to', async () => {
    mount();
    problems.set('console', 'away');
    expect(await fetchReply('/readyz?exclude=console')).toMatchObject([200, { status: 'ready' }]);
    problems.set('token', 'refused');
    expect((await ask('/readyz?exclude=console')).status).toBe(503);
    expect((await ask('/readyz?exclude=console&exclude=token')).status).toBe(200);
  });

  it('is 503 before it has begun, and once it stops', async () => {
    mount({ isRunning: () => false });
    expect(await fetchReply('/readyz')).toEqual([503, { status: 'starting or stopping', parts: FINE }]);
  });
});

describe('/metrics', () => {
  it('is printed as it comes, and kept by nobody', async () => {
    mount();
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toBe('a 1\n');
  });

  it('says 500 where it fails, and the log why', async () => {
    mount({ printMetrics: () => Promise.reject(new Error('odd')) });
    expect((await ask('/metrics')).status).toBe(500);
    expect(lines.at(-1)).toBe('warn health endpoint failed');
  });
});

it.each(['/healthz', '/readyz', '/metrics'])('%s is read and never written', async (path) => {
  mount();
  expect((await ask(path, 'HEAD')).status).toBe(200);
  expect((await ask(path, 'POST')).status).toBe(405);
});
