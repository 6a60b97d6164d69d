/**
 * All errors of requests to the Console, one class per cause. They are thrown inside this folder only; at its border
 * each becomes a `Failure`. A message says what was requested (method and path, no query) and what came back. It is
 * made from codes and statuses, never from an error's text, which may repeat the request.
 */

import { codeOf } from '../../errors.ts';
import type { Failure, FailureCause } from '../../scan/snapshot.ts';
import { cleanText } from './sanitize.ts';

const DETAIL_LENGTH = 400;

export abstract class ConsoleError extends Error {
  abstract readonly failureCause: FailureCause;
  /** Method and path of the request. */
  readonly attempt: string;
  /** What came back. */
  readonly outcome: string;
  readonly retryAfterMs: number | null;

  constructor(attempt: string, outcome: string, retryAfterMs: number | null = null) {
    super(`${attempt}: ${outcome}`);
    this.attempt = attempt;
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}

export class UnreachableError extends ConsoleError {
  readonly failureCause = 'unreachable';
  readonly code: string;

  constructor(attempt: string, code: string, hint: string | null = null) {
    super(attempt, hint === null ? code : `${hint} (${code})`);
    this.code = code;
  }
}

class TlsError extends ConsoleError {
  readonly failureCause = 'tls';
}

export class TimeoutError extends ConsoleError {
  readonly failureCause = 'timeout';
}

/** Nothing was sent within the time limit: no connection was established. */
export class ConnectTimeError extends TimeoutError {}

export class SignInError extends ConsoleError {
  readonly failureCause = 'sign-in';
  /** No sign-in before this time is over. */
  readonly pauseMs: number;

  constructor(attempt: string, outcome: string, pauseMs: number) {
    super(attempt, `${outcome}; next try in ${Math.ceil(pauseMs / 1_000)} s`);
    this.pauseMs = pauseMs;
  }
}

/** A rejecting response. */
abstract class StatusError extends ConsoleError {
  constructor(attempt: string, failure: ResponseFailure) {
    super(attempt, failure.outcome, failure.retryAfterMs);
  }
}

export class ForbiddenError extends StatusError {
  readonly failureCause = 'forbidden';
}

class NotFoundError extends StatusError {
  readonly failureCause = 'not-found';
}

export class BadRequestError extends StatusError {
  readonly failureCause = 'bad-request';
}

export class UnavailableError extends StatusError {
  readonly failureCause = 'unavailable';
}

/** Status 429. */
export class RateLimitedError extends ConsoleError {
  readonly failureCause = 'rate-limited';
}

/** Not sent: our own rate limit came free too late, the program stops, or the caller's lease has expired. */
export class OwnLimitError extends ConsoleError {
  readonly failureCause = 'own-limit';
}

export class MalformedResponseError extends ConsoleError {
  readonly failureCause = 'garbled';
  /**
   * Start of the response, for the log: it may have been the only one with a scan's end. Empty without a response, or
   * where it may contain a credential.
   */
  readonly body: string;

  constructor(attempt: string, outcome: string, body = '') {
    super(attempt, outcome);
    this.body = body;
  }
}

/** The response exceeds the size limit. */
export class TooLargeError extends MalformedResponseError {}

export interface ResponseFailure {
  readonly status: number;
  /** `HTTP 403 access denied` */
  readonly outcome: string;
  readonly retryAfterMs: number | null;
}

/** The error for a response outside 2xx; a 401 here belongs to a request without credentials. */
export function toStatusError(attempt: string, failure: ResponseFailure): ConsoleError {
  const { status, outcome, retryAfterMs } = failure;
  if (status === 401 || status === 403) return new ForbiddenError(attempt, failure);
  if (status === 408) return new TimeoutError(attempt, outcome, retryAfterMs);
  if (status === 429) return new RateLimitedError(attempt, outcome, retryAfterMs);
  if (status >= 500) return new UnavailableError(attempt, failure);
  // A redirect is no response of the API: the URL is not the Console's, or lacks its prefix.
  if (status === 404 || status < 400) return new NotFoundError(attempt, failure);
  return new BadRequestError(attempt, failure);
}

// OpenSSL's and Node's codes for a failed certificate or handshake.
const TLS_CODE = /CERT|SIGNATURE|^ERR_(TLS|SSL)|^EPROTO$|^INVALID_(CA|PURPOSE)$|HOSTNAME_MISMATCH/;
// Codes of llhttp, and undici's error where llhttp gives none: the response was not HTTP.
const NOT_HTTP_CODE = /HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW/;

// OpenSSL's codes where the response was not TLS.
const NO_TLS_CODE = /ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/;

const TRY_HTTP = 'no TLS is spoken there, try http:// in PRISMA_CONSOLE_URL, or another port';

/** The error for a connection that failed, or broke before a response started. */
export function toConnectionError(attempt: string, error: unknown): ConsoleError {
  const code = errorCode(error);
  if (NO_TLS_CODE.test(code)) return new UnreachableError(attempt, code, TRY_HTTP);
  if (TLS_CODE.test(code)) return new TlsError(attempt, code);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new ConnectTimeError(attempt, `no connection (${code})`);
  if (code === 'ETIMEDOUT') return new TimeoutError(attempt, `no connection (${code})`);
  if (NOT_HTTP_CODE.test(code))
    return new MalformedResponseError(attempt, `the answer is not HTTP (${code})`);
  return new UnreachableError(attempt, code);
}

/** The code of an error; of several (one per address of the host), the first. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if (codeOf(error) !== '') return codeOf(error);
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  return error.name;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof ConsoleError)) {
    // Our own code throws nothing else; otherwise treat it as an unparsable response.
    return { cause: 'garbled', detail: `unexpected ${errorCode(error)}`, retryAfterMs: null };
  }
  const detail = cleanText(error.message, DETAIL_LENGTH);
  return { cause: error.failureCause, detail, retryAfterMs: error.retryAfterMs };
}
