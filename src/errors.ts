/** Errors as one readable line. Secrets are redacted: errors quote requests, and logs are kept. */

import { scrubSecrets } from './secrets.ts';

const MAX_MESSAGE = 300;
const MAX_CAUSES = 5;

/** Ends a `switch` over a union: an unhandled member does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${messageOf(value)}`);
}

/** `message: cause: cause of that`, at most 300 characters, without secrets. Never throws. */
export function messageOf(error: unknown): string {
  const messages: string[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined && current !== null; depth += 1) {
    const message = ownMessage(current);
    // A wrapper often repeats the message that it wraps.
    if (!messages.some((earlier) => earlier.includes(message))) messages.push(message);
    current = causeOf(current);
  }
  const whole = scrubSecrets(messages.join(': ')).replace(/\s+/g, ' ').trim();
  if (whole === '') return 'unknown error';
  return whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE - 1).toWellFormed()}…` : whole;
}

/** Node's AggregateError of a refused connection has no message, only a code and its errors. */
function ownMessage(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return `unknown error (${typeof error})`;
  const message: unknown = error.message;
  if (typeof message === 'string' && message !== '') return message;
  return codeOf(error) || error.name;
}

/** Such as `ENOENT`; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.cause === undefined) return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

/** A setting is wrong: restarting does not help. The message names the variable. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}
