import { createServer } from 'node:https';
import { Pool } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import { createConnector, NO_PROXIES, proxyFor } from '../src/proxy.ts';
import { startConnectProxy } from './support/connect-proxy.ts';
import { SOCKET } from './support/environment.ts';
import { listenLocally } from './support/listen.ts';
import { readText } from './support/project.ts';

const HTTPS = 'http://secure.proxy:3128/';
const HTTP = 'http://plain.proxy:3128/';

describe('the way to an address', () => {
  const to = (address: string, except = '') =>
    proxyFor({ https: HTTPS, http: HTTP, except }, new URL(address));

  it.each([
    ['https://slack.com/api/', HTTPS],
    ['wss://wss-primary.slack.com/link', HTTPS],
    ['http://console:8081', HTTP],
    ['ws://console:8081', HTTP],
  ])('%s is by the proxy of its scheme', (address, proxy) => {
    expect(to(address)).toBe(proxy);
    expect(proxyFor(NO_PROXIES, new URL(address))).toBeNull();
  });

  it.each([
    ['slack.com', 'https://slack.com', true],
    ['slack.com', 'https://SLACK.com.', true],
    ['slack.com', 'https://hooks.slack.com', true],
    ['.slack.com', 'https://hooks.slack.com', true],
    ['*.slack.com', 'https://hooks.slack.com', true],
    ['*.slack.com', 'https://slack.com', false],
    ['slack.com', 'https://notslack.com', false],
    ['slack.com', 'https://slack.com.example', false],
    ['*', 'https://slack.com', true],
    ['console:8083', 'https://console:8083', true],
    ['console:8083', 'https://console:8084', false],
    ['console:443', 'https://console', true],
    ['a, console  b', 'https://console:8083', true],
    ['10.0.0.0/8', 'https://10.1.2.3:8083', true],
    ['10.0.0.0/8', 'https://11.1.2.3:8083', false],
    ['10.0.0.0/8', 'https://ten.example', false],
    ['10.0.0.0/99', 'https://10.0.0.1', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['fd00::/8', 'https://[fd12::1]:8083', true],
    ['::1', 'https://[::1]:8083', true],
    ['[::1]:8083', 'https://[::1]:8083', true],
    ['[::1]:8083', 'https://[::1]:8084', false],
  ])('with NO_PROXY=%s, to %s, is direct: %s', (except, address, isDirect) => {
    expect(to(address, except) === null).toBe(isDirect);
  });
});

describe('the variables', () => {
  it.each([
    [{}, null, null, ''],
    [{ HTTPS_PROXY: HTTPS, HTTP_PROXY: HTTP, NO_PROXY: 'a,b' }, HTTPS, HTTP, 'a,b'],
    [{ https_proxy: HTTPS, http_proxy: HTTP, no_proxy: 'a' }, HTTPS, HTTP, 'a'],
    [{ HTTPS_PROXY: HTTP, https_proxy: HTTPS }, HTTPS, null, ''],
    [{ HTTPS_PROXY: 'secure.proxy:3128' }, HTTPS, null, ''],
    [{ HTTPS_PROXY: ' ' }, null, null, ''],
  ])('%j are understood', (variables, https, http, except) => {
    const read = readConfig({ ...SOCKET, ...variables }, () => '');
    expect(read).toMatchObject({ kind: 'config', config: { proxies: { https, http, except } } });
  });
});

describe('a tunnel', () => {
  const tls = (file: string) => readText(`test/fixtures/tls/${file}`);

  async function startServer(): Promise<string> {
    const credentials = { cert: tls('localhost.cert.pem'), key: tls('localhost.key.pem') };
    const server = createServer(credentials, (_request, response) => response.end('reached'));
    return `https://localhost:${await listenLocally(server)}`;
  }

  async function ask(origin: string, proxy: string): Promise<string> {
    const proxies = { ...NO_PROXIES, https: proxy };
    const connect = createConnector({ proxies, timeoutMs: 5_000, tls: { ca: tls('localhost.cert.pem') } });
    const pool = new Pool(origin, { connect });
    onTestFinished(() => pool.destroy());
    return (await pool.request({ path: '/', method: 'GET' })).body.text();
  }

  it.each([
    ['p@ss', 'p%40ss'],
    ['100%sure', '100%sure'],
  ])('carries TLS to the destination, with the credentials of the proxy: %s', async (password, written) => {
    const authorization = `Basic ${Buffer.from(`bot:${password}`).toString('base64')}`;
    const proxy = await startConnectProxy({ authorization });
    onTestFinished(proxy.close);
    const origin = await startServer();
    expect(await ask(origin, `http://bot:${written}@127.0.0.1:${proxy.port}`)).toBe('reached');
    expect(proxy.tunnels).toEqual([new URL(origin).host]);
  });

  it.each([
    [407, { authorization: 'Basic none' }],
    [403, { refuseWith: 403 }],
    [502, { refuseWith: 502 }],
  ])('that the proxy refuses with %i names that', async (status, options) => {
    const proxy = await startConnectProxy(options);
    onTestFinished(proxy.close);
    await expect(ask(await startServer(), `http://127.0.0.1:${proxy.port}`)).rejects.toMatchObject({
      name: 'ProxyError',
      code: `PROXY_${status}`,
    });
  });

  it('of a proxy that is away names that', async () => {
    await expect(ask(await startServer(), 'http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'PROXY_ECONNREFUSED',
    });
  });
});
