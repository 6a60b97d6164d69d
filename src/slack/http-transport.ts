/**
 * HTTP mode: our own listener in front of Bolt's, which accepts timestamps from the future. A signed request kept back
 * for later would be as good as new.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { type App, HTTPReceiver, type Logger, type ReceiverEvent } from '@slack/bolt';

import { createSeldom } from './seldom.ts';
import type { Transport } from './transport.ts';

const EVENTS_PATH = '/slack/events';

/** As much as Slack advises, and as Bolt allows into the past. */
const MAX_SKEW_SECONDS = 5 * 60;

/** Puts a listener at a path of the server, in place of the one before. */
export type Mount = (path: string, listener: RequestListener) => void;

export function createHttpTransport(options: {
  readonly signingSecret: string;
  readonly mount: Mount;
  readonly logger: Logger;
  readonly take: (event: ReceiverEvent) => Promise<void>;
}): Transport {
  const { signingSecret, mount, logger, take } = options;
  const seldom = createSeldom((line) => logger.warn(line));
  const quiet: Logger = { ...logger, warn: (...parts: unknown[]) => seldom(parts.map(String).join(' ')) };
  const receiver = new HTTPReceiver({ signingSecret, logger: quiet, endpoints: EVENTS_PATH });
  // All that a receiver uses of an App.
  receiver.init({ processEvent: take } as unknown as App);
  const underWay = createUnderWay();
  let isOpen = false;
  // From the beginning, and after the end: Slack sends it again; a command's person is told that the app did not answer.
  mount(EVENTS_PATH, (request, response) => {
    underWay.add(response);
    const listener = isOpen ? route(request, receiver) : answer(503);
    listener(request, response);
  });
  return {
    openSockets: () => null,
    lastFailure: () => null,
    open: () => {
      isOpen = true;
      return Promise.resolve();
    },
    close: () => {
      isOpen = false;
      return underWay.ended();
    },
    destroy: underWay.destroy,
  };
}

function route(request: IncomingMessage, receiver: HTTPReceiver): RequestListener {
  if (request.method !== 'POST') return answer(404);
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

/** The requests that have no answer yet: at the end they are waited for, and no longer than they may be. */
function createUnderWay() {
  const responses = new Set<ServerResponse>();
  let onEmpty = (): void => undefined;
  return {
    add(response: ServerResponse): void {
      responses.add(response);
      response.once('close', () => {
        responses.delete(response);
        if (responses.size === 0) onEmpty();
      });
    },
    ended: () =>
      new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (responses.size === 0) resolve();
      }),
    destroy: () => {
      for (const response of responses) response.destroy();
    },
  };
}
