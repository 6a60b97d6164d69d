/**
 * Finds images named in a Slack message. Nearly every word with a colon could be an image (`error:500` is a valid
 * name), so a word needs evidence, strongest first: a digest, the host of a known registry, a position where only
 * images occur (`image:`, `FROM`, `docker pull`), a typical tag behind a name that is no label. A wrong guess costs a
 * useless button, so uncertain words count as images. Every pattern over the whole text is anchored, bounded or has
 * disjoint parts: linear time.
 */

import { type ImageReference, parseReference, printReference } from './reference.ts';
import { isKnownRegistry } from './registries.ts';
import { after, before, toPlain, toWords, type Word } from './words.ts';

/** Images named in free text, in order of appearance, without duplicates. Linear in the length of the text. */
export function extractReferences(text: string): readonly ImageReference[] {
  const plain = joinSplitNames(silence(toPlain(text)));
  const stages = stageNames(plain);
  const found = new Map<string, ImageReference>();
  const named = new Set<string>();
  for (const word of toWords(plain)) {
    const reference = stages.has(word.text) || named.has(word.text) ? null : toReference(word);
    if (reference === null) continue;
    named.add(word.text);
    found.set(printReference(reference), reference);
  }
  return [...found.values()];
}

/** Removes text that would join words or look like evidence. */
function silence(text: string): string {
  return text
    .replace(/\[\d{1,3}(?:;\d{1,3}){0,4}m/g, ' ') // ANSI colours, right before the coloured word
    .replace(/\\[nrt]/g, '\n') // log lines inside JSON
    .replace(/\(node:\d+\)(?= (?:\[|\w{0,40}Warning))/g, ' ') // a Node.js warning with its process ID
    .replace(/\b(?:SELECT|DELETE)\b[^;]{0,500}?\bFROM\b/g, (sql) => sql.toLowerCase()); // SQL, not a Dockerfile's FROM
}

const TABLE_ROW = /^[ \t]*((?:[\w.:-]+\/)?[\w./-]+)[ \t]+([\w.-]+)[ \t]+(?:sha256:)?[\da-f]{12,13}(?=\s)/gm;
const NAME_AND_TAG =
  /^[ \t]*(?:- )?(?:repository|newName|name):[ \t]*["']?([\w./:-]+)["']?[ \t]*\n(?:[ \t]*pullPolicy:[^\n]*\n)?[ \t]*(?:newTag|tag):[ \t]*["']?([\w.-]+)/gm;
const REGISTRY_OF_NAME =
  /^[ \t]*registry:[ \t]*["']?([\w.:-]+)["']?[ \t]*\n[ \t]*repository:[ \t]*["']?(?=[\w.])/gm;

/** Name and tag are separate in the table of `docker images` and in values of Helm and Kustomize. */
function joinSplitNames(text: string): string {
  return text
    .replace(TABLE_ROW, '$1:$2 ')
    .replace(REGISTRY_OF_NAME, 'repository: $1/')
    .replace(NAME_AND_TAG, 'image: $1:$2');
}

const STAGE = /\bFROM\s+(?:--\S+\s+)?\S+\s+AS\s+([\w.-]+)/gi;

/** `FROM build` and `--from=build` refer to a stage of the Dockerfile. */
function stageNames(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(STAGE), ([, name = '']) => name));
}

function toReference(word: Word): ImageReference | null {
  // `ghcr.io/acme/` is a prefix of many names.
  const written = word.text.endsWith('/') || isPlainWord(word) ? null : readName(word.text);
  return written !== null && isImage(word, written) ? written.reference : null;
}

/** No evidence in or near the word. True for most words of a log, so it runs before parsing. */
function isPlainWord({ text, scheme, isHinted }: Word): boolean {
  const isMarked = /[:@/]/.test(text) || isHinted || scheme !== null;
  return !isMarked || !/[a-z]/i.test(text);
}

interface Written {
  readonly reference: ImageReference;
  readonly isTagAssumed: boolean;
  /** Phones capitalise `Alpine:3.16`, and GitHub owners may have capitals. */
  readonly hasCapitals: boolean;
}

function readName(text: string): Written | null {
  const isTagAssumed = nameOf(text).length === text.length;
  const parsed = parseReference(text);
  if (parsed.kind === 'reference') return { reference: parsed.reference, isTagAssumed, hasCapitals: false };
  const { part, reason, suggestion } = parsed.error;
  if (reason === 'upper-case' && suggestion !== null) {
    const corrected = parseReference(suggestion);
    return corrected.kind === 'invalid' ? null : { ...corrected, isTagAssumed, hasCapitals: true };
  }
  // Tables truncate digests. A tag is enough; without one the image would be a guess.
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
/** Matched against the text before a word on its line. */
const EVIDENCE = [
  /(?:image|img)["'`*_\s]*[:=]["'`*_\s]*$/i, // YAML, JSON, an alert's field, --image=
  /image ["'`]+$|--image\s+["']?$/, // Pulling image "nginx"
  /\bset image\s.*=["']?$|\b(?:manifest|pull access denied) for ["']?$/,
  /(?:^|`)(?:Step )?[\W\d]*FROM\s+(?:--platform=\S+\s+)?$/,
  /^\s*[\da-f]{12}\s+$/, // a row of `docker ps`
];
const COMMAND = /\b(?:docker|podman|nerdctl|crictl)\s(?:image\s)?(?:pull|push|run|create)\s/;

function hasEvidence(word: Word): boolean {
  if (!word.isHinted) return false;
  const line = before(word);
  const options = line.split(COMMAND).slice(1).at(-1);
  return (
    (options !== undefined && isBeforeImage(options)) || EVIDENCE.some((evidence) => evidence.test(line))
  );
}

const FLAG = /^-(?:[diqtaP]+|-(?:rm|init|privileged|read-only|detach|interactive|tty|quiet|all-tags))$/;

/** Whether the text consists of options and their values. */
function isBeforeImage(options: string): boolean {
  if (/[^"'`\s]$/.test(options)) return false; // `-e LEVEL=`
  let isValueNext = false;
  for (const word of options.split(/["'`\s]+/).filter((part) => part !== '')) {
    if (!isValueNext && !word.startsWith('-')) return false;
    isValueNext = !isValueNext && !word.includes('=') && !FLAG.test(word);
  }
  return !isValueNext;
}

/** Words in an image's position that are none: `image: null`, `docker pull fails`. */
const NO_NAMES = new Set(
  `a again an and as broken by command error failed fails failing false for from hangs here id in is it
  latest main master missing name new no none not now null of ok old on or please scratch slow stable still
  string tag that the then this to true undefined unknown was we with works you`.split(/\s+/),
);

/**
 * Without tag and digest only the position counts. Within a sentence it counts for a word with a slash, or the last
 * word.
 */
function isBareImage(word: Word, name: string): boolean {
  if (NO_NAMES.has(name) || FILE.test(name) || !hasEvidence(word)) return false;
  if (/^v?\d+$|^[^/]*\.[^/]*$|^(?=.*\d)[\da-f]{7,}$/.test(name)) return false; // a version, a host, an ID
  const isLast = /^["'`*_,;})\]\s]*(?:$|#|AS\s)|^["'`]|^\s+"/.test(after(word));
  return name.includes('/') || word.isCode || isLast || /=["']?$/.test(before(word));
}

const FILE =
  /\.(?:[jw]ar|class|log|txt|out|err|ya?ml|json|xml|html?|css|conf|cfg|ini|toml|env|md|csv|sql|sh|py|go|rb|rs|java|kt|php|cc?|cpp|h|tf|gz|zip|tar|iso|png|jpe?g|svg|gif|[cm]?[jt]sx?)$/;
/** `3s`, `500m`, `1.5gib`, and `rate5m` of Prometheus. */
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
  // `ERROR:500`, `Replicas:3`; but `Alpine:3.16` from a phone is an image.
  if (hasCapitals && !/^[A-Z][^A-Z]*:v?\d+\.\d/.test(text)) return false;
  if (FILE.test(name) || /^\d{4}-\d\d-\d\d/.test(name)) return false;
  // A file and its line, a host and its port.
  if (/\.[^./]*$/.test(name) && /^\d+(?:-\d+)?$/.test(tag)) return false;
  if (registry !== '') return true;
  const hasPath = name.includes('/');
  if (QUANTITY.test(tag) || (!hasPath && isKey(name, tag))) return false;
  return /\d/.test(tag) || USUAL_TAG.test(tag) || (hasPath && STAGE_TAG.test(tag));
}

/** Whether a word without a slash is a label, a host or similar, whatever follows the colon. */
function isKey(name: string, tag: string): boolean {
  // `redis:6379` is a service, `redis:7` an image, and `app:2024` an image tagged by year.
  const isPort = /^(?:80|443|\d{4,5})$/.test(tag) && !/^20[12]\d$/.test(tag);
  const isPackage = /^(?:amd64|arm64|armhf|i386)$/.test(tag); // of Debian: `libssl3:amd64`
  // `id:5`, `5xx:12`; but `ui:1.4` may be an image.
  const isWeak = name.length === 1 || (/^(?:..$|\d)/.test(name) && !/\d\.\d/.test(tag));
  return isPort || isPackage || isWeak || isLabel(name);
}

/** Counts, measures and numbers, also at the end of a word: `exit-code:1`, `request_id:7f3a`. */
const MEASURES = new Set(
  `age attempt bytes code col column commit count cpu date delay digest duration elapsed exit hash id index
  key latency length level limit line load mem memory ms nr num number offset percent pid port priority rate
  ratio revision score sec seconds sha size status step tag time timeout timestamp took total uptime usage
  value ver version`.split(/\s+/),
);
/** Other labels before a colon, only as the whole word: `acme-server:1.4` is an image. */
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
