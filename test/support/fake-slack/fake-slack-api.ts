/** The HTTP side of the fake Slack: requests in, faults applied, calls logged. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { isRecord, type Arguments } from './fake-slack-arguments.ts';
import { answerWith, type Answer, type Faults } from './fake-slack-faults.ts';

export interface LoggedCall {
  readonly method: string;
  /** Without the token; what a form carries as JSON stays text. */
  readonly args: Arguments;
  readonly at: number;
  /** The fault that hit it, or null. */
  readonly fault: string | null;
  /** Slack's error code, 'ok', or null while (or if) it was not carried out. */
  answer: string | null;
}

export interface ApiOptions {
  readonly now: () => number;
  readonly faults: Faults;
  readonly scopes: () => readonly string[];
  call(call: { method: string; token: string; args: Arguments; isJson: boolean }): Record<string, unknown>;
  /** Slack's error, or null. */
  respond(path: string, body: unknown): string | null;
}

export interface Api {
  readonly server: Server;
  readonly calls: readonly LoggedCall[];
}

export function createApi(options: ApiOptions): Api {
  const calls: LoggedCall[] = [];
  const server = createServer((request, response) => {
    handle(request, response, { options, calls }).catch(() => response.destroy());
  });
  // Virtual time leaps over the usual five seconds: a connection would be closed just as a call leaves on it.
  server.keepAliveTimeout = 0;
  return { server, calls };
}

interface Handling {
  readonly options: ApiOptions;
  readonly calls: LoggedCall[];
}

async function handle(request: IncomingMessage, response: ServerResponse, handling: Handling): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://fake');
  const body = await text(request);
  if (pathname.startsWith('/api/'))
    return answerCall(pathname.slice(5), { request, body, response }, handling);
  if (pathname.startsWith('/response/'))
    return answerResponse(pathname, { body, response }, handling.options);
  response.writeHead(404).end();
}

async function answerCall(
  method: string,
  { request, body, response }: { request: IncomingMessage; body: string; response: ServerResponse },
  { options, calls }: Handling,
): Promise<void> {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const { token: inBody, ...args } = isJson ? toRecord(body) : Object.fromEntries(new URLSearchParams(body));
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? inBody;
  const fault = options.faults.take(method);
  const logged: LoggedCall = { method, args, at: options.now(), fault: fault?.kind ?? null, answer: null };
  calls.push(logged);
  const run = () => {
    const answer = options.call({ method, token: typeof token === 'string' ? token : '', args, isJson });
    logged.answer = answer['ok'] === true ? 'ok' : String(answer['error']);
    return toAnswer(answer, options);
  };
  await answerWith(fault, run, response);
}

async function answerResponse(
  path: string,
  { body, response }: { body: string; response: ServerResponse },
  options: ApiOptions,
): Promise<void> {
  const run = (): Answer => {
    const error = options.respond(path, toRecord(body));
    const headers = { 'content-type': 'application/json' };
    return error === null
      ? { status: 200, headers, body: 'ok' }
      : { status: 404, headers, body: JSON.stringify({ ok: false, error }) };
  };
  await answerWith(options.faults.take('response_url'), run, response);
}

function toAnswer(answer: Record<string, unknown>, { scopes, now }: ApiOptions): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-oauth-scopes': scopes().join(','),
      date: new Date(now()).toUTCString(),
    },
    body: JSON.stringify(answer),
  };
}

function toRecord(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
