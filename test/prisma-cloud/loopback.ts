/**
 * A Console on loopback that responds as each test says, over HTTP or HTTPS, records requests, and closes after the
 * test.
 */

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type Server, type Socket, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  type ConsoleClient,
  type ConsoleClientOptions,
  createConsoleClient,
} from '../../src/prisma-cloud/client.ts';
import type { Caller, ConsoleLog } from '../../src/prisma-cloud/http/request.ts';
import type { ImageReference } from '../../src/image/reference.ts';
import type { Observation } from '../../src/scan/snapshot.ts';
import type { Target } from '../../src/scan/target.ts';
import { createLimiter } from '../support/rate-limiter.ts';
import { listenUntilClosed } from '../support/listen.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Exchange {
  readonly received: Received;
  readonly response: http.ServerResponse;
  readonly socket: Socket;
}

export type Respond = (exchange: Exchange) => unknown;

export interface Loopback {
  /** With `localhost`, so that a certificate's name is checked. */
  readonly url: string;
  readonly received: Received[];
  /** The requested paths, in order, without the API's prefix. */
  paths(): string[];
  close(): Promise<void>;
}

const TLS = `${import.meta.dirname}/../fixtures/tls`;
const pem = (name: string): string => readFileSync(`${TLS}/${name}.pem`, 'utf8');
export const certificate = (name: string): string => pem(`${name}.cert`);

/** `tls` names a certificate in fixtures/tls. */
export async function startLoopback(respond: Respond, tls?: string): Promise<Loopback> {
  const received: Received[] = [];
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    void read(request).then((one) => {
      received.push(one);
      respond({ received: one, response, socket: request.socket });
    });
  };
  const server =
    tls === undefined
      ? http.createServer(answer)
      : https.createServer({ key: pem('localhost.key'), cert: certificate(tls) }, answer);
  const { port, close } = await listenUntilEnd(server, 0);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    received,
    paths: () => received.map(({ path }) => path.replace(/^.*\/api\/[^/]+\//, '')),
    close,
  };
}

/** A server that speaks no HTTP, or none of Node's. */
export async function startRaw(talk: (socket: Socket) => unknown, port = 0) {
  return await listenUntilEnd(createServer(talk), port);
}

export async function portOfNobody(): Promise<number> {
  const { port, close } = await startRaw(() => undefined);
  await close();
  return port;
}

async function listenUntilEnd(server: Server, port: number) {
  const listening = await listenUntilClosed(server, port);
  onTestFinished(listening.close);
  return listening;
}

async function read(request: http.IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '', 'http://x');
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export function json(response: http.ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Signs everybody in with `token-1`, `token-2`, … and leaves the rest to `respond`. */
export function signingIn(respond: Respond): Respond {
  let tokens = 0;
  return (exchange) => {
    if (!exchange.received.path.endsWith('/authenticate')) return respond(exchange);
    tokens += 1;
    json(exchange.response, { token: `token-${tokens}` });
    return undefined;
  };
}

interface Logged {
  readonly level: keyof ConsoleLog;
  readonly fields: object;
  readonly message: string;
}

export function createMemoryLog(): ConsoleLog & { readonly lines: Logged[] } {
  const lines: Logged[] = [];
  const write = (level: keyof ConsoleLog) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn') };
}

export function createClient(consoleUrl: string, options: Partial<ConsoleClientOptions> = {}): ConsoleClient {
  const client = createConsoleClient({
    consoleUrl,
    apiVersion: 'v33.03',
    project: null,
    username: 'user',
    password: 'secret-password',
    auth: 'token',
    ca: null,
    isTlsInsecure: false,
    random: () => 0,
    rateLimiter: createLimiter(options.monotonicNow && { monotonicNow: options.monotonicNow }),
    ...options,
  });
  // A test may close it, too.
  onTestFinished(() => client.close().catch(() => undefined));
  return client;
}

export function image(parts: Partial<ImageReference>): Extract<Target, { kind: 'image' }> {
  return { kind: 'image', reference: { registry: '', repository: 'a', tag: '1', digest: '', ...parts } };
}

/** It has one name: an official image has two. */
export const API = image({ registry: 'ghcr.io', repository: 'acme/api', tag: '1.4' });
export const ALPINE = image({ repository: 'library/alpine', tag: '3.16' });

/** The response for a finished scan. */
export const ENDED = [{ imageScan: { total: 1, scanned: 1 }, isScanOngoing: false }];
export const poll = { priority: 'background' } as const;
export const person = { priority: 'interactive' } as const;

/** Polls alpine once; `respond` handles everything but the sign-in. */
export async function askOnce(respond: Respond, options: Partial<ConsoleClientOptions> = {}) {
  const staged = await stage(respond, options);
  return { ...staged, observation: await staged.client.fetchProgress(ALPINE, poll) };
}

/** The same, where that fails. */
export async function failOnce(respond: Respond, options: Partial<ConsoleClientOptions> = {}) {
  const { observation, ...staged } = await askOnce(respond, options);
  return { ...staged, failure: failureOf(observation) };
}

export function failureOf(observation: Observation | null) {
  if (observation?.kind !== 'failed') throw new Error(`expected a failure, not ${observation?.kind}`);
  return observation.failure;
}

/** Why a poll of alpine fails. */
export async function failureFor(client: ConsoleClient, caller: Caller = poll) {
  return failureOf(await client.fetchProgress(ALPINE, caller));
}

/** By path below the API version: a value is sent as JSON, a function responds itself. Anything else is a 404. */
type Routes = Readonly<Record<string, unknown>>;

/** A Console that accepts every sign-in and responds by route or by a function, and a client of it, at `path`. */
export function stage(answers: Routes | Respond, options: Partial<ConsoleClientOptions> = {}, path = '') {
  const respond = typeof answers === 'function' ? answers : byRoute(answers);
  return stageWithSignIn(signingIn(respond), options, path);
}

/** The same, where `respond` handles the sign-in, too. */
export async function stageWithSignIn(
  respond: Respond,
  options: Partial<ConsoleClientOptions> = {},
  path = '',
) {
  const log = createMemoryLog();
  const server = await startLoopback(respond);
  return { server, client: createClient(`${server.url}${path}`, { log, ...options }), log };
}

function byRoute(routes: Routes): Respond {
  return (exchange) => {
    const route = exchange.received.path.replace(/^.*\/api\/[^/]+\//, '');
    const answer = route in routes ? routes[route] : status(404, 'no such thing');
    if (typeof answer === 'function') (answer as Respond)(exchange);
    else json(exchange.response, answer);
  };
}

export function jsonOf(body: unknown, code = 200): Respond {
  return ({ response }) => json(response, body, code);
}

export function status(code: number, error = ''): Respond {
  return jsonOf({ err: error }, code);
}

export function text(body: string | Buffer, headers: http.OutgoingHttpHeaders = {}, code = 200): Respond {
  return ({ response }) => response.writeHead(code, headers).end(body);
}
