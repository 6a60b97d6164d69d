/**
 * Finds the images that people and machines name in a Slack message, as Slack sends it. Nearly every word with a colon
 * could be an image (`error:500` is a valid name), so a word needs evidence, strongest first: a digest, the host of a
 * known registry, a place where only images stand (`image:`, `FROM`, `docker pull`), a tag that looks like one behind
 * a name that is no label. A wrong guess costs a useless button, so true doubt is decided for the image. Every pattern
 * that reads the whole text is anchored, bounded or of disjoint parts: the work is linear.
 */

import { type ImageReference, parseReference, printReference } from './reference.ts';

/** The images named in free text, in order of appearance, none twice. Linear in the length of the text. */
export function extractReferences(text: string): readonly ImageReference[] {
  const plain = joinSplitNames(silence(toPlain(text)));
  const stages = stageNames(plain);
  const found = new Map<string, ImageReference>();
  for (const word of toWords(plain)) {
    const reference = stages.has(word.text) ? null : toReference(word);
    if (reference !== null) found.set(printReference(reference), reference);
  }
  return [...found.values()];
}

const ESCAPED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Unlike in a command, lines and quotation marks stay: they tell where a name begins and ends. */
function toPlain(text: string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, content: string) => unlink(content))
    .replace(/&(?:amp|lt|gt);/g, (entity) => ESCAPED[entity] ?? entity)
    .replace(/\r\n?/g, '\n')
    .replace(/(?<=\s)\u2014(?=[a-z])/g, '--') // `--rm`, as Slack's clients change it
    .replace(/[\u2010\u2011\u2212\ufe63\uff0d]|(?<=[a-z])\u2013(?=[a-z])/g, '-')
    .replace(/[\u2018-\u201f]/g, '"')
    .replace(/\p{Cf}/gu, ''); // zero-width, soft hyphen, direction marks
}

/** The label is what people see. Without one, the address may have an image in its query that nobody means. */
function unlink(content: string): string {
  if (/^[@#!]/.test(content)) return ' ';
  const [address = '', label = ''] = content.split('|');
  return label === '' ? (address.split(/[?#]/, 1)[0] ?? '') : label;
}

/** Removes what would glue words together or pass for evidence. */
function silence(text: string): string {
  return text
    .replace(/\[\d{1,3}(?:;\d{1,3}){0,4}m/g, ' ') // a terminal's colours, right before the coloured word
    .replace(/\\[nrt]/g, '\n') // log lines inside JSON
    .replace(/\(node:\d+\)(?= (?:\[|\w{0,40}Warning))/g, ' ') // Node.js warns with its process ID
    .replace(/\b(?:SELECT|DELETE)\b[^;]{0,500}?\bFROM\b/g, (sql) => sql.toLowerCase()); // no Dockerfile's FROM
}

const TABLE_ROW = /^[ \t]*((?:[\w.:-]+\/)?[\w./-]+)[ \t]+([\w.-]+)[ \t]+(?:sha256:)?[\da-f]{12,13}(?=\s)/gm;
const NAME_AND_TAG =
  /^[ \t]*(?:- )?(?:repository|newName|name):[ \t]*["']?([\w./:-]+)["']?[ \t]*\n(?:[ \t]*pullPolicy:[^\n]*\n)?[ \t]*(?:newTag|tag):[ \t]*["']?([\w.-]+)/gm;

/** Name and tag stand apart in the table of `docker images` and in the values of Helm and Kustomize. */
function joinSplitNames(text: string): string {
  return text.replace(TABLE_ROW, '$1:$2 ').replace(NAME_AND_TAG, 'image: $1:$2');
}

const STAGE = /\bFROM\s+(?:--\S+\s+)?\S+\s+AS\s+([\w.-]+)/gi;

/** `FROM build` and `--from=build` mean the stage that the Dockerfile calls so. */
function stageNames(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(STAGE), ([, name = '']) => name));
}

/** A run of characters that can be in a name, without the punctuation around it. */
interface Word {
  readonly text: string;
  /** Of an address, null for every other word; `text` has neither scheme nor query. */
  readonly scheme: string | null;
  /** The rest of its line, MAX_CONTEXT characters at most on each side. */
  readonly before: string;
  readonly after: string;
  readonly isCode: boolean;
}

/**
 * First an address, which is one word with all it has. `$`, `%`, `#`, `+`, `\` and letters like `é` are in no name and
 * belong to the word nevertheless: what `$REG/app:1` and `app:1.2+b5` are without them would be another image.
 */
const WORD =
  /[\w+.:-]+:\/\/[^\s"'`<>|]*|(?:\[[\da-f:]{2,45}\](?=[:/]))?[\w.:/@$%#+\\\p{Script=Latin}\p{M}-]+/giu;
const MAX_WORD = 700; // a whole name has 600 characters at most
const MAX_CONTEXT = 200; // enough for the options of a `docker run`
const GLUED_KEY = /^[+-]?(?:[iI]mage|IMAGE|img|[\w-]{1,40}Image):/;

function* toWords(text: string): Generator<Word> {
  let end = 0;
  let backticks = 0;
  for (const match of text.matchAll(WORD)) {
    backticks += text.slice(end, match.index).split('`').length - 1;
    end = match.index + match[0].length;
    const { scheme, rest } = splitScheme(match[0]);
    if (rest.length > MAX_WORD || rest.length < 2) continue;
    const key = scheme === null ? (GLUED_KEY.exec(rest)?.[0].length ?? 0) : 0;
    const core = withoutTrimmings(rest.slice(key));
    const start = match.index + rest.indexOf(core, key);
    const before = text.slice(Math.max(0, start - MAX_CONTEXT), start);
    if (isPlaceholder(text.charAt(match.index - 1), rest, text.charAt(end))) continue;
    yield {
      text: core,
      scheme,
      before: before.slice(before.lastIndexOf('\n') + 1),
      after: text.slice(end, end + MAX_CONTEXT).split('\n', 1)[0] ?? '',
      isCode: backticks % 2 === 1,
    };
  }
}

function splitScheme(word: string): { scheme: string | null; rest: string } {
  const colon = word.indexOf('://');
  if (colon === -1) return { scheme: null, rest: word };
  const [rest = ''] = word.slice(colon + 3).split(/[?#,;{}()[\]*~]/, 1);
  return { scheme: word.slice(0, colon).toLowerCase(), rest };
}

/** `{{reg}}/api:1`, `api:<tag>`, `api:v1-{sha}`: what is left would be another image. */
function isPlaceholder(previous: string, word: string, next: string): boolean {
  return previous === '}' || (/[.:_@/-]$/.test(word) && /[{<[]/.test(next));
}

/** Emphasis, list bullets, ends of sentences and emoji. Loops, as `[…]+$` would begin anew at every character. */
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

function toReference(word: Word): ImageReference | null {
  // `ghcr.io/acme/` is what many names begin with.
  const written = word.text.endsWith('/') ? null : readName(word.text);
  return written !== null && isImage(word, written) ? written.reference : null;
}

interface Written {
  readonly reference: ImageReference;
  readonly isTagAssumed: boolean;
  /** Phones write `Alpine:3.16`, and owners on GitHub have capitals. */
  readonly hasCapitals: boolean;
}

function readName(text: string): Written | null {
  const isTagAssumed = nameOf(text).length === text.length;
  const parsed = parseReference(text);
  if (parsed.kind === 'reference') return { reference: parsed.reference, isTagAssumed, hasCapitals: false };
  const { part, reason, suggestion } = parsed.fault;
  if (reason === 'upper-case' && suggestion !== null) {
    const mended = parseReference(suggestion);
    return mended.kind === 'fault' ? null : { ...mended, isTagAssumed, hasCapitals: true };
  }
  // Tables cut digests. A tag says enough, without one it would be guessed.
  const tagged = part === 'digest' ? /^[^@]*:[^@/]*(?=@sha\d)/.exec(text) : null;
  return tagged === null ? null : readName(tagged[0]);
}

function isImage(word: Word, written: Written): boolean {
  const { reference, isTagAssumed } = written;
  const name = nameOf(word.text);
  if (!/[a-z]/.test(name)) return false; // times, ratios, IP addresses
  if (reference.digest !== '') return true;
  const isKnown = isKnownRegistry(name);
  if (word.scheme !== null) {
    const isMeant = isKnown || hasEvidence(word);
    return CONTAINER_SCHEME.test(word.scheme) || (isMeant && !isTagAssumed);
  }
  if (isKnown) return true;
  if (isTagAssumed) return isBareImage(word, name);
  return hasEvidence(word) || looksTagged(word.text, written);
}

/** As written, in lower case, without tag and digest. */
function nameOf(text: string): string {
  const [name = ''] = text.toLowerCase().split('@', 1);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1 ? name : name.slice(0, colon);
}

/** Kubernetes shows `docker-pullable://nginx@sha256:…`, skopeo wants `docker://alpine`. */
const CONTAINER_SCHEME = /^(?:docker|docker-pullable|docker-daemon|containers-storage)$/;
const KNOWN_HOST =
  /^(?:[\w-]+\.){0,5}(?:(?:ghcr|quay|gcr|docker|icr|nvcr|lscr|ocir|azurecr)\.io|pkg\.dev|cgr\.dev|public\.ecr\.aws|mcr\.microsoft\.com|docker\.elastic\.co|dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?)$/;
const REGISTRY_HOST = /^(?!registry\.(?:npmjs|yarnpkg|terraform)\.)(?:[a-z\d-]+-)?registry[.:]/;

/** Of a name in lower case, without tag and digest. */
export function isKnownRegistry(name: string): boolean {
  const [host = '', path] = name.split('/', 2);
  if (path === undefined) return false;
  return REGISTRY_HOST.test(host) || KNOWN_HOST.test(host.split(':', 1)[0] ?? '');
}

/** Matched with what stands in front of a word on its line. */
const EVIDENCE = [
  /(?:image|img)["'`*_\s]*[:=]["'`*_\s]*$/i, // YAML, JSON, an alert's field, --image=
  /image ["'`]+$|--image\s+["']?$/, // Pulling image "nginx"
  /\bset image\s.*=["']?$|\b(?:manifest|pull access denied) for ["']?$/,
  /(?:^|`)(?:Step )?[\W\d]*FROM\s+(?:--platform=\S+\s+)?$/,
  /^\s*[\da-f]{12}\s+$/, // a row of `docker ps`
];
const COMMAND = /\b(?:docker|podman|nerdctl|crictl)\s(?:image\s)?(?:pull|push|run|create)\s/;

function hasEvidence({ before }: Word): boolean {
  const options = before.split(COMMAND).slice(1).at(-1);
  return (options !== undefined && isBeforeImage(options)) || EVIDENCE.some((place) => place.test(before));
}

const FLAG = /^-(?:[diqtaP]+|-(?:rm|init|privileged|read-only|detach|interactive|tty|quiet|all-tags))$/;

/** Whether all so far are options and their values. */
function isBeforeImage(options: string): boolean {
  if (/[^"'`\s]$/.test(options)) return false; // `-e LEVEL=`
  let isValueNext = false;
  for (const word of options.split(/["'`\s]+/).filter((part) => part !== '')) {
    if (!isValueNext && !word.startsWith('-')) return false;
    isValueNext = !isValueNext && !word.includes('=') && !FLAG.test(word);
  }
  return !isValueNext;
}

/** What stands where an image could and is none: `image: null`, `docker pull fails`. */
const NO_NAMES = new Set(
  `a again an and as broken by command error failed fails failing false for from hangs here id in is it
  latest main master missing name new no none not now null of ok old on or please scratch slow stable still
  string tag that the then this to true undefined unknown was we with works you`.split(/\s+/),
);

/** Without tag and digest the place alone tells. In a sentence it tells only of a word with a slash, or of the last. */
function isBareImage(word: Word, name: string): boolean {
  if (NO_NAMES.has(name) || FILE.test(name) || !hasEvidence(word)) return false;
  if (/^v?\d+$|^[^/]*\.[^/]*$|^(?=.*\d)[\da-f]{7,}$/.test(name)) return false; // a version, a host, an ID
  const isLast = /^["'`*_,;})\]\s]*(?:$|#|AS\s)|^["'`]|^\s+"/.test(word.after);
  return name.includes('/') || word.isCode || isLast || /=["']?$/.test(word.before);
}

const FILE =
  /\.(?:[jw]ar|class|log|txt|out|err|ya?ml|json|xml|html?|css|conf|cfg|ini|toml|env|md|csv|sql|sh|py|go|rb|rs|java|kt|php|cc?|cpp|h|tf|gz|zip|tar|iso|png|jpe?g|svg|gif|[cm]?[jt]sx?)$/;
/** `3s`, `500m`, `1.5gib`, and the `rate5m` of Prometheus. */
const QUANTITY =
  /^(?:[a-z_]*rate)?\d{1,6}(?:\.\d+)?(?:[mun]?s|secs?|m|mins?|h|hrs?|d|[kmgt]i?b|[kmgt]i|px|am|pm|rpm|[rq]ps)$/i;
const USUAL_TAG =
  /(?:^|[-._])(?:alpine|bookworm|bullseye|buster|canary|distroless|edge|focal|jammy|latest|lts|main|mainline|master|nightly|noble|nonroot|slim|snapshot|stable|trixie)(?:$|[-._])/i;
/** Also values of labels (`env:prod`), so they need a name with a slash. */
const STAGE_TAG =
  /(?:^|[-._])(?:alpha|beta|debug|dev|devel|develop|development|head|preview|prod|production|qa|rc|release|stage|staging|test|testing|trunk|uat)(?:$|[-._])/i;

function looksTagged(text: string, { reference, hasCapitals }: Written): boolean {
  const { tag, registry } = reference;
  const name = nameOf(text);
  // `ERROR:500`, `Replicas:3`, but a phone's `Alpine:3.16`.
  if (hasCapitals && !/^[A-Z][^A-Z]*:v?\d+\.\d/.test(text)) return false;
  if (FILE.test(name) || /^\d{4}-\d\d-\d\d/.test(name)) return false;
  // A file and its line, a host and its port.
  if (/\.[^./]*$/.test(name) && /^\d+(?:-\d+)?$/.test(tag)) return false;
  if (registry !== '') return true;
  const hasPath = name.includes('/');
  if (QUANTITY.test(tag) || (!hasPath && isKey(name, tag))) return false;
  return /\d/.test(tag) || USUAL_TAG.test(tag) || (hasPath && STAGE_TAG.test(tag));
}

/** Whether a word without a slash is a label, a host or the like, whatever is behind the colon. */
function isKey(name: string, tag: string): boolean {
  // `redis:6379` is a service, `redis:7` an image, and `app:2024` the one of that year.
  const isPort = /^(?:80|443|\d{4,5})$/.test(tag) && !/^20[12]\d$/.test(tag);
  const isPackage = /^(?:amd64|arm64|armhf|i386)$/.test(tag); // of Debian: `libssl3:amd64`
  // `id:5`, `5xx:12`; but `ui:1.4` may be an image.
  const isWeak = name.length === 1 || (/^(?:..$|\d)/.test(name) && !/\d\.\d/.test(tag));
  return isPort || isPackage || isWeak || isLabel(name);
}

/** What counts, measures or numbers something, also at the end of a word: `exit-code:1`, `request_id:7f3a`. */
const MEASURES = new Set(
  `age attempt bytes code col column commit count cpu date delay digest duration elapsed exit hash id index
  key latency length level limit line load mem memory ms nr num number offset percent pid port priority rate
  ratio revision score sec seconds sha size status step tag time timeout timestamp took total uptime usage
  value ver version`.split(/\s+/),
);
/** What else people and logs put before a colon, here only as the whole word: `acme-server:1.4` is an image. */
const LABELS = new Set(
  `alarm alert at batch block branch bug build case change chart class client cluster cve day deploy device disk
  dockerfile due env environment err error eta event fail failed failure feat fix flag group heap host hour http
  https instance interface ip issue item iteration job label lag lint localhost log max md5 message minute mr msg
  na namespace net note ns ok option order owner page part partition passed phase pod pr process progress queue
  reason ref region release replica req request res restart result retries retry rev rfc role round row run server
  service session sev severity sha1 sha256 sha512 shard signal since skipped sprint ssh stage start state success
  tcp team test thread ticket todo topic trace udp uid user vm volume warning zone`.split(/\s+/),
);

function isLabel(name: string): boolean {
  const singular = name.replace(/s$/, '');
  const last = singular.split(/[-_.]/).at(-1) ?? '';
  if ([name, singular, last].some((word) => MEASURES.has(word))) return true;
  return LABELS.has(name) || LABELS.has(singular) || /^p\d\d/.test(name); // p50, p99: percentiles
}
