import { createServer, type RequestListener } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_PROXIES } from '../../../src/proxy.ts';
import { createPoolFetch, type PoolFetch } from '../../../src/slack/web-api/pool-fetch.ts';
import { HOUR, SECOND } from '../../support/observations.ts';
import { listenLocally } from '../../support/listen.ts';

let answer: RequestListener;
let pool: PoolFetch;
let url: string;

beforeEach(async (context) => {
  const server = createServer((request, response) => answer(request, response));
  const port = await listenLocally(server, context);
  url = `http://127.0.0.1:${port}/api/x?y=1`;
  pool = createPoolFetch({ origin: new URL(url).origin, connectTimeoutMs: SECOND, proxies: NO_PROXIES });
  context.onTestFinished(() => pool.close());
});

describe('an answer', () => {
  it.each([
    [200, true],
    [299, true],
    [300, false],
    [404, false],
  ])('of status %i is good: %s', async (status, ok) => {
    answer = (_, response) => response.writeHead(status, { 'X-Word': 'a' }).end('{"a":1}');
    const got = await pool.fetch(url, {});
    expect(got).toMatchObject({ ok, status, url });
    expect(await got.json()).toEqual({ a: 1 });
    expect(await got.text()).toBe('{"a":1}');
    expect(new TextDecoder().decode(await got.arrayBuffer())).toBe('{"a":1}');
    expect([got.headers.get('X-WORD'), got.headers.get('x-other')]).toEqual(['a', null]);
  });

  it('tells how far its clock is ahead, and one without a date changes nothing', async () => {
    expect(pool.aheadMs()).toBe(0);
    answer = (_, response) => response.setHeader('date', new Date(Date.now() + HOUR).toUTCString()).end();
    await pool.fetch(url, {});
    expect(Math.round(pool.aheadMs() / HOUR)).toBe(1);
    answer = (_, response) => response.setHeader('date', 'soon').end();
    await pool.fetch(url, {});
    expect(Math.round(pool.aheadMs() / HOUR)).toBe(1);
  });

  it('has a time to wait where it is a 429, and in no other case', async () => {
    answer = (_, response) => response.writeHead(429).end();
    expect((await pool.fetch(url, {})).headers.get('retry-after')).toBe('60');
    answer = (_, response) => response.writeHead(503).end();
    expect((await pool.fetch(url, {})).headers.get('retry-after')).toBeNull();
  });
});

describe('a request', () => {
  it('is sent with its path, its headers and its text', async () => {
    const seen: unknown[] = [];
    answer = ({ method, url: path, headers }, response) => {
      seen.push([method, path, headers['x-word'], headers['content-length']]);
      response.end();
    };
    await pool.fetch(url, { headers: { 'x-word': 'a' }, body: 'text' });
    expect(seen).toEqual([['POST', '/api/x?y=1', 'a', '4']]);
  });

  it('that carries no text is refused', async () => {
    const body = new Uint8Array(1) as unknown as string;
    await expect(pool.fetch(url, { body })).rejects.toThrow('only text can be sent');
  });
});
