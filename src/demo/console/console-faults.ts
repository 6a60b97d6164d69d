/**
 * Ways in which the simulated Console can fail to answer. What matters to a client is whether the answer was
 * consumed before it was spoilt: an end that was told to a broken connection is told to nobody else.
 */

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Fault = FaultKind & {
  /** Only requests of this path below the API version, such as `/registry/progress`; default all. */
  readonly route?: string;
  /** Only so many requests, then all is well again; default until it is taken away. */
  readonly times?: number;
};

type FaultKind =
  /** Nothing listens any more: connection refused, whatever the route. */
  | { readonly kind: 'down' }
  /** The connection is accepted and reset; nothing was consumed. */
  | { readonly kind: 'reset' }
  /** A proxy answers in the Console's place; nothing was consumed. */
  | { readonly kind: 'html'; readonly status?: number }
  | StatusFault
  /** Everything below was consumed. The answer is right but late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Half of the body, then the connection is reset. */
  | { readonly kind: 'cut' }
  /** Valid JSON in which no type is what the schema says. */
  | { readonly kind: 'wrong-types' }
  /** Right, with so many bytes of padding before it. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** The connection is reset in place of the answer, or a proxy answers with `status`. */
  | { readonly kind: 'lost'; readonly status?: number };

interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly error?: string;
  /** The header as it stands: seconds, a date, or nonsense. */
  readonly retryAfter?: string;
}

/** What is to be sent; `body` is JSON text, or `''` for none. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

interface SpoiltAnswer {
  readonly answer: () => Answer;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Sends what `answer` gives, as the fault has it; `answer` is called only where the fault lets it be consumed. */
export async function sendDespite(fault: Fault | null, to: SpoiltAnswer): Promise<void> {
  const { answer, response } = to;
  switch (fault?.kind) {
    case undefined:
      send(response, answer());
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
      await sendLate(answer(), fault.ms, to);
      break;
    case 'cut':
      sendHalf(response, answer());
      break;
    case 'wrong-types':
      send(response, mistyped(answer()));
      break;
    case 'huge':
      send(response, padded(answer(), fault.bytes));
      break;
    case 'lost':
      answer();
      if (fault.status === undefined) reset(response);
      else send(response, proxyPage(fault.status));
  }
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value), contentType: 'application/json' };
}

function send(response: ServerResponse, { status, body, contentType }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function sendStatus(response: ServerResponse, fault: StatusFault): void {
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  send(response, { ...jsonAnswer({ err: fault.error ?? '' }), status: fault.status });
}

async function sendLate(answer: Answer, ms: number, { response, signal }: SpoiltAnswer): Promise<void> {
  // Closing the Console ends the wait; whoever waited sees a reset connection.
  const waited = await sleep(ms, true, { signal }).catch(() => false);
  if (waited) send(response, answer);
}

function sendHalf(response: ServerResponse, { status, body, contentType }: Answer): void {
  const half = body.slice(0, Math.floor(body.length / 2));
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  // Only what has been flushed is sure to arrive before the reset.
  response.write(half, () => setTimeout(() => response.socket?.destroy(), 20));
}

function proxyPage(status: number): Answer {
  const body = `<html><head><title>${status} Bad Gateway</title></head><body><h1>nginx</h1></body></html>`;
  return { status, body, contentType: 'text/html' };
}

function padded(answer: Answer, bytes: number): Answer {
  return { ...answer, body: ' '.repeat(bytes) + answer.body };
}

function mistyped(answer: Answer): Answer {
  if (answer.body === '') return answer;
  const body: unknown = JSON.parse(answer.body, (_key, value: unknown) => {
    if (typeof value === 'number') return { count: value };
    if (typeof value === 'boolean') return String(value);
    return typeof value === 'string' ? 0 : value;
  });
  return { ...answer, body: JSON.stringify(body) };
}
