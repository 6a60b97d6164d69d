/**
 * HTTP mode: our own listener in front of Bolt's, which reads 4 MB before checking headers, accepts timestamps from the
 * future, and fails at a body of `null`. Here headers are checked first, and bodies are limited.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type App, HTTPReceiver, isValidSlackRequest, type Logger, type ReceiverEvent } from '@slack/bolt';
import { createLogThrottle } from './log-throttle.ts';
import type { Transport } from './transport.ts';

const EVENTS_PATH = '/slack/events';

/** Slack's recommendation, and Bolt's limit for the past. */
const MAX_SKEW_SECONDS = 5 * 60;

/** Mounts a listener at a path, instead of the previous one. */
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

  /** The body; otherwise the status of the rejection. */
  async function readTrusted(request: IncomingMessage): Promise<Buffer | number> {
    const status = isOpen ? rejectionStatus(request) : 503;
    const body = status ?? (await bodies.read(request));
    if (typeof body === 'number') return body;
    if (!isSigned(request, body, signingSecret)) {
      quiet.warn('a request with a wrong signature was refused');
      return 401;
    }
    // Bolt reads a property of any value.
    return isObject(request, body) ? body : 400;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readTrusted(request);
    if (typeof body === 'number') reject(response, body);
    else receiver.requestListener(Object.assign(request, { rawBody: body }), response);
  }

  // From the start, and after the end: Slack repeats events; for a command it says that the app did not respond.
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

/** By headers only: bodies that Slack did not send are not read. null where the body decides. */
function rejectionStatus({ method, headers }: IncomingMessage): number | null {
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

/** Whether Bolt will parse it to an object: JSON, or a form, whose `payload` is JSON if present. */
function isObject({ headers }: IncomingMessage, body: Buffer): boolean {
  const text = body.toString();
  // Commands are forms with fields, interactions forms with `payload`, events JSON.
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

/** The rest of the body is not read, so the connection must close. */
function reject(response: ServerResponse, status: number): void {
  if (!response.writableEnded) response.writeHead(status, { connection: 'close' }).end();
}

/** Requests without a response: shutdown waits for them, up to its limit. */
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

/** Bolt reads up to 4 MB each: 150 unfinished bodies took the process from 127 to 694 MB. */
const MAX_BODY_BYTES = 1_000_000;
const MAX_BODIES = 64;
const MAX_TOTAL_BYTES = 16_000_000;

interface BodyReader {
  /** The body; otherwise the status of the rejection. */
  read(request: IncomingMessage): Promise<Buffer | number>;
}

interface BodyRead {
  bytes: number;
  readonly giveUp: (status: number) => void;
}

function createBodyReader(): BodyReader {
  /** Oldest first. */
  const bodiesBeingRead = new Set<BodyRead>();
  let totalBytes = 0;

  /** The oldest or the largest unfinished body gives way: strangers must not keep Slack out. */
  function makeRoom(): void {
    const [oldest] = bodiesBeingRead;
    if (bodiesBeingRead.size > MAX_BODIES) oldest?.giveUp(503);
    while (totalBytes > MAX_TOTAL_BYTES) largestOf(bodiesBeingRead)?.giveUp(503);
  }

  return {
    read: (request) =>
      new Promise((resolve) => {
        const chunks: Buffer[] = [];
        const end = (result: Buffer | number): void => {
          if (!bodiesBeingRead.delete(reading)) return;
          totalBytes -= reading.bytes;
          // The request's listeners keep this array: its memory is released now.
          chunks.length = 0;
          resolve(result);
        };
        const reading: BodyRead = { bytes: 0, giveUp: end };
        bodiesBeingRead.add(reading);
        makeRoom();
        request.on('data', (chunk: Buffer) => {
          if (!bodiesBeingRead.has(reading)) return;
          reading.bytes += chunk.length;
          totalBytes += chunk.length;
          chunks.push(chunk);
          if (reading.bytes > MAX_BODY_BYTES) end(413);
          makeRoom();
        });
        request.once('end', () => end(Buffer.concat(chunks)));
        // Also after an abort, which has no `end` event.
        request.once('close', () => end(400));
        request.once('error', () => end(400));
      }),
  };
}

function largestOf(bodiesBeingRead: Iterable<BodyRead>): BodyRead | null {
  let largest: BodyRead | null = null;
  for (const reading of bodiesBeingRead) if (reading.bytes > (largest?.bytes ?? 0)) largest = reading;
  return largest;
}
