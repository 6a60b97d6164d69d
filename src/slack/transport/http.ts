/**
 * HTTP mode: our own listener in front of Bolt's, which reads bodies of 4 MB before it looks at a header, accepts
 * timestamps from the future, and fails at a body of `null`. Here headers are judged first, and bodies are bounded.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { type App, HTTPReceiver, isValidSlackRequest, type Logger, type ReceiverEvent } from '@slack/bolt';

import { createBodyReader, MAX_BODY_BYTES } from './request-body.ts';
import { createLogThrottle } from './log-throttle.ts';
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
  const logThrottle = createLogThrottle((line) => logger.warn(line));
  const quiet: Logger = {
    ...logger,
    warn: (...parts: unknown[]) => logThrottle(parts.map(String).join(' ')),
  };
  const receiver = new HTTPReceiver({ signingSecret, logger: quiet, endpoints: EVENTS_PATH });
  // All that a receiver uses of an App.
  receiver.init({ processEvent: take } as unknown as App);
  const underWay = createUnderWay();
  const bodies = createBodyReader();
  let isOpen = false;

  /** The body; else the status to refuse the request with. */
  async function readTrusted(request: IncomingMessage): Promise<Buffer | number> {
    const status = isOpen ? refusalOf(request) : 503;
    const body = status ?? (await bodies.read(request));
    if (typeof body === 'number') return body;
    if (!isSigned(request, body, signingSecret)) {
      quiet.warn('a request with a wrong signature was refused');
      return 401;
    }
    // Bolt reads a property of whatever was sent.
    return isObject(request, body) ? body : 400;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readTrusted(request);
    if (typeof body === 'number') refuse(response, body);
    else receiver.requestListener(Object.assign(request, { rawBody: body }), response);
  }

  // From the beginning, and after the end: Slack sends it again; a command's person is told that the app did not answer.
  mount(EVENTS_PATH, (request, response) => {
    underWay.add(response);
    void receive(request, response);
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

/** By the headers alone: what Slack did not send is not read. null where the body decides. */
function refusalOf({ method, headers }: IncomingMessage): number | null {
  if (method !== 'POST') return 404;
  const sentAt = Number(headers['x-slack-request-timestamp'] ?? Number.NaN);
  const isOfNow = Math.abs(Date.now() / 1000 - sentAt) <= MAX_SKEW_SECONDS;
  if (!isOfNow || !/^v0=[\da-f]{64}$/.test(signatureOf(headers))) return 401;
  return Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES ? 413 : null;
}

function signatureOf(headers: IncomingMessage['headers']): string {
  return String(headers['x-slack-signature'] ?? '');
}

function isSigned({ headers }: IncomingMessage, body: Buffer, signingSecret: string): boolean {
  return isValidSlackRequest({
    signingSecret,
    body: body.toString(),
    headers: {
      'x-slack-signature': signatureOf(headers),
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    },
  });
}

/** What Bolt will make of it is an object: JSON, or a form, whose `payload` is JSON where there is one. */
function isObject({ headers }: IncomingMessage, body: Buffer): boolean {
  const text = body.toString();
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  if (json === null) return true;
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** What is unread of the body stays so, and the connection cannot go on. */
function refuse(response: ServerResponse, status: number): void {
  if (!response.writableEnded) response.writeHead(status, { connection: 'close' }).end();
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
