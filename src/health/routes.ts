/**
 * Routes for operators. In HTTP mode they share the port with Slack's requests and may be public: then they name the
 * parts that are not ready without the reason, which is in the log.
 */

import type { RequestListener, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { NOT_TRIED, type Part, PARTS, type Readiness } from '../readiness.ts';

export interface RouteOptions {
  readonly mount: (path: string, listener: RequestListener) => void;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly now: () => number;
  readonly readiness: Pick<Readiness, 'of'>;
  /** Started, and not shutting down. */
  readonly isRunning: () => boolean;
  readonly printMetrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** The port is reachable from outside. */
  readonly isPublic: boolean;
  readonly log: Log;
}

export function mountHealth(options: RouteOptions): void {
  const { mount } = options;
  mount(
    '/healthz',
    reading(options, () => Promise.resolve(livenessReply(options))),
  );
  mount(
    '/readyz',
    reading(options, (query) => Promise.resolve(readinessReply(options, query))),
  );
  mount(
    '/metrics',
    reading(options, () => metricsReply(options)),
  );
}

interface TextReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Handles GET and HEAD; Node omits the body of HEAD. */
function reading(
  { log }: RouteOptions,
  toReply: (query: URLSearchParams) => Promise<TextReply>,
): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', connection: 'close' }).end();
      return;
    }
    toReply(new URLSearchParams(request.url?.split('?')[1])).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        log.warn({ error: messageOf(error) }, 'health endpoint failed');
        response.writeHead(500).end();
      },
    );
  };
}

function send(response: ServerResponse, { status, contentType, text }: TextReply): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
}

/** A process that responds is alive: a restart would not help with Slack, the Console or a full disk. */
function livenessReply({ version, startedAt, now }: RouteOptions): TextReply {
  const upSeconds = Math.max(0, Math.round((now() - startedAt) / 1_000));
  return json(200, { status: 'alive', version, up_seconds: upSeconds });
}

/**
 * `?exclude=console` skips a part, as in Kubernetes: commands work without the Console, so it is no reason to route
 * them elsewhere.
 */
function readinessReply({ readiness, isRunning, isPublic }: RouteOptions, query: URLSearchParams): TextReply {
  const excluded = query.getAll('exclude');
  const checked = PARTS.filter((part) => !excluded.includes(part));
  const parts = checked.map((part): [Part, string] => {
    const problem = readiness.of(part);
    // "not tried yet" names no cause, so it is shown in public as well.
    if (problem === null || problem === NOT_TRIED) return [part, problem ?? 'ok'];
    return [part, isPublic ? 'not ready; the log says why' : problem];
  });
  const isReady = isRunning() && checked.every((part) => readiness.of(part) === null);
  const status = isReady ? 'ready' : isRunning() ? 'not ready' : 'starting or stopping';
  return json(isReady ? 200 : 503, { status, parts: Object.fromEntries<string>(parts) });
}

async function metricsReply({ printMetrics }: RouteOptions): Promise<TextReply> {
  return { status: 200, ...(await printMetrics()) };
}

function json(status: number, value: object): TextReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    text: `${JSON.stringify(value, null, 2)}\n`,
  };
}
