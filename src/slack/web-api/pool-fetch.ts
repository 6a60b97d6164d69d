/**
 * The part of `fetch` that @slack/web-api uses, over one connection pool. It distinguishes a request that certainly
 * never left (NotConnected) from one that may have arrived.
 */

import type { FetchFunction } from '@slack/web-api';
import { type buildConnector, type Dispatcher, Pool } from 'undici';

import { codeOf } from '../../errors.ts';
import { createConnector, type Proxies } from '../../proxy.ts';
import { toRetryAfterSeconds } from './retry-after.ts';

type FetchRequestInit = NonNullable<Parameters<FetchFunction>[1]>;
export type FetchResponse = Awaited<ReturnType<FetchFunction>>;

export interface PoolFetch {
  readonly fetch: FetchFunction;
  /** How far the server's clock is ahead of ours, ms, by its last response; 0 before the first. */
  readonly aheadMs: () => number;
  /** Waits for requests in flight, up to their own time limits. */
  close(): Promise<void>;
}

/** No connection was established, so no byte of the request was sent. `code` is the system's or TLS's. */
export class NotConnected extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`no connection: ${code}`);
    this.name = 'NotConnected';
    this.code = code;
  }
}

export function createPoolFetch(options: {
  readonly origin: string;
  readonly connectTimeoutMs: number;
  readonly proxies: Proxies;
}): PoolFetch {
  const pool = new Pool(options.origin, { connect: connector(options.proxies, options.connectTimeoutMs) });
  let closing: Promise<void> | null = null;
  let aheadMs = 0;
  const record = (date: string | null): void => {
    const at = Date.parse(date ?? '');
    if (!Number.isNaN(at)) aheadMs = at - Date.now();
  };
  return {
    fetch: async (url, init) => {
      if (pool.closed) throw new NotConnected('closed');
      const response = await dispatch(pool, new URL(url), init);
      record(response.headers.get('date'));
      return response;
    },
    aheadMs: () => aheadMs,
    close: () => (closing ??= pool.close()),
  };
}

// An error of the connector is the only proof that nothing was sent: ECONNRESET, for example, also ends a connection
// that has carried the request.
function connector(proxies: Proxies, timeoutMs: number): buildConnector.connector {
  const connect = createConnector({ proxies, timeoutMs });
  return (target, callback) =>
    connect(target, (...[error, socket]) =>
      error === null ? callback(null, socket) : callback(new NotConnected(codeOf(error) || error.name), null),
    );
}

/** A POST, as are all calls of Slack's SDK; costs half of what undici's own `fetch` does. */
export async function dispatch(
  dispatcher: Dispatcher,
  url: URL,
  init: FetchRequestInit = {},
): Promise<FetchResponse> {
  const response = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST',
    headers: init.headers ?? {},
    body: toText(init.body),
    signal: init.signal ?? null,
  });
  // Read here and not on demand: a body that breaks or stalls is a failed request, within the same time limit.
  const body = await response.body.text();
  return toResponse(url, { status: response.statusCode, headers: toHeaders(response), body });
}

function toText(body: FetchRequestInit['body']): string {
  if (body === undefined || typeof body === 'string') return body ?? '';
  throw new TypeError('only text can be sent');
}

// The SDK drops a 429 whose Retry-After is missing or a date, and throws an Error with only a text.
function toHeaders(response: { statusCode: number; headers: Record<string, string | string[] | undefined> }) {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  if (response.statusCode === 429) {
    headers.set('retry-after', String(toRetryAfterSeconds(headers.get('retry-after'), headers.get('date'))));
  }
  return headers;
}

function toResponse(
  url: URL,
  { status, headers, body }: { status: number; headers: ReadonlyMap<string, string>; body: string },
): FetchResponse {
  return {
    url: url.href,
    status,
    statusText: '',
    ok: status >= 200 && status < 300,
    headers: { get: (name) => headers.get(name.toLowerCase()) ?? null, entries: () => headers.entries() },
    text: () => Promise.resolve(body),
    json: () => Promise.resolve(body).then(JSON.parse),
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode(body).buffer),
  };
}
