/**
 * Parses a response. All synchronous: between the last byte of a body and the commit of its content nothing may await,
 * because the Console may say it only once.
 */

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { z } from 'zod';
import { scrubDeep, scrubSecrets } from '../../secrets.ts';
import { parseRetryAfter } from '../../http.ts';
import { cleanText } from './sanitize.ts';
import { MalformedResponseError, type ResponseFailure, TooLargeError, errorCode } from './errors.ts';
import { wireError } from './schema.ts';

/** Bytes, also of a decompressed body. */
export const BODY_LIMIT = 5_000_000;
const ERROR_LENGTH = 200;
/** Kept characters of an unparsable response: many times the progress of one image. */
const KEPT_LENGTH = 20_000;

export interface Response {
  /** Method and path of the request. */
  readonly attempt: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Redacts secrets, known ones and anything that looks like one. */
  readonly scrub: (text: string) => string;
  /** Raw, may be compressed; empty where the body of a rejection could not be read. */
  readonly body: Uint8Array;
}

/**
 * Throws a MalformedResponseError unless it is JSON that matches the schema. All texts are scrubbed here, and nowhere
 * else.
 */
export function parseResponse<T extends z.ZodType>(response: Response, schema: T): z.output<T> {
  return scrubDeep(parseRaw(response, schema), (text, key) =>
    NAMES.has(key) ? scrubSecrets(short(text)) : response.scrub(short(text)),
  );
}

/** Far more than is kept of any text. Megabytes would block the event loop for seconds. */
const TEXT_MAX = 20_000;

function short(text: string): string {
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX).toWellFormed() : text;
}

/** Property names are compared: a password equal to one of them must not change it. */
const NAMES: ReadonlySet<string> = new Set([
  'registry',
  'severity',
  'repo',
  'repository',
  'tag',
  'digest',
  'repoDigests',
]);

function parseRaw<T extends z.ZodType>(response: Response, schema: T): z.output<T> {
  const text = decodeText(response);
  const parsed = schema.safeParse(parseJson(response, text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const outcome = `not what was expected at /${issue?.path.join('/') ?? ''} (${issue?.message ?? 'no reason'})`;
  throw new MalformedResponseError(response.attempt, outcome, toKeptBody(response, text));
}

/** Same for a response that is a credential, which is not scrubbed: the error contains nothing of it. */
export function parseCredential<T extends z.ZodType>(response: Response, schema: T): z.output<T> {
  return withoutBody(() => parseRaw(response, schema));
}

/** Same for a response that contains credentials besides the parsed values: the error contains nothing of it. */
export function parseSecretResponse<T extends z.ZodType>(response: Response, schema: T): z.output<T> {
  return withoutBody(() => parseResponse(response, schema));
}

function withoutBody<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof MalformedResponseError
      ? new MalformedResponseError(error.attempt, error.outcome)
      : error;
  }
}

/** The Console's time of the response, epoch ms, in whole seconds; null if not shown. */
export function toConsoleTime(response: Response): number | null {
  const at = Date.parse(toHeader(response, 'date') ?? '');
  return Number.isNaN(at) ? null : at;
}

/** The same response; throws a MalformedResponseError for a web page, such as a login. */
export function noPage(response: Response): Response {
  if (toHeader(response, 'content-type')?.toLowerCase().includes('html'))
    throw new MalformedResponseError(response.attempt, 'a web page came back, perhaps that of a login');
  return response;
}

/** Parses a response outside 2xx. `now` is epoch ms. */
export function toResponseFailure(response: Response, now: number): ResponseFailure {
  const { status } = response;
  // A date is relative to the response's own clock, not to ours.
  const retryAfterMs = parseRetryAfter(toHeader(response, 'retry-after'), toConsoleTime(response) ?? now);
  return { status, outcome: `HTTP ${status} ${parseErrorText(response)}`.trim(), retryAfterMs };
}

function parseErrorText(response: Response): string {
  try {
    return cleanText(parseResponse(response, wireError).err, ERROR_LENGTH);
  } catch {
    // A proxy's page, or nothing: the status is enough.
    return '';
  }
}

function decodeText(response: Response): string {
  const body = decompress(response);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    const start = Buffer.from(body.subarray(0, KEPT_LENGTH)).toString('latin1');
    throw new MalformedResponseError(response.attempt, 'not UTF-8', toKeptBody(response, start));
  }
}

// A Map, because the header may equal a property that every object has.
const DECOMPRESS = new Map<string, typeof gunzipSync>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

// We request no compression; but a response that comes only once must survive a proxy that compresses it.
function decompress(response: Response): Uint8Array {
  const encoding = toHeader(response, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return response.body;
  const decompressBody = DECOMPRESS.get(encoding);
  if (!decompressBody) throw new MalformedResponseError(response.attempt, 'an unknown content-encoding');
  try {
    return decompressBody(response.body, { maxOutputLength: BODY_LIMIT });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new TooLargeError(response.attempt, `larger than ${BODY_LIMIT} bytes`);
    throw new MalformedResponseError(response.attempt, `not to be decompressed (${code})`);
  }
}

function parseJson(response: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const type = cleanText(response.scrub(toHeader(response, 'content-type') ?? 'no content-type'), 100);
    throw new MalformedResponseError(
      response.attempt,
      `not JSON (${type}, ${text.length} characters)`,
      toKeptBody(response, text),
    );
  }
}

function toHeader({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A secret cut in two is beyond the kept part. */
function toKeptBody({ scrub }: Response, text: string): string {
  return cleanText(scrub(text.slice(0, 2 * KEPT_LENGTH)), KEPT_LENGTH);
}
