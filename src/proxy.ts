/**
 * The way out: directly, or by a proxy that is asked for a tunnel (CONNECT), also for plain HTTP. A connector for undici,
 * and nothing above it: whoever sends keeps its own pool, limits, and proof that nothing was sent.
 */

import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';

export interface Proxies {
  /** For addresses that begin with `https:`; null for none. */
  readonly https: string | null;
  readonly http: string | null;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  readonly except: string;
}

export const NO_PROXIES: Proxies = { https: null, http: null, except: '' };

interface Destination {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/** The proxy that leads there; null for the direct way. */
export function proxyFor(proxies: Proxies, { protocol, hostname, port }: Destination): string | null {
  const isEncrypted = protocol === 'https:' || protocol === 'wss:';
  const proxy = isEncrypted ? proxies.https : proxies.http;
  const host = bare(hostname);
  const at = Number(port === '' ? (isEncrypted ? 443 : 80) : port);
  const entries = proxies.except.split(/[\s,]+/).filter((entry) => entry !== '');
  return proxy === null || entries.some((entry) => covers(entry, host, at)) ? null : proxy;
}

/** `*`, `example.com` with all below it, `.example.com`, `*.example.com`, `10.0.0.0/8`, `::1`, each with a port or without. */
function covers(entry: string, host: string, port: number): boolean {
  const [, name = '', only] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [null, entry];
  if (only !== undefined && Number(only) !== port) return false;
  const [address = '', bits] = bare(name).split('/');
  if (name === '*' || address === host) return true;
  if (isIP(address) !== 0) return bits !== undefined && isInNetwork(host, address, Number(bits));
  return host.endsWith(`.${address.replace(/^\*?\./, '')}`);
}

function isInNetwork(host: string, address: string, bits: number): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(host) !== isIP(address) || bits > (family === 'ipv6' ? 128 : 32)) return false;
  const network = new BlockList();
  network.addSubnet(address, bits, family);
  return network.check(host, family);
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(?<=.)\.$/, '');
}

/** The proxy was not there, or made no tunnel: nothing reached the other side. */
class ProxyError extends Error {
  readonly code: string;

  /** `why` is a status of HTTP, or a code of the system. */
  constructor(why: string) {
    super(`the proxy made no tunnel: ${why}`);
    this.name = 'ProxyError';
    this.code = `PROXY_${why}`;
  }
}

export interface ConnectorOptions {
  readonly proxies: Proxies;
  /** For a connection, its tunnel included, ms. */
  readonly timeoutMs: number;
  /** For the TLS of the destination. */
  readonly tls?: { readonly rejectUnauthorized?: boolean; readonly ca?: string };
}

/** HTTP/1.1, since HTTP/2 would run many requests into one failure. */
export function createConnector({ proxies, timeoutMs, tls }: ConnectorOptions): buildConnector.connector {
  const connect = buildConnector({ ...tls, timeout: timeoutMs, allowH2: false });
  return (target, callback) => {
    const proxy = proxyFor(proxies, target);
    if (proxy === null) {
      connect(target, callback);
      return;
    }
    openTunnel(proxy, target, timeoutMs).then(
      (socket) =>
        target.protocol === 'https:'
          ? connect({ ...target, httpSocket: socket }, callback)
          : callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new ProxyError(String(error)), null),
    );
  };
}

function openTunnel(proxy: string, target: buildConnector.Options, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = askForTunnel(new URL(proxy), target);
    const timer = setTimeout(() => request.destroy(new ProxyError('ETIMEDOUT')), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error instanceof ProxyError ? error : new ProxyError(codeOf(error)));
    };
    request.once('error', fail);
    // A proxy that refuses answers like any server.
    request.once('response', ({ statusCode }) => {
      request.destroy(new ProxyError(String(statusCode)));
    });
    request.once('connect', ({ statusCode }, socket) => {
      clearTimeout(timer);
      if (statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      fail(new ProxyError(String(statusCode)));
    });
    request.end();
  });
}

function askForTunnel(proxy: URL, { hostname, port, protocol }: buildConnector.Options): ClientRequest {
  const host = isIP(bare(hostname)) === 6 ? `[${bare(hostname)}]` : hostname;
  const path = `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
  const user = decodeURIComponent(proxy.username);
  const credentials = Buffer.from(`${user}:${decodeURIComponent(proxy.password)}`).toString('base64');
  const ask = proxy.protocol === 'https:' ? requestHttps : requestHttp;
  return ask({
    method: 'CONNECT',
    hostname: bare(proxy.hostname),
    port: proxy.port,
    path,
    headers: { host: path, ...(user === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }) },
    agent: false,
  });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
