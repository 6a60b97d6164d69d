/**
 * Redacts secrets in text from outside: an error quotes requests, a pull fails with the URL and its credentials, and
 * people paste both. Everything here is linear in the length of the text.
 */

/** Words that name a secret, in headers, queries, JSON, YAML, environments and command lines. */
const NAME = [
  'pass(?:word|wd|phrase)',
  'pwd',
  'secret(?:[_-]?id)?',
  '(?:access|account|api|private|secret|shared|signing|subscription)[_-]?key(?:[_-]?id)?',
  '(?:access|api|auth|bearer|id|identity|oauth|refresh|registry|security|session)[_-]?token',
  'x-(?:auth|registry-auth)',
  'shared-?access-?signature',
].join('|');
/** Only before `=` or in JSON: "invalid token: …" and "signature: …" are prose. */
const WEAK_NAME = `${NAME}|token|ticket|sig|signature|sessionid`;
/** Quotes, also as escaped in JSON within JSON. */
const QUOTE = String.raw`\\{0,3}["']`;
const EQUALS = `\\s{0,3}(?:=|%3D)\\s{0,3}`;
const IN_JSON = `${QUOTE}\\s{0,3}:\\s{0,3}`;
/** "password: cannot be empty" is prose; "acme/secret:1.4" is an image. */
const COLON = `\\s?:\\s{1,3}(?![a-z']+\\s+[a-z])|\\s?:(?=${QUOTE})`;
/** To the closing quote, if there is an opening one. */
const VALUE = String.raw`(?:(\\{1,3}["'])[^"'\\]+|(")(?:[^"\\]|\\.)+|(')[^']+|[^\s"'&,;<>\\]+)`;
const SCHEMES = 'basic|bearer|digest|token|negotiate|ntlm|apikey|key';

/** "The password is hunter2" */
const STATED =
  /(?<![\w-])(passwor[dt]|passwd|passphrase|kennwort|mot de passe|contrase(?:ñ|n)a|senha|pwd|pw|pass|(?:api|access|secret|private|signing)[ _-]?key|token|secret)(\s{1,3}(?:is|was|ist|war|lautet|est|es|é|era)\s{1,3}|\s{0,3}(?:=>|->|:=|-)\s{1,3}|\s?:\s{1,3}|\s{1,3})(["'`“]?)([^\s"'`”]+)(?=([ \t"'`”]{0,9}$)|)/gimu;
const IS_STRONG = /^(?:passw|passp|kenn|mot|contra|senha)/i;
/** A word of prose says how the password is: "wrong", "required". */
const PROSE =
  /^(?:not|no|the|a|an|in|on|at|by|too|very|it|that|this|here|there|below|above|wrong|missing|weak|short|long|set|unset|old|new|same|ok|okay|fine|good|bad|unknown|gone|blank|null|none|random|unique|secure|strong|safe|case-sensitive|falsch|richtig|leer|faux|fausse|manquant|mal|errada|sha\d+|md5|base64|utf-?8|oauth2?|argon2)$|(?:ed|ing|ly|[ai]ble|ive|[ai]l|id|ect|ent|ous|pty|reich|lich|ig|t[ea]|ct[ao]|id[ao]|ide)$/i;

type Replacement = string | ((match: string, ...groups: string[]) => string);

const SECRETS: readonly (readonly [RegExp, Replacement])[] = [
  [/(?:xox[a-z]|xapp|xwfp)[-.][\w.-]+/gi, '[redacted]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted]'],
  // Schemes that are followed by a list of parameters.
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:aws4-hmac-\w+|digest|hawk|oauth)\s[^\r\n]*/gi,
    '$1[redacted]',
  ],
  [
    new RegExp(
      `\\b((?:proxy-)?authorization(?:${QUOTE})?\\s*(?:[:=]|%3A|%3D)(?:\\s|%20|\\+)*(?:${QUOTE})?)(?:(?:${SCHEMES})(?:\\s|%20|\\+)+)?[^\\s"',;\\\\]+`,
      'gi',
    ),
    '$1[redacted]',
  ],
  [
    new RegExp(`\\b((?:set-)?cookie(?:${QUOTE})?\\s?:\\s{0,3}(?:${QUOTE})?)[^\\s"'=]+=[^"'\\r\\n]*`, 'gi'),
    '$1[redacted]',
  ],
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [redacted]'],
  // At least 16 characters that are no word: "Basic authentication" is no secret.
  [/\b([Bb][Aa][Ss][Ii][Cc])\s+(?=[\w+/-]{0,200}[A-Z\d=])[\w+/-]{16,}={0,2}/g, '$1 [redacted]'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [
    /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|dckr_[a-z]+_[\w-]{16,}|npm_\w{30,}|hvs\.[\w-]{20,}|AIza[\w-]{30,}|A[KS]IA[A-Z0-9]{16}|ya29\.[\w-]+)/g,
    '[redacted]',
  ],
  [/(\bhooks\.slack(?:-gov)?\.com\/)[^\s"'<>]+/gi, '$1[redacted]'],
  // A registry's login in Docker's configuration.
  [new RegExp(`(${QUOTE}auth${IN_JSON}${QUOTE})[\\w+/=-]+`, 'gi'), '$1[redacted]'],
  [new RegExp(`((?:${WEAK_NAME})(?:${EQUALS}|${IN_JSON}))${VALUE}`, 'gi'), redactValue],
  [new RegExp(`((?:${NAME})(?:${COLON}))${VALUE}`, 'gi'), redactValue],
  [new RegExp(`(passw(?:or)?d\\s(?=${QUOTE}))${VALUE}`, 'gi'), redactValue],
  [/(--(?:password|passwd|secret|token)\s+)(?!(?:via|is|or|and|flag|option)\s)[^\s"']+/gi, '$1[redacted]'],
  // `-p 8080:80` of `docker run` is a port.
  [
    new RegExp(
      `(\\b(?:login|mysql\\w*|mariadb\\w*|sshpass|twistcli)\\s[^\\n;|&]{0,300}?(?<=\\s)-p(?:\\s+|=)?)(?!(?:is|or|and)\\s)${VALUE}`,
      'g',
    ),
    redactValue,
  ],
  [
    new RegExp(`(\\bcurl\\s[^\\n;|&]{0,300}?(?:-u|--user)(?:\\s+|=)["']?[^\\s"':]{1,100}:)${VALUE}`, 'g'),
    redactValue,
  ],
  [STATED, redactStated],
  // Up to the last @ before the path. An @ before a digest belongs to an image.
  [/(\/\/)[^\s"'<>/?#@]+(?:@[^\s"'<>/?#@]*)*@(?!sha\d+:)/g, '$1[redacted]@'],
  // A password with a slash; not a port. Bounded, because it may start again at every slash.
  [
    /(\/\/)(?![^\s"'<>@/:]{1,100}:\d{1,5}\/)[^\s"'<>@/:]{1,100}:[^\s"'<>@]{0,200}@(?!sha\d+:)/g,
    '$1[redacted]@',
  ],
  // The same, encoded as a part of another URL, once or twice.
  [/(%(?:25)?2F%(?:25)?2F)(?:(?!%(?:25)?(?:2F|40))[^\s"'<>/])+%(?:25)?40(?!sha\d+)/gi, '$1[redacted]%40'],
  // Without a scheme, before a host.
  [/(?<![\w/.:+%@-])[\w.+-]{1,64}:[^\s"'<>@/:\\]{1,200}@(?!sha\d+:)(?=\w[\w-]{0,60}[.:/])/g, '[redacted]@'],
];

/** `kept`: the name, and the opening quote of the value. Offset and text follow. */
function redactValue(_match: string, ...kept: string[]): string {
  return `${kept
    .slice(0, KEPT_GROUPS)
    .map((group: string | undefined) => group ?? '')
    .join('')}[redacted]`;
}

const KEPT_GROUPS = 4;

/** A value with letters and digits is no word; another counts where the sentence ends behind it. */
function redactStated(match: string, ...parts: string[]): string {
  const [name = '', link = '', quote = '', typed = '', end] = parts;
  const value = typed.replace(/[.,;:!?)\]]+$/, '');
  const isMixed = /\p{L}/u.test(value) && /\d/.test(value) && value.length >= SHORTEST_KNOWN;
  const isStated = /[a-zé:>=-]/i.test(link);
  const isLast = value !== typed || end !== undefined;
  const isWord = IS_STRONG.test(name) && /[a-zé=>]/i.test(link) && (quote !== '' || isLast);
  const isSecret =
    !PROSE.test(value) && (isMixed ? isStated || IS_STRONG.test(name) : isWord) && !value.includes('/');
  return isSecret ? `${name}${link}${quote}[redacted]${typed.slice(value.length)}` : match;
}

/** Part of each of them. Most lines of the log have none, and are done with in a tenth of the time. */
const HINT =
  /[@%]|auth|basic|bearer|contrase|cookie|curl|eyJ|gh\w_|github|glpat|dckr|hvs\.|key|npm_|pass|pwd|secret|sig|hooks\.|kennwort|login|mariadb|mysql|\bpw\b|senha|ticket|token|twistcli|xapp|xox|xwfp|A[IKS]|ya29/i;

export function scrubSecrets(text: string): string {
  if (!HINT.test(text)) return text;
  return SECRETS.reduce((scrubbed, [secret, stand]) => replace(scrubbed, secret, stand), text);
}

function replace(text: string, secret: RegExp, stand: Replacement): string {
  return typeof stand === 'string' ? text.replace(secret, stand) : text.replace(secret, stand);
}

/** Shorter values would remove ordinary words from sentences: `demo` is a password of the demo. */
export const SHORTEST_KNOWN = 6;

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
  const strict = escaped.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const lower = (text: string): string => text.replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase());
  const inForm = strict.replaceAll('%20', '+');
  const inAddresses = [escaped, strict, inForm].flatMap((spelling) => [spelling, lower(spelling)]);
  return [value, JSON.stringify(value).slice(1, -1), ...inAddresses, base64, base64url];
}

/** A copy with every string scrubbed; `scrub` gets the key under which the string is stored. */
export function scrubDeep<T>(value: T, scrub: (text: string, key: string) => string): T {
  const walk = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') return scrub(node, key);
    if (Array.isArray(node)) return node.map((item) => walk(item, key));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, field]) => [name, walk(field, name)]));
  };
  return walk(value, '') as T;
}
