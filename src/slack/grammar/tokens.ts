/** Tokenizes typed text: words in one spelling, images, persons and channels, emoji; without punctuation. */

import { hasPort, isHostAlone, isKnownRegistry } from '../../image/registries.ts';
import {
  type ImageReference,
  parseReference,
  printReference,
  type InvalidReference,
} from '../../image/reference.ts';
import { toPlainText } from './plain-text.ts';
import { imageOfPage } from './pages.ts';
import { isSpoken, REGISTRY, SLASHED, splitSpoken } from './lexicon/vocabulary.ts';

export interface ImageToken {
  readonly kind: 'image';
  readonly raw: string;
  readonly reference: ImageReference;
  readonly isTagAssumed: boolean;
  /** Typed with capitals, which are invalid in an image. */
  readonly isLowered: boolean;
}

export type Token =
  /** `text`: lower case without accents and apostrophes; `raw`: as typed. */
  | { readonly kind: 'word'; readonly text: string; readonly raw: string }
  | ImageToken
  /** Looks like an image, but is invalid. */
  | { readonly kind: 'invalid'; readonly raw: string; readonly error: InvalidReference }
  /** `3.16`, `v1.25`, `latest`. */
  | { readonly kind: 'version'; readonly raw: string }
  | { readonly kind: 'addressee'; readonly of: 'person' | 'channel' | 'group'; readonly raw: string }
  /** Of a registry, without an image. */
  | { readonly kind: 'host'; readonly raw: string }
  /** A web page that shows no image. */
  | { readonly kind: 'link'; readonly raw: string }
  /** Irrelevant for the command. */
  | { readonly kind: 'emoji' };

/** A text with more words is a log or a table, and is not split further. */
export const TYPED_MAX = 400;

let latest: { readonly text: string; readonly tokens: readonly Token[] } | null = null;

/** `text` as Slack sent it, or as typed; its first TYPED_MAX tokens and a few more. Linear in its length. */
export function toTokens(text: string): readonly Token[] {
  // Several functions need the tokens of one text: one reads its images, another its verbs.
  if (latest?.text !== text) latest = { text, tokens: split(text) };
  return latest.tokens;
}

function split(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const words = splitWords(toPlainText(readLinks(text.replace(EMPTY_QUOTES, ` ${NOTHING} `))));
  for (const [index, word] of words.entries()) {
    if (OPTION.test(word) && isName(words[index + 1])) continue;
    tokens.push(...toToken(words.length > index + 1 ? word.replace(LABEL, '$1') : word));
    if (tokens.length > TYPED_MAX) break;
  }
  return tokens.map((token, index) => toHost(token, [tokens[index - 1], tokens[index + 1]]));
}

/** "Registry reg:5000" */
function toHost(token: Token, beside: readonly (Token | undefined)[]): Token {
  const isNamed = beside.some((word) => word?.kind === 'word' && REGISTRY.has(word.text));
  return isNamed && token.kind === 'image' && hasPort(token.raw) ? { kind: 'host', raw: token.raw } : token;
}

/** "Ben: watch alpine:3.16", "nginx: 1.25" */
const LABEL = /^([a-z][\w.'-]*):$/i;

/** `watch ""`, as a script sends it whose variable is empty. */
const EMPTY_QUOTES = /(?<!\S)(?:""|''|``|“”|‘’|«»|„“)(?!\S)/g;
const NOTHING = '\ue002';

/** `-i alpine:3.16`, `--image alpine:3.16`. */
const OPTION = /^--?i(?:mage|mg)?$/i;

function isName(word: string | undefined): boolean {
  if (word === undefined) return false;
  return toImage(word) !== null || (toBareImage(word) !== null && !isSpoken(word.toLowerCase()));
}

/** A private-use character, like NOTHING and the mark of mentions: no keyboard types it. */
const LINK_MARK = '\ue000';

/** As `kubectl`, `skopeo` and others print images. */
const TRANSPORTS = /\b(?:docker(?:-pullable|-daemon)?|oci|containerd|cri-o):\/\//gi;

/** Addresses with their scheme: pages of registries become their image, registries' own lose the scheme, others are marked. */
function readLinks(text: string): string {
  return text
    .replace(TRANSPORTS, '')
    .replace(
      /<?(https?:\/\/[^\s<>|]{1,2000})(?:\|([^<>]*))?>?/gi,
      (_, url: string, label: string | undefined) => {
        const address = url.replace(/^https?:\/\//i, '').replace(/[.,;:!?)\]}'"]+$/, '');
        const image = imageOfPage(address.replaceAll('&amp;', '&'));
        if (image !== null) return ` ${image} `;
        // Slack links what looks like a host, and people did not type the scheme then.
        const isLinkedBySlack = label !== undefined && !/^https?:/i.test(label);
        if (isLinkedBySlack) return ` ${label} `;
        return isImageAddress(address) ? ` ${address} ` : ` ${LINK_MARK}${address} `;
      },
    );
}

function isImageAddress(address: string): boolean {
  const name = address.replace(/[@:][^/]*$/, '');
  const isNamed =
    /\/[^/]+[:@][^/]+$/.test(address) ||
    /^[\w.-]+:\d+\/./.test(address) ||
    isKnownRegistry(name.toLowerCase());
  return isNamed && parseReference(address).kind === 'reference';
}

/** Invalid in names, and typed between images. */
const SEPARATORS = /(?:[\s,;|&•‣▪◦·]|(?<=\s)\+(?=\s))+/;
const CONVERSATION_MENTION = /<[@#!][^<>]*>/g;

/** The label of a channel mention may contain spaces. */
function splitWords(text: string): readonly string[] {
  const mentions: string[] = [];
  const marked = text.replace(CONVERSATION_MENTION, (mention) => ` \ue001${mentions.push(mention) - 1} `);
  return marked
    .split(SEPARATORS)
    .map((word) => (word.startsWith('\ue001') ? (mentions[Number(word.slice(1))] ?? '') : word))
    .filter((word) => word !== '');
}

const OPENING = new Set('([{<“"\'`¿¡*_~„«‹');
const CLOSING = new Set(')]}>”"\'`?!.:…*_~»›');

/** Host of a registry. */
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\/[a-z]/i;
const IPV6 = /^\[[\da-f:]+\](?::\d+)?\//i;

/** Loops, because a pattern for the end would restart at every character. */
function trimmed(word: string): string {
  if (IPV6.test(word)) return word;
  let start = 0;
  let end = word.length;
  while (start < end && OPENING.has(word.charAt(start))) start += 1;
  while (end > start && CLOSING.has(word.charAt(end - 1))) end -= 1;
  return word.slice(start, end);
}

/** "🚫 scan alpine:3.16" */
const FORBIDDING = /^(?:🚫|⛔|:no_entry(?:_sign)?:|:no_good:)+$/u;
const EMOJI = /^(?::[a-z0-9_+'-]{1,80}:)+$/i;
const PICTOGRAPHS = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f\u20e3]/gu;
/** `-`, `1.`, `(a)`, `[x]`, `->`: they begin an entry of a list. */
const BULLET = /^(?:[-*–—>=~+#]+|-?\d{1,3}[.)]|\([a-z\d]\)|\[[ x]?\]|:|->|=>|→)$/i;
const VERSION = /^(?:v?\d[\w.-]*|latest)$/i;

/** A full name has at most 600 characters. */
const MAX_WORD = 700;

function toToken(typed: string): Token[] {
  const word = withoutKey(typed);
  if (word.length > MAX_WORD) return [{ kind: 'word', text: '', raw: word.slice(0, MAX_WORD) }];
  if (word === NOTHING) return [{ kind: 'word', text: '', raw: '""' }];
  if (word.startsWith(LINK_MARK)) return [{ kind: 'link', raw: word.slice(1) }];
  if (word === '') return [];
  if (/^@scanprogress[?!.,:]*$/i.test(word)) return [{ kind: 'emoji' }];
  const addressee = toAddressee(word);
  if (addressee !== null) return [addressee];
  if (FORBIDDING.test(word)) return [{ kind: 'word', text: 'not', raw: word }];
  if (EMOJI.test(word)) return [{ kind: 'emoji' }];
  const isDigit = /^\d+$/.test(word);
  const bare = isDigit ? word : word.replace(PICTOGRAPHS, '');
  if (bare === '') return [{ kind: 'emoji' }];
  if (BULLET.test(bare)) return [];
  const host = trimmed(bare);
  if (isHostAlone(host.toLowerCase())) return [{ kind: 'host', raw: host }];
  const image = toImage(bare);
  if (image !== null) return [image];
  const text = trimmed(bare);
  if (text === '') return [];
  if (VERSION.test(text)) return [{ kind: 'version', raw: text }];
  return toWords(text).map((word) => ({ kind: 'word', text: word, raw: text }));
}

/** `image=alpine:3.16`, and `api=ghcr.io/acme/api:1.4` of `kubectl set image`. */
function withoutKey(word: string): string {
  const key = /^(?:--?)?(?:image|img)=(?=.)|^(?:--?)?[a-z][\w.-]{0,60}=(?=[a-z\d]\S*[:/@])/i;
  return word.replace(key, '');
}

const EVERYONE = /^(?:<!(?:here|channel|everyone)(?:\|[^>]*)?>|@(?:here|channel|everyone)[?!.,:]*)$/i;

/** `<!everyone>` means the channel. */
function toAddressee(word: string): Token | null {
  const isChannel = EVERYONE.test(word) || /^<#|^#[\p{L}\d_-]*\p{L}[\p{L}\d_-]*$/u.test(word);
  if (isChannel) return { kind: 'addressee', of: 'channel', raw: word };
  if (word.startsWith('<!subteam')) return { kind: 'addressee', of: 'group', raw: word };
  return /^<@|^@[\w.-]+[?!.,:]*$/.test(word) ? { kind: 'addressee', of: 'person', raw: word } : null;
}

/** `:whale:nginx:1.25`, `nginx:1.25:tada:` */
function withoutEmoji(word: string): string {
  return word.replace(/^:[a-z][\w+-]*:(?=[a-z])/, '').replace(/(:[\w.-]+):[a-z][\w+-]*:$/, '$1');
}

/** `l'alpine:3.16`, `d'alpine:3.16`. */
const ELISION = /^(?:[ldcjmnst]|qu)['’](?=.)/i;

/** "Is alpine:3.16's scan done?" */
const POSSESSIVE = /['’]s$/i;

/** `alpine:3.*`: without its end it would be another image. */
const PATTERN = /^[a-z][^*]*[.:/-]\*+$/i;

function toImage(typed: string): Token | null {
  const word = withoutEmoji(typed);
  if (PATTERN.test(word)) return toInvalid(word);
  const name = trimmed(word).replace(POSSESSIVE, '');
  for (const candidate of new Set([name, name.replace(ELISION, ''), word])) {
    if (!isShaped(candidate)) continue;
    const parsed = parseReference(candidate);
    if (parsed.kind === 'reference') return toImageToken(candidate, parsed, false);
    const { reason, suggestion } = parsed.error;
    const lowered = reason === 'upper-case' && suggestion !== null ? parseReference(suggestion) : null;
    if (lowered?.kind === 'reference') return toImageToken(candidate, lowered, true);
  }
  const last = name;
  // `nginx:` lacks its tag; `image:` is a word.
  const isCut = /[:@]$/.test(word) && toBareImage(last) !== null && !isSpoken(last.toLowerCase());
  if (!isShaped(last) && !isCut) return null;
  return toInvalid(word, isCut ? word : last);
}

function toInvalid(raw: string, name = raw): Token | null {
  const parsed = parseReference(name);
  return parsed.kind === 'invalid' ? { kind: 'invalid', raw, error: parsed.error } : null;
}

type Parsed = Extract<ReturnType<typeof parseReference>, { kind: 'reference' }>;

function toImageToken(raw: string, { reference, isTagAssumed }: Parsed, isLowered: boolean): ImageToken {
  return { kind: 'image', raw, reference, isTagAssumed, isLowered };
}

const FILE =
  /\.(?:md|txt|log|out|err|ya?ml|json|xml|html?|css|conf|cfg|ini|toml|env|csv|sql|sh|pdf|png|jpe?g|gif|svg|zip|gz|docx?|xlsx?|pptx?|exe|[jt]sx?|py|rb|rs|java|kt)$/i;
/** As `kubectl` names what it manages. */
const RESOURCE =
  /^(?:deployments?|deploy|pods?|po|services?|svc|statefulsets?|sts|daemonsets?|ds|replicasets?|rs|cronjobs?|jobs?|nodes?|namespaces?|ns)(?:\.apps)?\/[\w.-]+$/i;
const ABBREVIATION = /^(?:[a-z]\.)+[a-z]?$/i;

/** A tag, a digest, a slash, a port, or an inner dot, which words of a sentence do not have. */
function isShaped(word: string): boolean {
  if (IPV6.test(word) || IPV4.test(word)) return true;
  if (RESOURCE.test(word)) return false;
  if (SLASHED.has(word.toLowerCase()) || !/[a-z]/i.test(word.split(/[:@]/, 1)[0] ?? '')) return false;
  if (/^[^@\s]+@[\w-]+(?:\.[\w-]+)+$/.test(word)) return false; // an e-mail address
  if (/^[^/]*@[^/:]*$/.test(word) && !/@sha/i.test(word)) return false;
  if (/[\w\]][:/@]+[\w[]/.test(word))
    // Not a time (`12:30`, `at:12:30`), and not `w/o` or `n/a`.
    return !/^(?:[a-z]+:)?\d{1,2}:\d\d/i.test(word) && !/^[a-z]{1,2}\/[a-z]{1,2}$/i.test(word);
  return /\w\.\w/.test(word) && !FILE.test(word) && !ABBREVIATION.test(word) && !/^v?\d/i.test(word);
}

/** `CVE-2026-1234`, `SEC-42`, a commit. */
const NO_NAME = /^(?:[Cc][Vv][Ee]|[Gg][Hh][Ss][Aa])-[\dA-Za-z-]+$|^[A-Z][A-Z\d]*-\d+$|^[\da-f]{40}$/;

/** A bare name as an image; null for an invalid one. */
export function toBareImage(raw: string): ImageToken | null {
  const name = raw.toLowerCase();
  if (NO_NAME.test(raw)) return null;
  if (!/^[a-z][a-z\d]*(?:[._-]+[a-z\d]+)*$/.test(name)) return null;
  const parsed = parseReference(name);
  return parsed.kind === 'reference' ? toImageToken(raw, parsed, name !== raw) : null;
}

/** `est-ce` is two words; `what's` is one, without its apostrophe; of `l'historique` the article is left out. */
function toWords(text: string): readonly string[] {
  const plain = toPlain(text);
  // A dash is glued to its word on phones: "—please".
  const others = [ELISION, POSSESSIVE, /^-+/].map((part) => toPlain(text.replace(part, '')));
  return ([plain, ...others].find(isSpoken) ?? plain)
    .split(/[/:.!?()…"“”]+/)
    .filter((word) => word !== '')
    .flatMap(splitSpoken);
}

/** In the spelling of the vocabulary: small letters, without accents and apostrophes. */
export function toPlain(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\p{M}'’`´]/gu, '')
    .replaceAll('ß', 'ss');
}

/** As replies show it: `alpine:3.16`. */
export function toName({ reference }: ImageToken): string {
  return printReference(reference);
}
