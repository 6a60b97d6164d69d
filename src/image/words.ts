/**
 * Splits a message into words that could be names, with their positions. Every pattern is anchored, bounded or has
 * disjoint parts, and substrings are cut only when needed: linear time.
 */

/** Unlike in a command, line breaks and quotes stay: they show where a name starts and ends. */
export function toPlain(text: string): string {
  return unescapeEntities(text.replace(/<([^<>]*)>/g, (_, content: string) => unlink(content)))
    .replace(/\r\n?/g, '\n')
    .replace(/(?<=\s)\u2014(?=[a-z])/g, '--') // `--rm`, as Slack's clients change it
    .replace(/[\u2010\u2011\u2212\ufe63\uff0d]|(?<=[a-z])\u2013(?=[a-z])/g, '-')
    .replace(/[\u2018-\u201f]/g, '"')
    .replace(/\p{Cf}/gu, ''); // zero-width, soft hyphen, direction marks
}

const ESCAPED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** In one pass: `&amp;lt;` was typed as `&lt;`. */
export function unescapeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ESCAPED[entity] ?? entity);
}

/** The label is what people see. Without one, the query is removed: it may contain an unrelated image. */
function unlink(content: string): string {
  if (/^[@#!]/.test(content)) return ' ';
  const [address = '', label = ''] = content.split('|');
  return label === '' ? (address.split(/[?#]/, 1)[0] ?? '') : label;
}

/** A run of characters that a name may contain, without surrounding punctuation. */
export interface Word {
  readonly text: string;
  /** Scheme of a URL, else null; `text` has neither scheme nor query. */
  readonly scheme: string | null;
  /** The whole text; offsets of `text`'s start and of the run's end. */
  readonly whole: string;
  readonly start: number;
  readonly end: number;
  readonly isCode: boolean;
  /** Possible evidence precedes it: most words have none, and are skipped early. */
  readonly isHinted: boolean;
}

/**
 * A URL first, as one word. `$`, `%`, `#`, `+`, `\` and letters like `é` are invalid in names but belong to the word:
 * `$REG/app:1` and `app:1.2+b5` without them would be other images.
 */
const WORD =
  /[\w+.:-]+:\/\/[^\s"'`<>|]*|(?:\[[\da-f:]{2,45}\](?=[:/]))?[\w.:/@$%#+\\\p{Script=Latin}\p{M}-]+/giu;
const MAX_WORD = 700; // a whole name has at most 600 characters
const MAX_CONTEXT = 200; // enough for the options of a `docker run`
const GLUED_KEY = /^[+-]?(?:[iI]mage|IMAGE|img|[\w-]{1,40}Image):/;

/** All evidence before a word contains one of these. */
const HINT = /im(?:age|g)|manifest|denied|from|docker|podman|nerdctl|crictl|[\da-f]{12}/gi;

export function* toWords(text: string): Generator<Word> {
  const isNearHint = createNearHint(text);
  let end = 0;
  let isCode = false;
  for (const match of text.matchAll(WORD)) {
    for (let at = end; at < match.index; at += 1) if (text[at] === '`') isCode = !isCode;
    end = match.index + match[0].length;
    const { scheme, rest } = splitScheme(match[0]);
    if (rest.length > MAX_WORD || rest.length < 2) continue;
    const key = scheme === null ? (GLUED_KEY.exec(rest)?.[0].length ?? 0) : 0;
    const core = withoutTrimmings(rest.slice(key));
    const start = match.index + rest.indexOf(core, key);
    if (isPlaceholder(text.charAt(match.index - 1), rest, text.charAt(end))) continue;
    yield { text: core, scheme, whole: text, start, end, isCode, isHinted: isNearHint(start) };
  }
}

/** To be called with ascending positions. */
function createNearHint(text: string): (start: number) => boolean {
  const hints = text.matchAll(HINT);
  let next = hints.next().value?.index ?? Infinity;
  let last = -Infinity;
  return (start) => {
    while (next < start) {
      last = next;
      next = hints.next().value?.index ?? Infinity;
    }
    return start - last <= MAX_CONTEXT;
  };
}

/** The text before it on its line, at most MAX_CONTEXT characters. */
export function before({ whole, start }: Word): string {
  const near = whole.slice(Math.max(0, start - MAX_CONTEXT), start);
  return near.slice(near.lastIndexOf('\n') + 1);
}

export function after({ whole, end }: Word): string {
  return whole.slice(end, end + MAX_CONTEXT).split('\n', 1)[0] ?? '';
}

function splitScheme(word: string): { scheme: string | null; rest: string } {
  const colon = word.indexOf('://');
  if (colon === -1) return { scheme: null, rest: word };
  const [rest = ''] = word.slice(colon + 3).split(/[?#,;{}()[\]*~]/, 1);
  return { scheme: word.slice(0, colon).toLowerCase(), rest };
}

/** `{{reg}}/api:1`, `api:<tag>`, `api:v1-{sha}`: the rest would be another image. */
function isPlaceholder(previous: string, word: string, next: string): boolean {
  return previous === '}' || (/[.:_@/-]$/.test(word) && /[{<[]/.test(next));
}

/**
 * Removes emphasis, list bullets, ends of sentences and emoji. Loops, because `[…]+$` would restart at every character.
 */
function withoutTrimmings(word: string): string {
  const bare = word
    .replace(/^:[a-z][\w+-]*:(?=[a-z])/, '') // :whale:nginx:1.25, but not "image":nginx:1.25
    .replace(/(:[\w.-]+):[a-z][\w+-]*:$/, '$1'); // nginx:1.25:tada:, but not nginx:latest:
  let start = 0;
  let end = bare.length;
  while (start < end && '-+_:'.includes(bare.charAt(start))) start += 1;
  while (end > start && '.:-_\\'.includes(bare.charAt(end - 1))) end -= 1;
  return bare.slice(start, end).replace(/-based$/, '');
}
