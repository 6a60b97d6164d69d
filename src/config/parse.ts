/** Parses the values of single variables. An error is a sentence that follows the variable's name. */

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { unescape } from 'node:querystring';
import { isConversationId } from '../scan/watch.ts';
import type { SharedPolicy } from '../slack/access/sharing.ts';
import type { DatabaseLocation } from '../store/drivers/open.ts';

/** `error` follows the variable's name: `must begin with xoxb-`. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

/** Docker's env files keep quotes as a part of the value; a shell's and `.env` do not. */
export function isQuoted(text: string): boolean {
  return /^(["'`])[^]*\1$|^[“‘„«][^]*[”’“»]$/.test(text.trim()) && text.trim().length > 1;
}

export const isUnquoted = (text: string): boolean => !isQuoted(text);

export const QUOTED = 'is in quotes, which are a part of the value here: leave them off';

/** The first prefix that fits counts: `xox` fits bot tokens, too. */
const TOKEN_KINDS = [
  { prefix: 'xoxb-', looksLike: 'a bot token, which belongs in SLACK_BOT_TOKEN' },
  { prefix: 'xapp-', looksLike: 'an app token, which belongs in SLACK_APP_TOKEN' },
  { prefix: 'xox', looksLike: 'a token of another kind' },
];

/** An error never repeats the text: it may be a secret in the wrong variable. */
export function readToken(prefix: 'xoxb-' | 'xapp-'): (text: string) => Parsed<string> {
  return (text) => {
    if (!text.startsWith(prefix)) return { error: `must begin with ${prefix}${likeness(text)}` };
    // A header cannot carry other characters, and a placeholder such as `xoxb-…` is no token.
    const isWhole = /^[\w-]+$/.test(text) && text.length > prefix.length;
    return isWhole
      ? { value: text }
      : { error: `is no whole token: copy it anew, from ${prefix} to its end` };
  };
}

function likeness(text: string): string {
  const kind = TOKEN_KINDS.find(({ prefix }) => text.startsWith(prefix));
  return kind === undefined ? '' : ` (it looks like ${kind.looksLike})`;
}

/** Rejects only what is evidently a token: the secret itself has no prefix. */
export function readSigningSecret(text: string): Parsed<string> {
  const looksLike = likeness(text);
  return looksLike === '' ? { value: text } : { error: `must be the app's signing secret${looksLike}` };
}

/** Short ones can be guessed; a header carries no other characters. */
export function readApiToken(text: string): Parsed<string> {
  return /^[\x21-\x7e]{16,512}$/.test(text)
    ? { value: text }
    : {
        error:
          'must have 16 to 512 letters, digits and signs, without spaces: `openssl rand -hex 32` makes one',
      };
}

export function readApiUrl(text: string): Parsed<string> {
  const address = readAddress(text);
  return 'error' in address ? address : { value: `${address.value}/` };
}

/** Rejects `https://host:8083/api/v33.03`: the client appends that path. */
export function readConsoleUrl(text: string): Parsed<string> {
  const address = readAddress(text);
  if ('error' in address || !/\/api(?:\/v[\d.]+)?$/.test(address.value)) return address;
  return { error: 'must not end in the path of the API: leave off /api and what follows' };
}

/** Every certificate is parsed: OpenSSL skips invalid ones, and sign-ins would fail hours later. */
export function readCertificates(text: string): Parsed<string> {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return { error: 'names a file without a certificate in PEM form' };
  return blocks.every(isCertificate)
    ? { value: text }
    : { error: 'names a file with a certificate that cannot be read: copy it anew' };
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem));
  } catch {
    return false;
  }
}

/** {console} is optional: on SaaS the address of the pages differs by tenant. */
export function readLinkTemplate(text: string): Parsed<string> {
  if (!text.includes('{image}')) return { error: 'must contain {image}' };
  const example = text.replaceAll('{console}', 'https://console');
  return ['http:', 'https:'].includes(URL.parse(example)?.protocol ?? '')
    ? { value: text }
    : { error: 'must begin with {console}, https:// or http://' };
}

/** The scheme is optional, as for curl. */
export function readProxy(text: string): Parsed<string> {
  // `proxy:3128` alone would be a URL with the scheme `proxy:`.
  const url = URL.parse(/^[a-z\d+.-]+:\/\//i.test(text) ? text : `http://${text}`);
  return url !== null && ['http:', 'https:'].includes(url.protocol)
    ? { value: url.href }
    : { error: 'must be the address of an HTTP proxy, such as http://proxy.example.com:3128' };
}

/** Without slashes at the end. The lookbehind keeps the search linear where there are thousands. */
function readAddress(text: string): Parsed<string> {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return { error: addressError(text) };
  if (url.username !== '' || url.password !== '') return { error: 'must not contain a user or a password' };
  if (/[?#]/.test(text)) return { error: 'must not contain ? or #: leave it off and what follows' };
  return { value: (url.origin + url.pathname).replace(/(?<!\/)\/+$/, '') };
}

/** Why it is no address. */
function addressError(text: string): string {
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? [];
  if (authority === undefined) return 'must be an address that begins with https:// or http://';
  if (authority === '') return 'has no host: add it, such as https://host:8083';
  const port = /:([^:\]]*)$/.exec(authority)?.[1] ?? '';
  return 'value' in readPort(port === '' ? '0' : port)
    ? 'has a host name that cannot be one: check its spelling'
    : 'has a port that is no number from 1 to 65535';
}

export const DEFAULT_DATABASE_URL = 'sqlite:scanprogress.db';

export function readDatabaseUrl(text: string): Parsed<DatabaseLocation> {
  if (/^postgres(?:ql)?:/i.test(text)) return readPostgresUrl(text);
  // SQLite drops spaces before a name. `sqlite://FILE` and `sqlite:///FILE` are spellings of other programs.
  const file = /^sqlite:(?:\/\/)?\s*(\S.*)$/.exec(text)?.[1];
  return file === undefined
    ? { error: 'must be sqlite:FILE or an address that begins with postgres://' }
    : { value: { kind: 'sqlite', file } };
}

function readPostgresUrl(text: string): Parsed<DatabaseLocation> {
  const url = URL.parse(text);
  // An unescaped # in a password ends the URL there; an unescaped / makes it invalid.
  if (url === null || url.hash !== '') {
    const escapes = 'with %40 for @, %23 for #, %2F for / and %3A for : in the password';
    return { error: `must look like postgres://USER:PASSWORD@HOST:5432/DATABASE, ${escapes}` };
  }
  // Without a name, `pg` would use the database that is named as the user.
  if (url.pathname.length < 2) return { error: 'must name a database after the host: postgres://…/DATABASE' };
  const sslMode = url.searchParams.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode))
    return { error: `has a sslmode that there is none of: use one of ${SSL_MODES.join(', ')}` };
  // `postgres:///DATABASE?host=/run/postgresql` names a Unix socket.
  const host = url.host === '' ? (url.searchParams.get('host') ?? 'localhost') : url.host;
  return {
    value: { kind: 'postgres', url: spellSslMode(text, url), name: `postgres://${host}${url.pathname}` },
  };
}

/** Those that `pg` knows. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** `pg` treats these modes as verify-full and prints a warning to stderr unless that name is used. */
function spellSslMode(text: string, { searchParams }: URL): string {
  // Here the modes have the meaning of libpq, so none is replaced.
  if (searchParams.get('uselibpqcompat') === 'true') return text;
  return text.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, '$1verify-full');
}

/** Passwords in a database URL, as written and decoded; none for an invalid URL. */
export function passwordsIn(url: string): readonly string[] {
  const { password = '', searchParams } = URL.parse(url) ?? {};
  const written = [password, searchParams?.get('password') ?? ''].filter((text) => text !== '');
  return written.flatMap((text) => [text, unescape(text)]);
}

/** Those of a proxy's URL, also after its user, as a header has them. */
export function credentialsIn(url: string): readonly string[] {
  const user = unescape(URL.parse(url)?.username ?? '');
  return passwordsIn(url).flatMap((password) => [password, `${user}:${password}`]);
}

/** In ms. Units from days to seconds, each at most once: `1h30m`, not `30m1h`. Zero is an error. */
export function readDuration(text: string): Parsed<number> {
  const units = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(text) ?? [];
  const numbers = units.slice(1).map((unit: string | undefined) => Number(unit ?? 0));
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = numbers;
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  return total > 0
    ? { value: total * 1000 }
    : { error: 'must be a time with its unit, such as 24h, 10m, 90s or 1h30m' };
}

/** Zero is allowed. */
export function readDelay(text: string): Parsed<number> {
  if (/^0s?$/.test(text)) return { value: 0 };
  const duration = readDuration(text);
  return 'value' in duration && duration.value > MAX_DELAY_MS ? { error: 'must be at most 5m' } : duration;
}

const MAX_DELAY_MS = 5 * 60_000;

export function readOperators(text: string): Parsed<readonly string[]> {
  const ids = text.split(',').map((id) => id.trim());
  const listed = [...new Set(ids.filter((id) => id !== ''))];
  if (listed.every((id) => /^[UWS][A-Z0-9]+$/.test(id))) return { value: listed };
  return { error: 'must list IDs of users (U… or W…) and user groups (S…), with commas between them' };
}

/** An e-mail address may be a user name; a URL was meant for PRISMA_CONSOLE_URL. */
export function readUserName(text: string): Parsed<string> {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text)
    ? { error: 'must be a user name or an access key ID, not an address' }
    : { value: text };
}

export function readHost(text: string): Parsed<string> {
  const isHost = isIP(text) !== 0 || /^(?!-)[a-z\d.-]{1,253}$/i.test(text);
  return isHost
    ? { value: text }
    : { error: 'must be an address of this machine, such as 127.0.0.1 or 0.0.0.0' };
}

/** 0 is valid: in Socket Mode it means no port. */
export function readPort(text: string): Parsed<number> {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
  return isPort ? { value: Number(text) } : { error: 'must be a number from 0 to 65535' };
}

/** Without any ID it is an error: that is spelled `deny`. */
export function readSharedChannels(text: string): Parsed<SharedPolicy> {
  const word = text.toLowerCase();
  if (word === 'deny' || word === 'allow') return { value: { kind: word } };
  const ids = text.split(',').map((id) => id.trim());
  const channels = [...new Set(ids.filter((id) => id !== ''))];
  if (channels.length > 0 && channels.every(isConversationId)) return { value: { kind: 'only', channels } };
  return { error: 'must be deny, allow, or IDs of conversations (C…, G… or D…) with commas between them' };
}

const DAY_MS = 86_400_000;

/** At least a day: an ongoing scan must not be pruned. */
export function readRetention(text: string): Parsed<number> {
  const parsed = readDuration(text);
  return 'value' in parsed && parsed.value >= DAY_MS
    ? parsed
    : { error: 'must be a time from 1d to 9999d, such as 365d' };
}
