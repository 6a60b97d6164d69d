/**
 * One request to the Console and its whole response, over kept-alive connections. No retries and no redirects, so that
 * credentials go nowhere else.
 */

import { type Dispatcher, Pool } from 'undici';
import { createConnector, NO_PROXIES, type Proxies } from '../../proxy.ts';
import { type Response, BODY_LIMIT } from './response.ts';
import {
  MalformedResponseError,
  TimeoutError,
  TooLargeError,
  errorCode,
  toConnectionError,
  UnreachableError,
} from './errors.ts';

interface ConsoleConnectionOptions {
  /** With its path: `https://region.cloud.twistlock.com/customer`. */
  readonly consoleUrl: string;
  readonly apiVersion: string;
  /** PEM of the CA of a self-signed Console; null for the system's CAs. */
  readonly ca: string | null;
  readonly isTlsInsecure: boolean;
  readonly proxies?: Proxies | undefined;
  readonly connectMs: number;
  /** For texts of responses. */
  readonly scrub: (text: string) => string;
}

export interface ConsoleRequest {
  readonly method: 'GET' | 'POST';
  /** Below the API version: `registry/progress`. */
  readonly resource: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body?: unknown;
  /** Time limit of the call, if not the default. */
  readonly limitMs?: number;
}

export interface Sending {
  /** Value of the `Authorization` header; null for none. */
  readonly authorization: string | null;
  readonly signal: AbortSignal;
}

export interface ConsoleConnection {
  /** Throws a ConsoleError if no complete response came; any status is a response. */
  fetch(request: ConsoleRequest, sending: Sending): Promise<Response>;
  /** Completes requests in flight. */
  close(): Promise<void>;
}

export function createConsoleConnection(options: ConsoleConnectionOptions): ConsoleConnection {
  const url = new URL(options.consoleUrl);
  const base = `${url.pathname.replace(/\/+$/, '')}/api/${encodeURIComponent(options.apiVersion)}`;
  const pool = createPool(url, options);
  const { scrub } = options;

  async function fetch(request: ConsoleRequest, sending: Sending): Promise<Response> {
    const path = `${base}/${request.resource}`;
    const attempt = `${request.method} ${path}`;
    const incoming = await dispatch(attempt, { ...request, path }, sending);
    const body = await readBody(attempt, incoming, sending.signal);
    const response = { attempt, status: incoming.statusCode, headers: incoming.headers, body, scrub };
    if (isWithoutTls(response)) throw new UnreachableError(attempt, 'HTTP 400', TRY_HTTPS);
    return response;
  }

  async function dispatch(attempt: string, request: ConsoleRequest & { path: string }, sending: Sending) {
    try {
      return await pool.request(toRequest(request, sending));
    } catch (error) {
      throw sending.signal.aborted
        ? new TimeoutError(attempt, 'no answer in time')
        : toConnectionError(attempt, error);
    }
  }

  return { fetch, close: () => pool.close() };
}

const TRY_HTTPS = 'TLS is spoken there, PRISMA_CONSOLE_URL needs https://';

/** Go's response to plain HTTP on a TLS port, recognised by its text only. */
function isWithoutTls({ status, body }: Response): boolean {
  if (status !== 400) return false;
  const text = Buffer.from(body.subarray(0, 1_000)).toString('latin1');
  return /\bHTTP request\b[^]*\bHTTPS (?:server|port)\b/.test(text);
}

function createPool(
  url: URL,
  { ca, isTlsInsecure, connectMs, proxies = NO_PROXIES }: ConsoleConnectionOptions,
): Pool {
  const tls = { rejectUnauthorized: !isTlsInsecure, ...(ca === null ? {} : { ca }) };
  return new Pool(url.origin, {
    connect: createConnector({ proxies, timeoutMs: connectMs, tls }),
    maxResponseSize: BODY_LIMIT,
    // The signal limits the whole call; undici's own timeouts would only obscure the cause.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function toRequest(
  { method, path, query, body }: ConsoleRequest & { path: string },
  { authorization, signal }: Sending,
): Dispatcher.RequestOptions {
  return {
    method,
    path: query.length === 0 ? path : `${path}?${query.map(toParameter).join('&')}`,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: JSON.stringify(body),
    signal,
  };
}

// As in the vendor's samples: `repo=library/alpine`. Slash and colon need no escaping in a query.
function toParameter([name, value]: readonly [string, string]): string {
  const escaped = encodeURIComponent(value.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':');
  return `${name}=${escaped}`;
}

async function readBody(
  attempt: string,
  incoming: Dispatcher.ResponseData,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const isRejected = incoming.statusCode >= 300;
  try {
    return await incoming.body.bytes();
  } catch (error) {
    // A rejection is understood by its status alone.
    if (isRejected) return new Uint8Array();
    if (signal.aborted) throw new TimeoutError(attempt, 'the answer did not end in time');
    const code = errorCode(error);
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
      throw new TooLargeError(attempt, `larger than ${BODY_LIMIT} bytes`);
    throw new MalformedResponseError(attempt, `cut (${code})`);
  }
}
