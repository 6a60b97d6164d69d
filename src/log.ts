/**
 * The log: JSON lines, or readable ones on a terminal. Secrets are taken out of the finished line, the one place
 * that everything passes: fields of child logs, errors with their stacks and causes, whatever a library attached
 * to them.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type DestinationStream, type Logger } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';
import { createScrubber } from './errors.ts';

export type Log = Logger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LogOptions {
  readonly level: LogLevel;
  readonly isTerminal: boolean;
  /** Values that are taken out wherever they stand, besides what looks like a secret. */
  readonly secrets?: readonly string[];
  /** Standard output where left out. */
  readonly destination?: DestinationStream;
}

const requests = new AsyncLocalStorage<{ readonly request: string }>();

/**
 * Every line that is logged by `run`, and by what it begins, carries this id as `request`: what somebody asked for can be
 * followed to its outcome, through code that knows nothing of requests.
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

/** What is not yet written waits for as many characters as these, some thousand lines: beyond them, lines are lost. */
const WAITING_MAX = 1_000_000;

/**
 * Synchronous and without a worker: the last lines before an exit are the ones that matter. Where it cannot be written,
 * the program goes on; what waits is written with the first line that can be. `dest` is a descriptor or a path.
 */
export function createOutput(dest: number | string) {
  const output = pino.destination({ dest, sync: true, maxLength: WAITING_MAX });
  // A full disk for one; an error that nobody hears would end the process, and there is nowhere to tell of it.
  output.on('error', () => undefined);
  // Each line is written at once; asked to flush after a fatal one, it would try for ever.
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

  /** Without an escape every text stands in the line as it is, and names are what a colon follows: no need to parse it. */
  function isPlain(line: string): boolean {
    if (line.includes('\\')) return false;
    for (const [, name = ''] of line.matchAll(/"([^"]*)":/g)) if (isSecretKey(name)) return false;
    return true;
  }

  /** Depth and circles are no concern: pino has cut both before. */
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

/** What turns text round, or that a terminal obeys though JSON does not escape it, is escaped as JSON would. */
function toVisible(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * On a terminal texts are written as they are, and one from outside must neither begin a line of its own nor command the
 * terminal: what JSON escapes stays escaped. Only a stack may have lines, each of which is a place in the code.
 */
function escapeTwice(line: string): string {
  return line.replace(
    /\\(?:n(?= {4}at )|["\\/]|(?<control>u[\da-f]{4}|[bfnrt]))/g,
    (escape, control?: string) => (control === undefined ? escape : `\\\\${control}`),
  );
}
