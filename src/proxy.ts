/**
 * An undici connector: direct, or through a proxy's tunnel (CONNECT), also for plain HTTP. Callers keep their own pool,
 * limits, and evidence that nothing was sent.
 */

import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import { unescape } from 'node:querystring';
import { buildConnector } from 'undici';
import { codeOf } from './errors.ts';

export interface Proxies {
  /** Proxy for `https:` URLs; null for none. */
  readonly https: string | null;
  readonly http: string | null;
  /** Hosts that bypass the proxy, in the syntax of NO_PROXY. */
  readonly except: string;
}

export const NO_PROXIES: Proxies = { https: null, http: null, except: '' };

interface Destination {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/** The proxy for this URL; null for a direct connection. */
export function proxyFor(proxies: Proxies, { protocol, hostname, port }: Destination): string | null {
  const isEncrypted = protocol === 'https:' || protocol === 'wss:';
  const proxy = isEncrypted ? proxies.https : proxies.http;
  const host = bare(hostname);
  const at = Number(port === '' ? (isEncrypted ? 443 : 80) : port);
  const entries = proxies.except.split(/[\s,]+/).filter((entry) => entry !== '');
  return proxy === null || entries.some((entry) => covers(entry, host, at)) ? null : proxy;
}

/**
 * `*`, `example.com` with its subdomains, `.example.com`, `*.example.com`, `10.0.0.0/8`, `::1`, each with an optional
 * port.
 */
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

/** The proxy was unreachable or refused the tunnel: nothing reached the destination. */
class ProxyError extends Error {
  readonly code: string;

  /** `why` is an HTTP status or a system error code. */
  constructor(why: string) {
    super(`the proxy made no tunnel: ${why}`);
    this.name = 'ProxyError';
    this.code = `PROXY_${why}`;
  }
}

export interface ConnectorOptions {
  readonly proxies: Proxies;
  /** For a connection including its tunnel, ms. */
  readonly timeoutMs: number;
  /** TLS options of the destination. */
  readonly tls?: { readonly rejectUnauthorized?: boolean; readonly ca?: string };
}

/** HTTP/1.1: with HTTP/2, one failure would affect many requests. */
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
    const request = requestTunnel(new URL(proxy), target);
    const timer = setTimeout(() => request.destroy(new ProxyError('ETIMEDOUT')), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error instanceof ProxyError ? error : new ProxyError(codeOf(error) || error.name));
    };
    request.once('error', fail);
    // A proxy that refuses CONNECT responds like any server.
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

function requestTunnel(proxy: URL, { hostname, port, protocol }: buildConnector.Options): ClientRequest {
  const host = isIP(bare(hostname)) === 6 ? `[${bare(hostname)}]` : hostname;
  const path = `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
  // A `%` that begins no escape stands for itself, as in redaction.
  const user = unescape(proxy.username);
  const credentials = Buffer.from(`${user}:${unescape(proxy.password)}`).toString('base64');
  const request = proxy.protocol === 'https:' ? requestHttps : requestHttp;
  return request({
    method: 'CONNECT',
    hostname: bare(proxy.hostname),
    port: proxy.port,
    path,
    headers: { host: path, ...(user === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }) },
    agent: false,
  });
}
