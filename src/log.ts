/**
 * The log: JSON lines, or readable lines on a terminal. Secrets are redacted in the finished line, because it contains
 * everything: fields of child loggers, errors with stacks and causes, data attached by libraries.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type DestinationStream, type Logger } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';
import { createScrubber } from './secrets.ts';

export type Log = Logger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LogOptions {
  readonly level: LogLevel;
  readonly isTerminal: boolean;
  /** Values to redact anywhere, besides what matches a pattern of secrets. */
  readonly secrets?: readonly string[];
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

const requests = new AsyncLocalStorage<{ readonly request: string }>();

/**
 * Every line logged by `run`, and by what it starts, has this id as `request`: one request can be followed to its
 * outcome.
 */
export function withRequestId<T>(request: string, run: () => T): T {
  return requests.run({ request }, run);
}

export function createLog({ level, isTerminal, secrets = [], destination }: LogOptions): Log {
  const out = destination ?? createOutput(1);
  const print = isTerminal ? createPrettyPrinter() : toVisible;
  const redactLine = createRedactor(createScrubber(secrets));
  const hooks = { streamWrite: (line: string) => print(redactLine(line)) };
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (name: string) => ({ level: name }) },
    mixin: () => ({ ...requests.getStore() }),
    hooks,
  };
  return pino(options, out);
}

/** Characters; about a thousand lines. Lines beyond this buffer are lost. */
const WAITING_MAX = 1_000_000;

/**
 * Synchronous and without a worker, because the last lines before an exit matter most. A failed write does not stop the
 * program: the line is written with the next one. `dest` is a file descriptor or a path.
 */
export function createOutput(dest: number | string) {
  const output = pino.destination({ dest, sync: true, maxLength: WAITING_MAX });
  // For example a full disk. An unhandled `error` event would end the process.
  output.on('error', () => undefined);
  // Each line is written immediately; a flush after a fatal line would retry forever.
  output.flushSync = () => undefined;
  return output;
}

function createPrettyPrinter(): (line: string) => string {
  const colorize = process.env['NO_COLOR'] === undefined && isColorSupported;
  const pretty = prettyFactory({ colorize, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => pretty(escapeTwice(toVisible(line)));
}

function createRedactor(scrub: (text: string) => string): (line: string) => string {
  return (line) => {
    if (isPlain(line) && scrub(line) === line) return line;
    try {
      return `${JSON.stringify(redact(JSON.parse(line)))}\n`;
    } catch {
      return scrub(line);
    }
  };

  /** In a line without escapes every text stands as it is, and every name is followed by a colon: no parsing needed. */
  function isPlain(line: string): boolean {
    if (line.includes('\\')) return false;
    for (const [, name = ''] of line.matchAll(/"([^"]*)":/g)) if (isSecretKey(name)) return false;
    return true;
  }

  /** No check of depth and cycles: pino has cut both already. */
  function redact(value: unknown): unknown {
    if (typeof value === 'string') return scrub(value);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(
      ([key, field]) => [scrub(key), redactField(key, field)] as const,
    );
    return Object.fromEntries(entries);
  }

  /** Numbers and booleans stay (`isTokenExpired`, `tokenAgeMs`): no secret of ours is one. */
  function redactField(key: string, field: unknown): unknown {
    const canHide = typeof field === 'string' || (typeof field === 'object' && field !== null);
    return canHide && isSecretKey(key) ? '[redacted]' : redact(field);
  }
}

const secretKeys = new Map<string, boolean>();
/** Names that a library makes up must not fill the memory. */
const KEYS_MAX = 1_000;

function isSecretKey(key: string): boolean {
  const known = secretKeys.get(key);
  if (known !== undefined) return known;
  const isSecret = isSecretName(key);
  if (secretKeys.size < KEYS_MAX) secretKeys.set(key, isSecret);
  return isSecret;
}

function isSecretName(key: string): boolean {
  const plain = key.toLowerCase().replace(/[^a-z]/g, '');
  return /token|passw|secret|authorization|credential|cookie|responseurl|apikey|accesskey|privatekey/.test(
    plain,
  );
}

/** Escapes, as JSON would, bidirectional controls and control characters that JSON leaves unescaped. */
function toVisible(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A terminal shows text as it is. External text must not start a line or contain control sequences, so JSON's escapes
 * stay. Only stacks have line breaks.
 */
function escapeTwice(line: string): string {
  return line.replace(
    /\\(?:n(?= {4}at )|["\\/]|(?<control>u[\da-f]{4}|[bfnrt]))/g,
    (escape, control?: string) => (control === undefined ? escape : `\\\\${control}`),
  );
}
