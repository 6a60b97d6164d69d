/**
 * Fault injection for the simulated Console. What matters to a client is whether the response was consumed before it
 * was damaged: an end sent over a broken connection is reported to no other client.
 */

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Fault = FaultKind & {
  /** Only requests with this path below the API version, such as `/registry/progress`; default all. */
  readonly route?: string;
  /** Number of affected requests; default unlimited. */
  readonly times?: number;
};

type FaultKind =
  /** Nothing listens: connection refused, for all routes. */
  | { readonly kind: 'down' }
  /** The connection is accepted and reset; nothing was consumed. */
  | { readonly kind: 'reset' }
  /** A proxy responds instead of the Console; nothing was consumed. */
  | { readonly kind: 'html'; readonly status?: number }
  | StatusFault
  /** All below are consumed. The response is valid but late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Half of the body, then the connection is reset. */
  | { readonly kind: 'cut' }
  /** Valid JSON in which all types are wrong. */
  | { readonly kind: 'wrong-types' }
  /** Valid, after this number of bytes of padding. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** The connection is reset instead of a response, or a proxy responds with `status`. */
  | { readonly kind: 'lost'; readonly status?: number };

interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly error?: string;
  /** The raw header: seconds, a date, or nonsense. */
  readonly retryAfter?: string;
}

/** A response to send; `body` is JSON text, or `''` for none. */
export interface ConsoleReply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

interface MalformedReply {
  readonly reply: () => ConsoleReply;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Sends the response with the fault applied; `reply` is called only where the fault lets it be consumed. */
export async function sendDespite(fault: Fault | null, to: MalformedReply): Promise<void> {
  const { reply, response } = to;
  switch (fault?.kind) {
    case undefined:
      send(response, reply());
      break;
    case 'down':
    case 'reset':
      reset(response);
      break;
    case 'html':
      send(response, proxyPage(fault.status ?? 502));
      break;
    case 'status':
      sendStatus(response, fault);
      break;
    case 'slow':
      await sendLate(reply(), fault.ms, to);
      break;
    case 'cut':
      sendHalf(response, reply());
      break;
    case 'wrong-types':
      send(response, mistyped(reply()));
      break;
    case 'huge':
      send(response, padded(reply(), fault.bytes));
      break;
    case 'lost':
      // Consumed: an end is gone, and the client does not know it.
      reply();
      if (fault.status === undefined) reset(response);
      else send(response, proxyPage(fault.status));
  }
}

export function jsonReply(value: unknown): ConsoleReply {
  return { status: 200, body: JSON.stringify(value), contentType: 'application/json' };
}

function send(response: ServerResponse, { status, body, contentType }: ConsoleReply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function sendStatus(response: ServerResponse, fault: StatusFault): void {
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  send(response, { ...jsonReply({ err: fault.error ?? '' }), status: fault.status });
}

async function sendLate(
  reply: ConsoleReply,
  ms: number,
  { response, signal }: MalformedReply,
): Promise<void> {
  // Closing the Console ends the wait with a reset connection.
  const waited = await sleep(ms, true, { signal }).catch(() => false);
  if (waited) send(response, reply);
}

function sendHalf(response: ServerResponse, { status, body, contentType }: ConsoleReply): void {
  // The whole length is announced, so the client notices what is missing.
  const half = body.slice(0, Math.floor(body.length / 2));
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  // Only flushed bytes are certain to arrive before the reset.
  response.write(half, () => setTimeout(() => response.socket?.destroy(), 20));
}

function proxyPage(status: number): ConsoleReply {
  const body = `<html><head><title>${status} Bad Gateway</title></head><body><h1>nginx</h1></body></html>`;
  return { status, body, contentType: 'text/html' };
}

function padded(reply: ConsoleReply, bytes: number): ConsoleReply {
  // JSON allows spaces before a value.
  return { ...reply, body: ' '.repeat(bytes) + reply.body };
}

function mistyped(reply: ConsoleReply): ConsoleReply {
  if (reply.body === '') return reply;
  const body: unknown = JSON.parse(reply.body, (_key, value: unknown) => {
    if (typeof value === 'number') return { count: value };
    if (typeof value === 'boolean') return String(value);
    return typeof value === 'string' ? 0 : value;
  });
  return { ...reply, body: JSON.stringify(body) };
}
