/**
 * Asks the Console as somebody. A 401 is answered with one renewal and one repetition, which loses nothing: the
 * Console looked at the credentials only and at nothing behind them.
 */

import { createTimeLimit } from '../../http.ts';
import { type Response, parseCredential, toRefusal } from './response.ts';
import type { Question } from './transport.ts';
import { toStatusError } from './errors.ts';
import { wireToken } from './schema.ts';
import type { Caller, Log, Send, Turn } from './request.ts';
import { type RefusedRequest, type SignInRefusal, createSession } from './session.ts';

const SIGN_IN_REFUSED = [400, 401, 403];

/** Resolves to an answer with a status of 2xx, or throws a ConsoleError. */
type AuthenticatedRequest = (question: Question, caller: Caller) => Promise<Response>;

interface AuthenticatedRequestOptions {
  readonly send: Send;
  readonly auth: 'token' | 'basic';
  readonly username: string;
  readonly password: string;
  readonly log: Log;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

/** Its question is under way already: it does not wait for its turn among polls again. */
const raisePriority = (turn: Turn): Turn => (turn.priority === 'poll' ? { ...turn, priority: 'soon' } : turn);

interface AuthenticatedRequests {
  readonly signedIn: AuthenticatedRequest;
  readonly anonymously: AuthenticatedRequest;
  /** Of the user who is signed in, where the token names it. */
  readonly role: () => string | null;
}

export function createAuthenticatedRequest(options: AuthenticatedRequestOptions): AuthenticatedRequests {
  const { send, log, now } = options;
  const session = createSession({ ...options, signIn });

  return {
    signedIn: (question, caller) => inTurn(caller, (turn) => requestSignedIn(question, turn)),
    anonymously: (question, caller) =>
      inTurn(caller, async (turn) => success(await send(question, null, turn), now())),
    role: session.role,
  };

  async function requestSignedIn(question: Question, turn: Turn): Promise<Response> {
    const authorization = await session.authorize(turn.limit.signal);
    const first = await send(question, authorization, turn);
    if (first.status !== 401) return accepted(first);
    const renewed = await session.renew(toRefusedRequest(first, authorization, now()), turn.limit.signal);
    const second = await send(question, renewed, raisePriority(turn));
    if (second.status !== 401) return accepted(second);
    throw session.refuse(toRefusedRequest(second, renewed, now()));
  }

  function accepted(answer: Response): Response {
    session.accept();
    return success(answer, now());
  }

  // In nobody's name: many callers may wait for it, people among them.
  function signIn(): Promise<string | SignInRefusal> {
    const { username, password } = options;
    const question: Question = {
      method: 'POST',
      resource: 'authenticate',
      query: [],
      body: { username, password },
    };
    return inTurn({ priority: 'person' }, async (turn) => {
      const answer = await send(question, null, turn);
      if (!SIGN_IN_REFUSED.includes(answer.status))
        return parseCredential(success(answer, now()), wireToken).token;
      log.warn({ status: answer.status }, 'the Console refused the sign-in');
      return { attempt: answer.attempt, outcome: toRefusal(answer, now()).outcome };
    });
  }
}

async function inTurn<T>(
  { priority, signal, mayStart, leaseSignal }: Caller,
  run: (turn: Turn) => Promise<T>,
): Promise<T> {
  const limit = createTimeLimit(signal);
  try {
    return await run({ priority, limit, mayStart, leaseSignal });
  } finally {
    limit.end();
  }
}

function success(answer: Response, now: number): Response {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw toStatusError(answer.attempt, toRefusal(answer, now));
}

function toRefusedRequest(answer: Response, authorization: string, now: number): RefusedRequest {
  return { attempt: answer.attempt, outcome: toRefusal(answer, now).outcome, authorization };
}
