/** Errors as one line that a person can read. Secrets are taken out of it: errors quote requests, and logs last. */

const MAX_MESSAGE = 300;
const MAX_CAUSES = 5;

/** Ends a `switch` over a union: a member that nobody handles does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${messageOf(value)}`);
}

/** The message and those of its causes, `a: b: c`, 300 characters at most, without secrets. Never throws. */
export function messageOf(error: unknown): string {
  const messages: string[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined && current !== null; depth += 1) {
    const message = ownMessage(current);
    // A wrapper often repeats what it wraps.
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
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.cause === undefined) return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

/** Slack's tokens and one-time addresses, bearer and basic credentials, JSON web tokens, and passwords in URLs. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(?:xox[a-z]|xapp|xwfp)[-.][\w.-]+/gi, '[redacted]'],
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]'],
  // Sixteen, for "Basic authentication" is no secret.
  [/\bBasic\s+[\w+/-]{16,}={0,2}/g, 'Basic [redacted]'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/(\bhooks\.slack(?:-gov)?\.com\/)[^\s"'<>]+/gi, '$1[redacted]'],
  [/([?&](?:ticket|token)=)[^\s"'&<>]+/gi, '$1[redacted]'],
  [/(:\/\/)[^\s"'/@:<>]+:[^\s"'/@<>]+@/g, '$1[redacted]@'],
];

export function scrubSecrets(text: string): string {
  return SECRETS.reduce((scrubbed, [secret, stand]) => scrubbed.replace(secret, stand), text);
}

/** A shorter value would take ordinary words out of sentences; `demo` is a password of the demo. */
const SHORTEST_KNOWN = 6;

/** Also takes out these very values, as they are and as they are spelled in addresses, JSON and headers. */
export function createScrubber(known: readonly string[]): (text: string) => string {
  const spellings = known.filter((value) => value.length >= SHORTEST_KNOWN).flatMap(spellingsOf);
  // The longest first: of two that begin alike, the shorter would leave the rest of the longer behind.
  const sorted = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) =>
    scrubSecrets(sorted.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '[redacted]'), text));
}

function spellingsOf(value: string): string[] {
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  const inAddress = encodeURIComponent(value.toWellFormed());
  return [value, JSON.stringify(value).slice(1, -1), inAddress, base64, base64.replace(/=+$/, '')];
}

/** Only a person can change it: starting again does not help. Its text names the variable. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}
