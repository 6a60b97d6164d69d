/**
 * Authenticated requests. A 401 leads to one renewal of the token and one repetition, which is safe: the Console
 * checked the credentials and nothing else.
 */

import { createTimeLimit } from '../../http.ts';
import { type Response, parseCredential, toResponseFailure } from './response.ts';
import type { ConsoleRequest } from './transport.ts';
import { toStatusError } from './errors.ts';
import { wireToken } from './schema.ts';
import type { Caller, ConsoleLog, Send, CallContext } from './request.ts';
import { type RejectedRequest, type SignInFailure, createSession } from './session.ts';

const SIGN_IN_REJECTED = [400, 401, 403];

/** Resolves to a response with status 2xx, or throws a ConsoleError. */
type AuthenticatedRequest = (request: ConsoleRequest, caller: Caller) => Promise<Response>;

interface AuthenticatedRequestOptions {
  readonly send: Send;
  readonly auth: 'token' | 'basic';
  readonly username: string;
  readonly password: string;
  readonly log: ConsoleLog;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

/** The call is in progress already: its repetition does not queue among polls. */
const raisePriority = (context: CallContext): CallContext =>
  context.priority === 'background' ? { ...context, priority: 'high' } : context;

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
    signedIn: (request, caller) => withLimit(caller, (context) => requestSignedIn(request, context)),
    anonymously: (request, caller) =>
      withLimit(caller, async (context) => success(await send(request, null, context), now())),
    role: session.role,
  };

  async function requestSignedIn(request: ConsoleRequest, context: CallContext): Promise<Response> {
    const authorization = await session.authorize(context.limit.signal);
    const first = await send(request, authorization, context);
    if (first.status !== 401) return accepted(first);
    const renewed = await session.renew(toRejectedRequest(first, authorization, now()), context.limit.signal);
    const second = await send(request, renewed, raisePriority(context));
    if (second.status !== 401) return accepted(second);
    throw session.reject(toRejectedRequest(second, renewed, now()));
  }

  function accepted(response: Response): Response {
    session.accept();
    return success(response, now());
  }

  // Without a caller's priority: many callers may wait for it, including people.
  function signIn(): Promise<string | SignInFailure> {
    const { username, password } = options;
    const request: ConsoleRequest = {
      method: 'POST',
      resource: 'authenticate',
      query: [],
      body: { username, password },
    };
    return withLimit({ priority: 'interactive' }, async (context) => {
      const response = await send(request, null, context);
      if (!SIGN_IN_REJECTED.includes(response.status))
        return parseCredential(success(response, now()), wireToken).token;
      log.warn({ status: response.status }, 'the Console refused the sign-in');
      return { attempt: response.attempt, outcome: toResponseFailure(response, now()).outcome };
    });
  }
}

async function withLimit<T>(
  { priority, signal, mayStart, leaseSignal, personSignal }: Caller,
  run: (context: CallContext) => Promise<T>,
): Promise<T> {
  const limit = createTimeLimit(signal);
  try {
    return await run({ priority, limit, mayStart, leaseSignal, personSignal });
  } finally {
    limit.end();
  }
}

function success(response: Response, now: number): Response {
  if (response.status < 300) return response;
  throw toStatusError(response.attempt, toResponseFailure(response, now));
}

function toRejectedRequest(response: Response, authorization: string, now: number): RejectedRequest {
  return { attempt: response.attempt, outcome: toResponseFailure(response, now).outcome, authorization };
}
