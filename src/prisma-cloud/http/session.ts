/**
 * Who we are to the Console: a value for the `Authorization` header. With a token there is one sign-in at a time
 * however many callers wait for it, and a caller that gives up leaves it running for the others. With basic
 * authentication every request is a sign-in, so a refusal pauses them just the same.
 */

import { SignInError, TimeLimitError } from './errors.ts';
import { createSignInPause, type SignInPause } from './sign-in-pause.ts';
import { toTokenUse, type TokenUse } from './token.ts';

// After an early renewal that failed while the old token still does.
const NEXT_RENEWAL_MS = 30_000;

export interface RefusedRequest {
  /** Method and path. */
  readonly attempt: string;
  /** `HTTP 401 …` */
  readonly outcome: string;
  /** The header that was refused. */
  readonly authorization: string;
}

interface Session {
  /** The header's value. Throws a ConsoleError; at once while a refused sign-in is too fresh to be repeated. */
  authorize(signal: AbortSignal): string | Promise<string>;
  /** After a 401: another value, to be tried once. Throws a ConsoleError where there is none. */
  renew(refused: RefusedRequest, signal: AbortSignal): Promise<string>;
  /** After a second 401: begins a pause and returns the error that tells of it. */
  refuse(refused: RefusedRequest): SignInError;
  /** After anything but a 401. */
  accept(): void;
}

interface SessionOptions {
  readonly auth: 'token' | 'basic';
  readonly username: string;
  readonly password: string;
  /** Asks for a new token, within a time limit of its own. Throws a ConsoleError; a SignInRefusal if it was refused. */
  readonly signIn: () => Promise<string | SignInRefusal>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  readonly random: () => number;
}

/** The Console looked at the credentials and said no. */
export interface SignInRefusal {
  readonly attempt: string;
  readonly outcome: string;
}

export function createSession(options: SessionOptions): Session {
  const pause = createSignInPause(options);
  return options.auth === 'basic' ? createBasicSession(options, pause) : createTokenSession(options, pause);
}

function createBasicSession({ username, password }: SessionOptions, pause: SignInPause): Session {
  const header = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  const refuse: Session['refuse'] = ({ attempt, outcome }) => pause.refuse(attempt, outcome);
  return {
    authorize: () => {
      pause.check();
      return header;
    },
    renew: (refused) => Promise.reject(refuse(refused)),
    refuse,
    accept: pause.accept,
  };
}

interface Token {
  readonly header: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

function createTokenSession(options: SessionOptions, pause: SignInPause): Session {
  const { signIn, now, elapsed } = options;
  let current: Token | null = null;
  let renewal: Promise<Token> | null = null;

  async function authorize(signal: AbortSignal): Promise<string> {
    pause.check();
    if (current !== null && elapsed() < current.renewAt) return current.header;
    return (await joinRenewal(signal)).header;
  }

  async function renew({ authorization }: RefusedRequest, signal: AbortSignal): Promise<string> {
    pause.check();
    // Somebody else has renewed it while this request was under way with the old one.
    if (current !== null && current.header !== authorization) return current.header;
    current = null;
    return (await joinRenewal(signal)).header;
  }

  function joinRenewal(signal: AbortSignal): Promise<Token> {
    renewal ??= renewToken().finally(() => {
      renewal = null;
    });
    return untilAborted(renewal, signal);
  }

  async function renewToken(): Promise<Token> {
    current = await fetchToken().catch(keepOldToken);
    return current;
  }

  async function fetchToken(): Promise<Token> {
    const answer = await signIn();
    if (typeof answer !== 'string') throw pause.refuse(answer.attempt, answer.outcome);
    return toToken(answer, toTokenUse(answer, now()));
  }

  function toToken(token: string, { renewAfterMs, lifetimeMs }: TokenUse): Token {
    const at = elapsed();
    return { header: `Bearer ${token}`, renewAt: at + renewAfterMs, expiresAt: at + lifetimeMs };
  }

  // Renewing early is a precaution: a Console that cannot sign us in just now need not stop those who hold a token.
  // One that refuses the credentials means it.
  function keepOldToken(error: unknown): Token {
    if (error instanceof SignInError) current = null;
    if (current === null || elapsed() >= current.expiresAt) throw error;
    return { ...current, renewAt: elapsed() + NEXT_RENEWAL_MS };
  }

  function refuse({ attempt, outcome, authorization }: RefusedRequest): SignInError {
    if (current?.header === authorization) current = null;
    return pause.refuse(attempt, outcome);
  }

  return { authorize, renew, refuse, accept: pause.accept };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new TimeLimitError('sign-in', 'no answer in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
