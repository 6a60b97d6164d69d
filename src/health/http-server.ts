/**
 * The one port of the program: Slack's way in (HTTP mode) and its health share it. It stays open however often the
 * connection to Slack is made anew: whoever watches the process must not take an outage of Slack for a dead program.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { ConfigurationError } from '../errors.ts';

export interface HttpServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** An address of this machine, or a name of one; null for all of them. */
  readonly host: string | null;
  /** How long a request may take to arrive, body included, ms; tests wait for less. */
  readonly arrivalMs?: number;
}

/** Slack's requests are there at once; who sends one byte a second only wants to keep connections. */
const ARRIVAL_MS = 15_000;

/** Longer than the 60 s of usual load balancers, so that they close idle connections first. */
const KEEP_ALIVE_MS = 75_000;

export interface HttpServer {
  /** Rejects where the port cannot be had, with an error that names the variable. */
  readonly listen: () => Promise<void>;
  /** From now on the listener answers to this path, with or without a query, in place of the one before. */
  readonly mount: (path: string, listener: RequestListener) => void;
  /** null before it listens. */
  readonly port: () => number | null;
  /** At once: what is to be waited for has ended by then. */
  readonly close: () => Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const listeners = new Map<string, RequestListener>();
  const { arrivalMs = ARRIVAL_MS } = options;
  const limits = {
    requestTimeout: arrivalMs,
    headersTimeout: arrivalMs,
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

/** The body stays unread, so the connection cannot go on. */
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
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
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
