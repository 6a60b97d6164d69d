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

/** Slack's tokens and one-time addresses, credentials in headers and URLs, and tokens of the services that images come from. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(?:xox[a-z]|xapp|xwfp)[-.][\w.-]+/gi, '[redacted]'],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|digest|token)\s+)?[^\s"',;]+/gi,
    '$1[redacted]',
  ],
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]'],
  // Sixteen, for "Basic authentication" is no secret.
  [/\bBasic\s+[\w+/-]{16,}={0,2}/g, 'Basic [redacted]'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [
    /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|dckr_[a-z]+_[\w-]{16,}|A[KS]IA[A-Z0-9]{16}|ya29\.[\w-]+)/g,
    '[redacted]',
  ],
  [/(\bhooks\.slack(?:-gov)?\.com\/)[^\s"'<>]+/gi, '$1[redacted]'],
  [/([?&](?:ticket|token)=)[^\s"'&<>]+/gi, '$1[redacted]'],
  [
    /\b((?:password|passwd|pwd|secret|client_secret|access_?key|secret_?key|api_?key)["']?(?:=|["']\s*:\s*|:\s*["'])["']?)[^\s"'&,;<>]+/gi,
    '$1[redacted]',
  ],
  // Up to the last @ before the path. What stands before a digest is an image.
  [/(\/\/)[^\s"'<>/?#@]+(?:@[^\s"'<>/?#@]*)*@(?!sha\d+:)/g, '$1[redacted]@'],
  // A password with a slash in it; a port is none. Bounded, since it may begin anew at every slash.
  [
    /(\/\/)(?![^\s"'<>@/:]{1,100}:\d{1,5}\/)[^\s"'<>@/:]{1,100}:[^\s"'<>@]{0,200}@(?!sha\d+:)/g,
    '$1[redacted]@',
  ],
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
  const base64 = Buffer.from(value, 'utf8').toString('base64').replace(/=+$/, '');
  const base64url = Buffer.from(value, 'utf8').toString('base64url');
  const escaped = encodeURIComponent(value.toWellFormed());
  const strict = escaped.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = (text: string): string => text.replace(/%[\dA-F]{2}/g, (one) => one.toLowerCase());
  const inForm = strict.replaceAll('%20', '+');
  const inAddresses = [escaped, strict, inForm].flatMap((one) => [one, lower(one)]);
  return [value, JSON.stringify(value).slice(1, -1), ...inAddresses, base64, base64url];
}

/** The same value with every text in it scrubbed; `scrub` is told the key that it stands under. */
export function scrubDeep<T>(value: T, scrub: (text: string, key: string) => string): T {
  const walk = (one: unknown, key: string): unknown => {
    if (typeof one === 'string') return scrub(one, key);
    if (Array.isArray(one)) return one.map((item) => walk(item, key));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, field]) => [name, walk(field, name)]));
  };
  return walk(value, '') as T;
}

/** Only a person can change it: starting again does not help. Its text names the variable. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}
