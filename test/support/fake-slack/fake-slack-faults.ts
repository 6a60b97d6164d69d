/** Faults of one response of the fake Slack, and which call they affect. */

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** `stored`: whether the call took effect before its response was lost. */
export type Fault =
  /** Slack's `{ok: false, error}`; not stored unless it says so. */
  | { readonly kind: 'error'; readonly error: string; readonly stored?: boolean }
  /** 429, not stored. The header's text as it is; null = no header. */
  | { readonly kind: '429'; readonly retryAfter: string | null }
  | { readonly kind: 'status'; readonly status: number; readonly stored: boolean }
  | { readonly kind: 'reset'; readonly stored: boolean }
  /** Responds after that time: beyond the caller's limit if that is shorter. `last`: takes effect only then, too. */
  | { readonly kind: 'late'; readonly afterMs: number; readonly stored: 'first' | 'last' }
  /** Stored. The connection ends in the middle of the body. */
  | { readonly kind: 'cut' }
  /** Stored. A complete response with half the JSON. */
  | { readonly kind: 'half-json' }
  /** Stored. 200 and a page of HTML, as from a proxy. */
  | { readonly kind: 'html' }
  /** Stored. A byte of the body at a time. */
  | { readonly kind: 'drip'; readonly everyMs: number };

export interface Faults {
  /** The next calls of the method, `times` of them; earlier faults first. */
  failNext(method: string, fault: Fault, times?: number): void;
  /** Every call of the method, or of all methods with '*', until the returned function is called. */
  failWhile(method: string, fault: Fault): () => void;
  take(method: string): Fault | null;
}

export function createFaults(): Faults {
  const queued: { method: string; fault: Fault }[] = [];
  const lasting: { method: string; fault: Fault }[] = [];
  return {
    failNext: (method, fault, times = 1) => {
      for (let i = 0; i < times; i += 1) queued.push({ method, fault });
    },
    failWhile: (method, fault) => {
      const entry = { method, fault };
      lasting.push(entry);
      return () => void lasting.splice(lasting.indexOf(entry), 1);
    },
    take: (method) => {
      const index = queued.findIndex((entry) => entry.method === method);
      if (index >= 0) return queued.splice(index, 1)[0]?.fault ?? null;
      return lasting.find((entry) => entry.method === method || entry.method === '*')?.fault ?? null;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Executes the call or not, and responds with the fault. */
export async function answerWith(
  fault: Fault | null,
  run: () => Answer,
  response: ServerResponse,
): Promise<void> {
  if (fault?.kind === 'late' && fault.stored === 'last')
    await sleep(fault.afterMs, undefined, { ref: false });
  const answer = isCarriedOut(fault) ? run() : { status: 200, headers: JSON_HEADERS, body: '{"ok":true}' };
  if (fault === null) send(response, answer);
  else await spoil(fault, answer, response);
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

function isCarriedOut(fault: Fault | null): boolean {
  if (fault === null || fault.kind === 'late') return true;
  if (fault.kind === '429') return false;
  return 'stored' in fault ? fault.stored : fault.kind !== 'error';
}

async function spoil(fault: Fault, answer: Answer, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case 'error':
      send(response, { ...answer, body: JSON.stringify({ ok: false, error: fault.error }) });
      return;
    case '429':
      send(response, toTooMany(fault.retryAfter));
      return;
    case 'status':
      send(response, { status: fault.status, headers: { 'content-type': 'text/html' }, body: HTML });
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'late':
      if (fault.stored === 'first') await sleep(fault.afterMs, undefined, { ref: false });
      send(response, answer);
      return;
    case 'cut':
      cut(response, answer);
      return;
    case 'half-json':
      send(response, { ...answer, body: half(answer.body) });
      return;
    case 'html':
      send(response, { status: 200, headers: { 'content-type': 'text/html' }, body: HTML });
      return;
    case 'drip':
      return drip(response, answer, fault.everyMs);
  }
}

function toTooMany(retryAfter: string | null): Answer {
  const headers = retryAfter === null ? JSON_HEADERS : { ...JSON_HEADERS, 'retry-after': retryAfter };
  return { status: 429, headers, body: '{"ok":false,"error":"ratelimited"}' };
}

const HTML = '<html><body>Bad gateway, token xoxb-of-somebody</body></html>';

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // The caller may have gone while this response was late.
  if (!response.destroyed) response.writeHead(status, headers).end(body);
}

function cut(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.write(half(body), () => response.socket?.end());
}

async function drip(response: ServerResponse, answer: Answer, everyMs: number): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  for (const byte of answer.body) {
    if (response.destroyed) return;
    response.write(byte);
    await sleep(everyMs, undefined, { ref: false });
  }
  response.end();
}

function half(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}
