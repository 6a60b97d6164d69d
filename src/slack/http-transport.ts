/**
 * HTTP mode: our own server in front of Bolt's request listener, which accepts timestamps from the future. A signed
 * request kept back for later would be as good as new.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

import { type App, HTTPReceiver, type Logger, type ReceiverEvent } from '@slack/bolt';

import { describe } from './receipt.ts';
import { StartError } from './start-error.ts';
import type { Transport } from './transport.ts';

const EVENTS_PATH = '/slack/events';

/** As much as Slack advises, and as Bolt allows into the past. */
const MAX_SKEW_SECONDS = 5 * 60;

export function createHttpTransport(options: {
  readonly signingSecret: string;
  readonly port: number;
  readonly logger: Logger;
  readonly take: (event: ReceiverEvent) => Promise<void>;
}): Transport {
  const { signingSecret, port, logger, take } = options;
  const receiver = new HTTPReceiver({ signingSecret, logger, endpoints: EVENTS_PATH });
  // All that a receiver uses of an App.
  receiver.init({ processEvent: take } as unknown as App);
  let isOpen = false;
  const server = createServer((request, response) => {
    // Slack sends it again; a command's person is told that the app did not answer.
    const listener = isOpen ? route(request, receiver) : answer(503);
    listener(request, response);
  });
  return {
    port: () => portOf(server),
    lastFailure: () => null,
    reserve: () => listen(server, port),
    open: () => {
      isOpen = true;
      return Promise.resolve();
    },
    close: () => closeServer(server),
    destroy: () => server.closeAllConnections(),
  };
}

function route(request: IncomingMessage, receiver: HTTPReceiver): RequestListener {
  const [path] = (request.url ?? '').split('?');
  if (path !== EVENTS_PATH || request.method !== 'POST') return answer(404);
  return isFromAnotherTime(request) ? answer(401) : receiver.requestListener;
}

// Bolt does the rest: the signature, whatever is missing or no number, and a body of 4 MB at most.
function isFromAnotherTime(request: IncomingMessage): boolean {
  const sentAt = Number(request.headers['x-slack-request-timestamp']);
  return Math.abs(Date.now() / 1000 - sentAt) > MAX_SKEW_SECONDS;
}

/** The body stays unread, so the connection cannot go on. */
function answer(status: number): RequestListener {
  return (_request, response) => response.writeHead(status, { connection: 'close' }).end();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new StartError(`PORT: cannot listen on ${port}: ${describe(error)}`, {
          variable: 'PORT',
          cause: error,
        }),
      );
    });
    server.listen(port, resolve);
  });
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? null) : null;
}

// Kept-alive connections without a request are closed with it; requests in flight are waited for.
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
