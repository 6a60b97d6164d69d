/**
 * Who we are to the Console: a value for the `Authorization` header. With a token there is one sign-in at a time
 * however many callers wait for it, and a caller that gives up leaves it running for the others. With basic
 * authentication every request is a sign-in, so a refusal pauses them just the same.
 */

import { z } from 'zod';
import { backoffMs } from './backoff.ts';
import { SignInError, TimeoutError } from './errors.ts';

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
  /** As the token names it; null where there is none yet, or where it names none. */
  readonly role: () => string | null;
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
  readonly monotonicNow: () => number;
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
    const at = monotonicNow();
    return { header: `Bearer ${token}`, renewAt: at + renewAfterMs, expiresAt: at + lifetimeMs };
  }

  // Renewing early is a precaution: a Console that cannot sign us in just now need not stop those who hold a token.
  // One that refuses the credentials means it.
  function keepOldToken(error: unknown): Token {
    if (error instanceof SignInError) current = null;
    if (current === null || monotonicNow() >= current.expiresAt) throw error;
    return { ...current, renewAt: monotonicNow() + NEXT_RENEWAL_MS };
  }

  function refuse({ attempt, outcome, authorization }: RefusedRequest): SignInError {
    if (current?.header === authorization) current = null;
    return pause.refuse(attempt, outcome);
  }

  const role = (): string | null =>
    roleClaim.safeParse(parsePayload(current?.header ?? '')).data?.role ?? null;

  return { authorize, renew, refuse, accept: pause.accept, role };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new TimeoutError('sign-in', 'no answer in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

const DEFAULT_LIFETIME_MS = 30 * 60_000;
// The vendor's advice for SaaS: a new token every five minutes.
const LONGEST_USE_MS = 5 * 60_000;
const MARGIN_MS = 60_000;
// A token that lives shorter than this would have us sign in for every request; it is left to be refused.
const SHORTEST_USE_MS = 10_000;

const claims = z.object({ exp: z.number(), iat: z.number().optional() });
/** Undocumented, though in the vendor's own samples: good for a hint, and for nothing that decides. */
const roleClaim = z.object({ role: z.string().min(1).max(100) });

export interface TokenUse {
  /** Renew the token when it is this old. */
  readonly renewAfterMs: number;
  /** It may still be used until this old, should the renewal fail. */
  readonly lifetimeMs: number;
}

/** `now` is epoch ms. */
export function toTokenUse(token: string, now: number): TokenUse {
  const lifetimeMs = parseLifetimeMs(token, now) ?? DEFAULT_LIFETIME_MS;
  const early = Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2);
  return { renewAfterMs: Math.max(SHORTEST_USE_MS, Math.min(LONGEST_USE_MS, early)), lifetimeMs };
}

// Both dates come from the Console's clock: their difference holds however wrong ours is. With `exp` alone ours has to
// do, and a token that seems to have expired at birth shows that it does not.
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

const BACKOFF = { baseMs: 30_000, capMs: 600_000 };

/**
 * After a refused sign-in nobody signs in for a while: a Console locks an account out after a few wrong attempts, and
 * a tick of five seconds would use them up before anybody has read the log.
 */
interface SignInPause {
  /** Throws while the pause lasts, with what was refused and when the next try is. */
  readonly check: () => void;
  /** Begins a pause, longer than the one before; returns the error that tells of it. */
  readonly refuse: (attempt: string, outcome: string) => SignInError;
  readonly accept: () => void;
}

interface SignInPauseOptions {
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
}

function createSignInPause({ monotonicNow, random }: SignInPauseOptions): SignInPause {
  let refusals = 0;
  let until = 0;
  let last = { attempt: '', outcome: '' };
  const leftMs = (): number => Math.max(0, until - monotonicNow());

  return {
    check: () => {
      if (leftMs() > 0) throw new SignInError(last.attempt, last.outcome, leftMs());
    },
    refuse: (attempt, outcome) => {
      last = { attempt, outcome };
      // Requests that were under way together are refused together: that is one refusal, not a row of them.
      if (leftMs() === 0) {
        refusals += 1;
        until = monotonicNow() + backoffMs(refusals, random, BACKOFF);
      }
      return new SignInError(attempt, outcome, leftMs());
    },
    accept: () => {
      // An answer to what was sent before the refusal says nothing about the next sign-in.
      if (leftMs() === 0) refusals = 0;
    },
  };
}
