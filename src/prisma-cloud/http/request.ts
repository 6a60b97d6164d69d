/**
 * Sends one request within the rate limit and its time limit. Never sends it again once it may have reached the
 * Console: the end of an on-demand scan is reported once. Only a refused connection, over which nothing was sent, is
 * retried once.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureCause } from '../../scan/snapshot.ts';
import { createTimeLimit, type TimeLimit } from '../../http.ts';
import { type Response, toResponseFailure } from './response.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Priority, Permit } from './permits.ts';
import type { ConsoleConnection, ConsoleRequest, Sending } from './transport.ts';
import {
  type ConsoleError,
  OwnLimitError,
  RateLimitedError,
  toFailure,
  toStatusError,
  UnreachableError,
} from './errors.ts';

// Long enough for a listener being replaced, short enough for a person.
const REFUSED_CONNECTION_MS = 200;

export interface ConsoleLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface Caller {
  /**
   * The time limit of a call starts with its first request. A person waits for a permit as long again, others forever.
   */
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** Checked once there is a permit: the caller's lease may have expired. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Aborts with the lease: the wait for a permit ends, a request in flight goes on. */
  readonly leaseSignal?: AbortSignal | undefined;
  /** Aborts once a person waits for the same response: from then on it waits for a permit as a person does. */
  readonly personSignal?: AbortSignal | undefined;
  /** The other name under which its ongoing scan was found. */
  readonly foundAs?: string | undefined;
}

/** Outcome of one request that was sent. */
export interface RequestMetrics {
  /** Below the API version; one of a dozen. */
  readonly resource: string;
  /** `unauthorized`: a token that is renewed; a rejected sign-in as well. */
  readonly outcome: 'ok' | 'unauthorized' | FailureCause;
  readonly ms: number;
}

/** Shared by all requests of one call. */
export interface CallContext {
  readonly priority: Priority;
  readonly mayStart?: (() => boolean) | undefined;
  readonly leaseSignal?: AbortSignal | undefined;
  readonly personSignal?: AbortSignal | undefined;
  readonly limit: TimeLimit;
}

interface RequestOptions {
  readonly connection: ConsoleConnection;
  readonly rateLimiter: RateLimiter;
  readonly callMs: number;
  readonly log: ConsoleLog;
  readonly onRequest?: ((request: RequestMetrics) => void) | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

/** Resolves to a response of any status; throws a ConsoleError if none came. `authorization` is null for none. */
export type Send = (
  request: ConsoleRequest,
  authorization: string | null,
  context: CallContext,
) => Promise<Response>;

export function createRequestSender(options: RequestOptions): Send {
  return async (request, authorization, context) => {
    const sending = { authorization, signal: context.limit.signal };
    const send = () => sendOnce(options, { request, sending, context });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof UnreachableError) || error.code !== 'ECONNREFUSED') throw error;
      const pauseMs = REFUSED_CONNECTION_MS * (1 + options.random());
      await sleep(pauseMs, null, { signal: sending.signal }).catch(() => {
        throw error;
      });
      return await send();
    }
  };
}

interface Attempt {
  readonly request: ConsoleRequest;
  readonly sending: Sending;
  readonly context: CallContext;
}

async function sendOnce(options: RequestOptions, { request, sending, context }: Attempt): Promise<Response> {
  const { connection, callMs, log, now, monotonicNow } = options;
  const permit = await takePermit(options, context);
  if (permit === 'late') throw tooLate(request);
  if (permit === null) throw notSent(options, request, context.priority);
  context.limit.start(request.limitMs ?? callMs);
  const startedAt = monotonicNow();
  const record = (outcome: RequestMetrics['outcome']): number => {
    const ms = Math.round(monotonicNow() - startedAt);
    options.onRequest?.({ resource: request.resource, outcome, ms });
    return ms;
  };
  try {
    const response = await connection.fetch(request, sending);
    recordRate(options, response);
    const ms = record(outcomeOf(response, now()));
    log.debug({ call: response.attempt, status: response.status, ms }, 'Console responded');
    return response;
  } catch (error) {
    record(toFailure(error).cause);
    throw error;
  } finally {
    permit.end();
  }
}

function notSent(
  { rateLimiter }: RequestOptions,
  { method, resource }: ConsoleRequest,
  priority: Priority,
): ConsoleError {
  const attempt = `${method} ${resource}`;
  if (rateLimiter.isClosedTo(priority)) return new OwnLimitError(attempt, 'not sent, the program stops');
  const pauseMs = rateLimiter.pauseLeftMs();
  return pauseMs > 0
    ? new RateLimitedError(attempt, 'not sent, the Console asked us to wait', pauseMs)
    : new OwnLimitError(attempt, 'not sent, no request was free in time');
}

function recordRate({ rateLimiter, log, now }: RequestOptions, response: Response): void {
  if (response.status !== 429) {
    rateLimiter.recover();
    return;
  }
  const pauseMs = rateLimiter.pause(toResponseFailure(response, now()).retryAfterMs);
  log.warn({ call: response.attempt, pauseMs }, 'Console rate limit reached (429)');
}

function outcomeOf(response: Response, now: number): RequestMetrics['outcome'] {
  if (response.status < 300) return 'ok';
  if (response.status === 401) return 'unauthorized';
  return toStatusError(response.attempt, toResponseFailure(response, now)).failureCause;
}

/** Checked again after the permit was granted: the process may have been suspended. */
async function takePermit(
  { rateLimiter, callMs }: Pick<RequestOptions, 'rateLimiter' | 'callMs'>,
  { priority, limit, mayStart = always, leaseSignal, personSignal }: CallContext,
): Promise<Permit | null | 'late'> {
  const waiting = createTimeLimit(limit.signal);
  const giveUp = (): void => waiting.abort();
  leaseSignal?.addEventListener('abort', giveUp);
  if (leaseSignal?.aborted === true) giveUp();
  // The wait is limited, but the time limit of the call is for the Console only.
  if (priority === 'interactive') waiting.start(callMs);
  const permit = await rateLimiter.take(priority, { signal: waiting.signal, pauseMs: callMs, personSignal });
  leaseSignal?.removeEventListener('abort', giveUp);
  waiting.end();
  const isLate = leaseSignal?.aborted === true || (permit !== null && !mayStart());
  if (isLate) permit?.leave();
  return isLate ? 'late' : permit;
}

const always = (): boolean => true;

function tooLate({ method, resource }: ConsoleRequest): OwnLimitError {
  return new OwnLimitError(`${method} ${resource}`, 'not sent, its lease is over');
}
