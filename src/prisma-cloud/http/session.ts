/**
 * The value of the `Authorization` header. With a token there is one sign-in at a time for all callers, and a caller
 * that gives up does not cancel it. With basic authentication every request is a sign-in, so a rejection pauses them as
 * well.
 */

import { z } from 'zod';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import { SignInError, TimeoutError } from './errors.ts';

// Retry after an early renewal failed while the old token is valid.
const NEXT_RENEWAL_MS = 30_000;

export interface RejectedRequest {
  /** Method and path. */
  readonly attempt: string;
  /** `HTTP 401 …` */
  readonly outcome: string;
  /** The rejected header. */
  readonly authorization: string;
}

interface Session {
  /** The header's value. Throws a ConsoleError, immediately while sign-ins are paused after a rejection. */
  authorize(signal: AbortSignal): string | Promise<string>;
  /** After a 401: another value, to be tried once. Throws a ConsoleError where there is none. */
  renew(rejected: RejectedRequest, signal: AbortSignal): Promise<string>;
  /** After a second 401: starts a pause and returns its error. */
  reject(rejected: RejectedRequest): SignInError;
  /** After anything but a 401. */
  accept(): void;
  /** From the token; null without a token, or where it names none. */
  readonly role: () => string | null;
}

interface SessionOptions {
  readonly auth: 'token' | 'basic';
  readonly username: string;
  readonly password: string;
  /**
   * Requests a new token, within a time limit of its own. Throws a ConsoleError; resolves to a SignInFailure if
   * rejected.
   */
  readonly signIn: () => Promise<string | SignInFailure>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

/** The Console checked the credentials and rejected them. */
export interface SignInFailure {
  readonly attempt: string;
  readonly outcome: string;
}

export function createSession(options: SessionOptions): Session {
  const pause = createSignInPause(options);
  return options.auth === 'basic' ? createBasicSession(options, pause) : createTokenSession(options, pause);
}

function createBasicSession({ username, password }: SessionOptions, pause: SignInPause): Session {
  const header = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  const reject: Session['reject'] = ({ attempt, outcome }) => pause.reject(attempt, outcome);
  return {
    authorize: () => {
      pause.check();
      return header;
    },
    renew: (rejected) => Promise.reject(reject(rejected)),
    reject,
    accept: pause.accept,
    role: () => null,
  };
}

interface Token {
  readonly header: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

function createTokenSession(options: SessionOptions, pause: SignInPause): Session {
  const { signIn, now, monotonicNow } = options;
  let current: Token | null = null;
  let renewal: Promise<Token> | null = null;

  async function authorize(signal: AbortSignal): Promise<string> {
    pause.check();
    if (current !== null && monotonicNow() < current.renewAt) return current.header;
    return (await joinRenewal(signal)).header;
  }

  async function renew({ authorization }: RejectedRequest, signal: AbortSignal): Promise<string> {
    pause.check();
    // Another caller renewed it while this request was in flight with the old one.
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
    const response = await signIn();
    if (typeof response !== 'string') throw pause.reject(response.attempt, response.outcome);
    return toToken(response, toTokenUse(response, now()));
  }

  function toToken(token: string, { renewAfterMs, lifetimeMs }: TokenUse): Token {
    const at = monotonicNow();
    return { header: `Bearer ${token}`, renewAt: at + renewAfterMs, expiresAt: at + lifetimeMs };
  }

  // An early renewal is a precaution: if it fails, the old token stays in use, unless the Console rejects the
  // credentials.
  function keepOldToken(error: unknown): Token {
    if (error instanceof SignInError) current = null;
    if (current === null || monotonicNow() >= current.expiresAt) throw error;
    return { ...current, renewAt: monotonicNow() + NEXT_RENEWAL_MS };
  }

  function reject({ attempt, outcome, authorization }: RejectedRequest): SignInError {
    if (current?.header === authorization) current = null;
    return pause.reject(attempt, outcome);
  }

  const role = (): string | null =>
    roleClaim.safeParse(parsePayload(current?.header ?? '')).data?.role ?? null;

  return { authorize, renew, reject, accept: pause.accept, role };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new TimeoutError('sign-in', 'no answer in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

const DEFAULT_LIFETIME_MS = 30 * 60_000;
// The vendor's advice for SaaS: a new token every five minutes.
const LONGEST_USE_MS = 5 * 60_000;
const MARGIN_MS = 60_000;
// A token with a shorter lifetime would need a sign-in for every request; it is used until rejected.
const SHORTEST_USE_MS = 10_000;

const claims = z.object({ exp: z.number(), iat: z.number().optional() });
/** Undocumented, but in the vendor's samples: used for hints, never for decisions. */
const roleClaim = z.object({ role: z.string().min(1).max(100) });

export interface TokenUse {
  /** Renew the token at this age. */
  readonly renewAfterMs: number;
  /** Age at which the token expires, if the renewal fails. */
  readonly lifetimeMs: number;
}

/** `now` is epoch ms. */
export function toTokenUse(token: string, now: number): TokenUse {
  const lifetimeMs = parseLifetimeMs(token, now) ?? DEFAULT_LIFETIME_MS;
  const early = Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2);
  return { renewAfterMs: Math.max(SHORTEST_USE_MS, Math.min(LONGEST_USE_MS, early)), lifetimeMs };
}

// Both dates are the Console's: their difference is independent of our clock. With `exp` alone our clock is used,
// unless the token seems to have expired already.
function parseLifetimeMs(token: string, now: number): number | null {
  const parsed = claims.safeParse(parsePayload(token));
  if (!parsed.success) return null;
  const { exp, iat } = parsed.data;
  const lifetimeMs = iat === undefined ? exp * 1_000 - now : (exp - iat) * 1_000;
  return lifetimeMs > 0 ? lifetimeMs : null;
}

function parsePayload(token: string): unknown {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** From half a minute to a minute after the first. */
const BACKOFF = { baseMs: 60_000, capMs: 600_000 };

/**
 * After a rejected sign-in all sign-ins pause: a Console locks an account after a few wrong attempts, and ticks of five
 * seconds would use them up before an operator reads the log.
 */
interface SignInPause {
  /** Throws during the pause, with what was rejected and the time of the next attempt. */
  readonly check: () => void;
  /** Starts a pause, longer than the one before; returns its error. */
  readonly reject: (attempt: string, outcome: string) => SignInError;
  readonly accept: () => void;
}

interface SignInPauseOptions {
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

function createSignInPause({ monotonicNow, random }: SignInPauseOptions): SignInPause {
  let failures = 0;
  let until = 0;
  let last = { attempt: '', outcome: '' };
  const leftMs = (): number => Math.max(0, until - monotonicNow());

  return {
    check: () => {
      if (leftMs() > 0) throw new SignInError(last.attempt, last.outcome, leftMs());
    },
    reject: (attempt, outcome) => {
      last = { attempt, outcome };
      // Requests in flight together are rejected together: that counts as one rejection.
      if (leftMs() === 0) {
        failures += 1;
        until = monotonicNow() + backoffMs(failures, random(), BACKOFF);
      }
      return new SignInError(attempt, outcome, leftMs());
    },
    accept: () => {
      // A response to a request from before the rejection says nothing about the next sign-in.
      if (leftMs() === 0) failures = 0;
    },
  };
}
