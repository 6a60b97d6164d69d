/**
 * Parses a response. All synchronous: between the last byte of a body and the commit of its content nothing may await,
 * because the Console may say it only once.
 */

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { z } from 'zod';
import { scrubDeep, scrubSecrets } from '../../secrets.ts';
import { parseRetryAfter } from '../../http.ts';
import { cleanText } from './sanitize.ts';
import { MalformedResponseError, type Refusal, TooLargeError, errorCode } from './errors.ts';
import { wireError } from './schema.ts';

/** Also the limit of a decompressed body. */
export const BODY_LIMIT = 5_000_000;
const FAULT_LENGTH = 200;
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
export function parseResponse<T extends z.ZodType>(answer: Response, schema: T): z.output<T> {
  return scrubDeep(parseRaw(answer, schema), (text, key) =>
    NAMES.has(key) ? scrubSecrets(text) : answer.scrub(text),
  );
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

function parseRaw<T extends z.ZodType>(answer: Response, schema: T): z.output<T> {
  const text = decodeText(answer);
  const parsed = schema.safeParse(parseJson(answer, text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const outcome = `not what was expected at /${issue?.path.join('/') ?? ''} (${issue?.message ?? 'no reason'})`;
  throw new MalformedResponseError(answer.attempt, outcome, toKeptBody(answer, text));
}

/** Same for a response that is a credential, which is not scrubbed: the error contains nothing of it. */
export function parseCredential<T extends z.ZodType>(answer: Response, schema: T): z.output<T> {
  return withoutBody(() => parseRaw(answer, schema));
}

/** Same for a response that contains credentials besides the parsed values: the error contains nothing of it. */
export function parseSecretResponse<T extends z.ZodType>(answer: Response, schema: T): z.output<T> {
  return withoutBody(() => parseResponse(answer, schema));
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
export function toConsoleTime(answer: Response): number | null {
  const at = Date.parse(toHeader(answer, 'date') ?? '');
  return Number.isNaN(at) ? null : at;
}

/** The same response; throws a MalformedResponseError for a web page, such as a login. */
export function noPage(answer: Response): Response {
  const isPage = /^text\/html\b/i.test(toHeader(answer, 'content-type') ?? '');
  if (isPage)
    throw new MalformedResponseError(answer.attempt, 'a web page came back, perhaps that of a login');
  return answer;
}

/** Parses a response outside 2xx. `now` is epoch ms. */
export function toRefusal(answer: Response, now: number): Refusal {
  const { status } = answer;
  // A date is relative to the response's own clock, not to ours.
  const retryAfterMs = parseRetryAfter(toHeader(answer, 'retry-after'), toConsoleTime(answer) ?? now);
  return { status, outcome: `HTTP ${status} ${parseFault(answer)}`.trim(), retryAfterMs };
}

function parseFault(answer: Response): string {
  try {
    return cleanText(parseResponse(answer, wireError).err, FAULT_LENGTH);
  } catch {
    // A proxy's page, or nothing: the status is enough.
    return '';
  }
}

function decodeText(answer: Response): string {
  const body = decompress(answer);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    const start = Buffer.from(body.subarray(0, KEPT_LENGTH)).toString('latin1');
    throw new MalformedResponseError(answer.attempt, 'not UTF-8', toKeptBody(answer, start));
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
function decompress(answer: Response): Uint8Array {
  const encoding = toHeader(answer, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return answer.body;
  const decompressBody = DECOMPRESS.get(encoding);
  if (!decompressBody) throw new MalformedResponseError(answer.attempt, 'an unknown content-encoding');
  try {
    return decompressBody(answer.body, { maxOutputLength: BODY_LIMIT });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new TooLargeError(answer.attempt, `larger than ${BODY_LIMIT} bytes`);
    throw new MalformedResponseError(answer.attempt, `not to be decompressed (${code})`);
  }
}

function parseJson(answer: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const type = cleanText(answer.scrub(toHeader(answer, 'content-type') ?? 'no content-type'), 100);
    throw new MalformedResponseError(
      answer.attempt,
      `not JSON (${type}, ${text.length} characters)`,
      toKeptBody(answer, text),
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
