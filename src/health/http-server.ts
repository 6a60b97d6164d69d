/**
 * The program's only port, shared by Slack's requests (HTTP mode), health and metrics. It stays open while the
 * connection to Slack is re-established: an outage of Slack must not look like a dead process.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { codeOf, ConfigurationError } from '../errors.ts';

export interface HttpServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** An address or host name of this machine; null for all addresses. */
  readonly host: string | null;
  /** Time limit for receiving a request with its body, ms; shorter in tests. */
  readonly arrivalMs?: number;
}

/** Slack sends its requests in one go; slow clients only occupy connections. */
const ARRIVAL_MS = 15_000;

/** Longer than the usual 60 s of load balancers, so that they close idle connections first. */
const KEEP_ALIVE_MS = 75_000;

export interface HttpServer {
  /** Rejects where the port is not available, with an error that names the variable. */
  readonly listen: () => Promise<void>;
  /** From now on the listener handles this path, with or without a query, instead of the previous one. */
  readonly mount: (path: string, listener: RequestListener) => void;
  /** null before it listens. */
  readonly port: () => number | null;
  /** Closes immediately: work in flight must have ended. */
  readonly close: () => Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const listeners = new Map<string, RequestListener>();
  const { arrivalMs = ARRIVAL_MS } = options;
  const limits = {
    requestTimeout: arrivalMs,
    headersTimeout: arrivalMs,
    // Node's default is 30 s: a slow request could last three times its limit.
    connectionsCheckingInterval: arrivalMs / 3,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createServer(limits, (request, response) => {
    const listener = listeners.get(pathOf(request)) ?? notFound;
    listener(request, response);
  });
  return {
    listen: () => listen(server, options),
    mount: (path, listener) => void listeners.set(path, listener),
    port: () => portOf(server),
    close: () => close(server),
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}

/** The body is not read, so the connection must close. */
const notFound: RequestListener = (_request, response) => {
  response.writeHead(404, { connection: 'close' }).end();
};

function listen(server: Server, { port, host }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(toListenError(error, { port, host })));
    server.listen({ port, ...(host === null ? {} : { host }) }, resolve);
  });
}

function toListenError(error: Error, { port, host }: HttpServerOptions): Error {
  const code = codeOf(error) || error.name;
  const variable = code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'HEALTH_HOST' : 'PORT';
  const where = host === null ? String(port) : `${host}, port ${port}`;
  return new ConfigurationError(`${variable}: cannot listen on ${where}: ${code}${ADVICE[code] ?? ''}`, {
    cause: error,
  });
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: '. Another program listens there, perhaps a second bot: choose another PORT',
  EACCES: '. Ports below 1024 need more rights: choose another PORT',
  EADDRNOTAVAIL: '. This machine has no such address',
  ENOTFOUND: '. This machine has no such address',
};

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? null) : null;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
