/**
 * Authenticated requests. A 401 leads to one renewal of the token and one repetition, which is safe: the Console
 * checked the credentials and nothing else.
 */

import { createTimeLimit } from '../../http.ts';
import { type Response, parseCredential, toResponseFailure } from './response.ts';
import type { ConsoleRequest } from './transport.ts';
import { toStatusError } from './errors.ts';
import { wireToken } from './schema.ts';
import type { Caller, Log, Send, Turn } from './request.ts';
import { type RefusedRequest, type SignInFailure, createSession } from './session.ts';

const SIGN_IN_REFUSED = [400, 401, 403];

/** Resolves to a response with status 2xx, or throws a ConsoleError. */
type AuthenticatedRequest = (question: ConsoleRequest, caller: Caller) => Promise<Response>;

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

/** The call is in progress already: its repetition does not queue among polls. */
const raisePriority = (turn: Turn): Turn => (turn.priority === 'poll' ? { ...turn, priority: 'soon' } : turn);

interface AuthenticatedRequests {
  readonly signedIn: AuthenticatedRequest;
  readonly anonymously: AuthenticatedRequest;
  /** Of the signed-in user, if the token names it. */
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

  async function requestSignedIn(question: ConsoleRequest, turn: Turn): Promise<Response> {
    const authorization = await session.authorize(turn.limit.signal);
    const first = await send(question, authorization, turn);
    if (first.status !== 401) return accepted(first);
    const renewed = await session.renew(toRefusedRequest(first, authorization, now()), turn.limit.signal);
    const second = await send(question, renewed, raisePriority(turn));
    if (second.status !== 401) return accepted(second);
    throw session.refuse(toRefusedRequest(second, renewed, now()));
  }

  function accepted(response: Response): Response {
    session.accept();
    return success(response, now());
  }

  // Without a caller's priority: many callers may wait for it, including people.
  function signIn(): Promise<string | SignInFailure> {
    const { username, password } = options;
    const question: ConsoleRequest = {
      method: 'POST',
      resource: 'authenticate',
      query: [],
      body: { username, password },
    };
    return inTurn({ priority: 'person' }, async (turn) => {
      const response = await send(question, null, turn);
      if (!SIGN_IN_REFUSED.includes(response.status))
        return parseCredential(success(response, now()), wireToken).token;
      log.warn({ status: response.status }, 'the Console refused the sign-in');
      return { attempt: response.attempt, outcome: toResponseFailure(response, now()).outcome };
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

function success(response: Response, now: number): Response {
  if (response.status >= 200 && response.status < 300) return response;
  throw toStatusError(response.attempt, toResponseFailure(response, now));
}

function toRefusedRequest(response: Response, authorization: string, now: number): RefusedRequest {
  return { attempt: response.attempt, outcome: toResponseFailure(response, now).outcome, authorization };
}
