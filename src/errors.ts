/** Errors as one readable line. Secrets are redacted: errors quote requests, and logs are kept. */

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

/** Slack tokens and response URLs, credentials in headers and URLs, tokens of the services that host images. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(?:xox[a-z]|xapp|xwfp)[-.][\w.-]+/gi, '[redacted]'],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|digest|token)\s+)?[^\s"',;]+/gi,
    '$1[redacted]',
  ],
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]'],
  // At least 16 characters: "Basic authentication" is no secret.
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
  // Up to the last @ before the path. An @ before a digest belongs to an image.
  [/(\/\/)[^\s"'<>/?#@]+(?:@[^\s"'<>/?#@]*)*@(?!sha\d+:)/g, '$1[redacted]@'],
  // A password with a slash; not a port. Bounded, because it may start again at every slash.
  [
    /(\/\/)(?![^\s"'<>@/:]{1,100}:\d{1,5}\/)[^\s"'<>@/:]{1,100}:[^\s"'<>@]{0,200}@(?!sha\d+:)/g,
    '$1[redacted]@',
  ],
];

export function scrubSecrets(text: string): string {
  return SECRETS.reduce((scrubbed, [secret, stand]) => scrubbed.replace(secret, stand), text);
}

/** Shorter values would remove ordinary words from sentences: `demo` is a password of the demo. */
const SHORTEST_KNOWN = 6;

/** Also redacts the values in `known`, plain and as encoded in URLs, JSON and headers. */
export function createScrubber(known: readonly string[]): (text: string) => string {
  const spellings = known.filter((value) => value.length >= SHORTEST_KNOWN).flatMap(spellingsOf);
  // Longest first: of two values with the same prefix, the shorter would leave the end of the longer.
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

/** A copy with every string scrubbed; `scrub` gets the key under which the string is stored. */
export function scrubDeep<T>(value: T, scrub: (text: string, key: string) => string): T {
  const walk = (one: unknown, key: string): unknown => {
    if (typeof one === 'string') return scrub(one, key);
    if (Array.isArray(one)) return one.map((item) => walk(item, key));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, field]) => [name, walk(field, name)]));
  };
  return walk(value, '') as T;
}

/** A setting is wrong: restarting does not help. The message names the variable. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}
