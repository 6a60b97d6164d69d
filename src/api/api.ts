/**
 * The API for pipelines, on the program's port: `GET /v1/wait` and `GET /v1/status`, with a bearer token. Available
 * from the start, so that a pipeline gets a 503 and retries while the bot starts.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { endedWaits } from '../store/scans/waits.ts';
import { OUT_OF_ORDER, STARTING_OR_STOPPING, TOO_MANY, NO_RESPONSE_YET } from '../views/pipeline.ts';
import { createLongPolls, type LongPolls } from './long-polls.ts';
import { type HttpReply, toLater, toErrorReply } from './reply.ts';
import { waitReply } from './wait.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { findEndReport } from '../store/reports.ts';
import { readStatus } from './query.ts';
import { toScanJson } from './scan-json.ts';

export interface ApiOptions {
  readonly token: string;
  readonly mount: (path: string, listener: RequestListener) => void;
  readonly log: Log;
}

export interface Api {
  /** Handles requests from now on. */
  readonly begin: (work: StatusWork) => void;
  /** Pending and later requests get a 503, and the client retries. */
  readonly end: () => void;
}

interface Work extends StatusWork {
  readonly polls: LongPolls;
  readonly log: Log;
  readonly isStopping: () => boolean;
}

type Route = (work: Work, query: URLSearchParams, signal: AbortSignal) => Promise<HttpReply>;

const ROUTES: Readonly<Record<string, Route>> = {
  '/v1/wait': waitReply,
  '/v1/status': limited(statusReply),
};
const AGAIN_SECONDS = 2;

export function createApi({ token, mount, log }: ApiOptions): Api {
  let work: Work | null = null;
  let isEnded = false;
  const isAllowed = createTokenCheck(token);

  async function reply(route: Route, request: IncomingMessage, signal: AbortSignal): Promise<HttpReply> {
    // First: without the token not even the state of the bot is shown.
    if (!isAllowed(request.headers.authorization)) return UNAUTHORIZED;
    if (request.method !== 'GET') return { status: 405, body: null, headers: { allow: 'GET' } };
    if (work === null || isEnded) return toLater(503, STARTING_OR_STOPPING, AGAIN_SECONDS);
    const query = new URLSearchParams(request.url?.split('?').slice(1).join('?'));
    return route(work, query, signal);
  }

  for (const [path, route] of Object.entries(ROUTES)) {
    mount(path, (request, response) => {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      reply(route, request, gone.signal)
        .catch((error: unknown) => {
          log.warn({ path, error: messageOf(error) }, 'pipeline request failed');
          return toLater(503, OUT_OF_ORDER, AGAIN_SECONDS);
        })
        .then(
          (reply) => send(response, reply, { isLast: isEnded }),
          () => response.destroy(),
        );
    });
  }
  return {
    begin: (started) => {
      const polls = createLongPolls((ids) => endedWaits(started.database, ids));
      work = { ...started, polls, log, isStopping: () => isEnded };
    },
    end: () => {
      isEnded = true;
      work?.polls.end();
    },
  };
}

/** Without a reason: details about the token would help an attacker. */
const UNAUTHORIZED: HttpReply = { status: 401, body: null, headers: { 'www-authenticate': 'Bearer' } };

/** Compares digests of equal length, so that timing reveals nothing. */
function createTokenCheck(token: string): (header: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (header = '') => {
    // A missing header is compared, too, so that it takes as long as a wrong token.
    const sent = /^bearer +(\S+) *$/i.exec(header)?.[1];
    return timingSafeEqual(digest(sent ?? ''), expected) && sent !== undefined;
  };
}

/** Each may poll the Console and wait for it. */
const AT_ONCE_MAX = 50;

/** Counts in this process. Waits have limits of their own: HELD_MAX and MAX_WAITS. */
function limited(route: Route): Route {
  let underWay = 0;
  return async (work, query, signal) => {
    if (underWay >= AT_ONCE_MAX) return toLater(503, TOO_MANY, AGAIN_SECONDS);
    underWay += 1;
    try {
      return await route(work, query, signal);
    } finally {
      underWay -= 1;
    }
  };
}

/** The body of a rejected request is not read, so its connection must close. */
function send(
  response: ServerResponse,
  { status, body, headers = {} }: HttpReply,
  { isLast }: { readonly isLast: boolean },
): void {
  const isClosing = isLast || status === 401 || status === 405;
  const text = body === null ? '' : `${JSON.stringify(body, null, 2)}\n`;
  response
    .writeHead(status, {
      ...(body === null ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'cache-control': 'no-store',
      ...(isClosing ? { connection: 'close' } : {}),
      ...headers,
    })
    .end(text);
}

interface StatusWork {
  readonly database: Database;
  /** The latest snapshot if fresh, else one polled now; null where that takes too long. */
  readonly readSnapshot: (target: Target) => Promise<Snapshot | null>;
  readonly now: () => number;
}

/** The poll goes on meanwhile, so the next request finds its snapshot. */
const SNAPSHOT_AGAIN_SECONDS = 5;

async function statusReply(work: StatusWork, query: URLSearchParams): Promise<HttpReply> {
  const { database, readSnapshot, now } = work;
  const image = readStatus(query);
  if ('error' in image) return toErrorReply(image.error);
  const snapshot = await readSnapshot(image.target);
  if (snapshot === null) return toLater(503, NO_RESPONSE_YET, SNAPSHOT_AGAIN_SECONDS);
  const report = await findEndReport(database, image.target, snapshot.scan);
  return { status: 200, body: toScanJson({ ...image, snapshot, report, now: now() }) };
}
