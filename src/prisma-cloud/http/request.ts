/**
 * Sends one request within the budget and the time limit of its turn. It is never sent a second time once it may have
 * reached the Console, whatever became of the answer: the end of an on-demand scan is told once. Only a refused
 * connection, over which nothing went, is tried once more.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureCause } from '../../scan/snapshot.ts';
import { createTimeLimit, type TimeLimit } from '../../http.ts';
import { type Response, toRefusal } from './response.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Priority, Permit } from './slots.ts';
import type { Connection, Question, Sending } from './transport.ts';
import {
  ConsoleError,
  OwnLimitError,
  RateLimitedError,
  CancelledError,
  toStatusError,
  UnreachableError,
} from './errors.ts';

// Long enough for a listener that is just being replaced, short enough for a person.
const REFUSED_CONNECTION_MS = 200;

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface Caller {
  /** The time limit of a call begins with its first request. A person waits for that as long again, others for ever. */
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** Asked when the request could leave: what the call was leased for may be somebody else's by then. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Aborts when it is: nobody waits for a turn then, and a request that is under way goes on. */
  readonly leaseSignal?: AbortSignal | undefined;
}

/** What became of one request that was sent. */
export interface RequestMetrics {
  /** Below the API version; one of a dozen. */
  readonly resource: string;
  /** `unauthorized` is a token that is renewed; what is refused as a sign-in as well. */
  readonly outcome: 'ok' | 'unauthorized' | FailureCause;
  readonly ms: number;
}

/** What the requests of one call have in common. */
export interface Turn {
  readonly priority: Priority;
  readonly mayStart?: (() => boolean) | undefined;
  readonly leaseSignal?: AbortSignal | undefined;
  readonly limit: TimeLimit;
}

interface SendOptions {
  readonly connection: Connection;
  readonly rateLimiter: RateLimiter;
  readonly callMs: number;
  readonly log: Log;
  readonly onRequest?: ((exchange: RequestMetrics) => void) | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

/** Resolves to an answer of any status; throws a ConsoleError if none came. `authorization` is null for none. */
export type Send = (question: Question, authorization: string | null, turn: Turn) => Promise<Response>;

export function createSend(options: SendOptions): Send {
  const { connection, rateLimiter, callMs, log, now, monotonicNow, random } = options;
  return async (question, authorization, turn) => {
    const sending = { authorization, signal: turn.limit.signal };
    try {
      return await sendOnce(question, sending, turn);
    } catch (error) {
      if (!(error instanceof UnreachableError) || error.code !== 'ECONNREFUSED') throw error;
      await sleep(REFUSED_CONNECTION_MS * (1 + random()), null, { signal: sending.signal }).catch(() => {
        throw error;
      });
      return await sendOnce(question, sending, turn);
    }
  };

  async function sendOnce(question: Question, sending: Sending, turn: Turn): Promise<Response> {
    const permit = await takePermit({ rateLimiter, callMs }, turn);
    if (permit === 'late') throw tooLate(question);
    if (permit === null) throw notSent(question, turn.priority);
    const { limit } = turn;
    limit.start(question.limitMs ?? callMs);
    const startedAt = monotonicNow();
    const note = (outcome: RequestMetrics['outcome']): number => {
      const ms = Math.round(monotonicNow() - startedAt);
      options.onRequest?.({ resource: question.resource, outcome, ms });
      return ms;
    };
    try {
      const answer = await connection.exchange(question, sending);
      recordRate(answer);
      const ms = note(outcomeOf(answer, now()));
      log.debug({ call: answer.attempt, status: answer.status, ms }, 'the Console answered');
      return answer;
    } catch (error) {
      note(error instanceof ConsoleError ? error.failureCause : 'garbled');
      throw error;
    } finally {
      permit.end();
    }
  }

  function notSent({ method, resource }: Question, priority: Priority): ConsoleError {
    const attempt = `${method} ${resource}`;
    if (rateLimiter.isClosedTo(priority)) return new CancelledError(attempt, 'not sent, the program stops');
    const pauseMs = rateLimiter.pauseLeftMs();
    return pauseMs > 0
      ? new RateLimitedError(attempt, 'not sent, the Console asked us to wait', pauseMs)
      : new OwnLimitError(attempt, 'not sent, no request was free in time');
  }

  function recordRate(answer: Response): void {
    if (answer.status !== 429) {
      rateLimiter.recover();
      return;
    }
    const pauseMs = rateLimiter.pause(toRefusal(answer, now()).retryAfterMs);
    log.warn({ call: answer.attempt, pauseMs }, 'the Console asks for fewer requests');
  }
}

function outcomeOf(answer: Response, now: number): RequestMetrics['outcome'] {
  if (answer.status >= 200 && answer.status < 300) return 'ok';
  if (answer.status === 401) return 'unauthorized';
  return toStatusError(answer.attempt, toRefusal(answer, now)).failureCause;
}

/** Late also after a permit was granted: the process may have been suspended for any length of time. */
async function takePermit(
  { rateLimiter, callMs }: Pick<SendOptions, 'rateLimiter' | 'callMs'>,
  { priority, limit, mayStart = always, leaseSignal }: Turn,
): Promise<Permit | null | 'late'> {
  const waiting = createTimeLimit(limit.signal);
  const giveUp = (): void => waiting.abort();
  leaseSignal?.addEventListener('abort', giveUp, { once: true });
  if (leaseSignal?.aborted === true) giveUp();
  // Nobody waits for ever; but the time limit of the call is the Console's alone.
  if (priority === 'person') waiting.start(callMs);
  const permit = await rateLimiter.take(priority, { signal: waiting.signal, pauseMs: callMs });
  leaseSignal?.removeEventListener('abort', giveUp);
  waiting.end();
  if (leaseSignal?.aborted !== true && mayStart()) return permit;
  permit?.leave();
  return 'late';
}

const always = (): boolean => true;

function tooLate({ method, resource }: Question): CancelledError {
  return new CancelledError(`${method} ${resource}`, 'not sent, its lease is over');
}
