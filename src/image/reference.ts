/**
 * A container image's name as people type it and the Console expects it: `alpine:3.16`, `ghcr.io/acme/api:1.4`,
 * `reg:5000/a/b@sha256:…`. Docker's rules decide what is a registry. On Docker Hub the registry is empty and official
 * images have a repository below `library/`, because the Console spells them like that. Lengths are checked first and
 * no pattern nests repetitions: linear time.
 */

export interface ImageReference {
  /** Host with port, `''` for Docker Hub. */
  readonly registry: string;
  /** Path below the registry, `library/alpine` for Docker's official images. */
  readonly repository: string;
  /** `''` only with a digest. */
  readonly tag: string;
  /** `sha256:…` or `''`. */
  readonly digest: string;
}

export type ParsedReference =
  /** `isTagAssumed`: neither tag nor digest was given, so the tag is `latest`. */
  | { readonly kind: 'reference'; readonly reference: ImageReference; readonly isTagAssumed: boolean }
  | { readonly kind: 'invalid'; readonly error: InvalidReference };

export type ReferencePart = 'whole' | 'registry' | 'repository' | 'tag' | 'digest';

export type ErrorReason =
  | 'empty'
  | 'too-long'
  | 'upper-case' // only the registry and the tag may have capitals
  | 'character' // a character that this part may not contain
  | 'form' // allowed characters in an invalid order: `a//b`, `-a`, `a..b`
  | 'port' // not a number from 1 to 65535
  | 'algorithm' // a digest that is neither sha256 nor sha512
  | 'length' // a digest that is too short or too long
  | 'lone-digest' // a digest without a name
  | 'hub-registry'; // `docker.io/ghcr.io/…`: no repository on Docker Hub starts like a registry

export interface InvalidReference {
  readonly part: ReferencePart;
  readonly reason: ErrorReason;
  /** The invalid part, at most 60 characters. From outside: escape before showing. */
  readonly text: string;
  /** A complete valid reference that was probably meant; null for none. */
  readonly suggestion: string | null;
}

/** Registry and repository together, as in Docker. */
const MAX_NAME = 255;
/** Docker's `[\w][\w.-]{0,127}`. */
const MAX_TAG = 128;
/** Name, tag and a sha512 digest need 520; the rest is for a scheme and slashes, which are removed. */
const MAX_WHOLE = 600;
const MAX_SHOWN = 60;
const HUB_HOSTS = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);
const HEX_DIGITS = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);

/** Removes a scheme and trailing slashes: people paste URLs. */
export function parseReference(text: string): ParsedReference {
  const trimmed = text.trim();
  if (trimmed === '') return error('whole', 'empty', '');
  if (trimmed.length > MAX_WHOLE) return error('whole', 'too-long', trimmed);
  const bare = dropAddressParts(trimmed);
  // `https://ghcr.io/` is a host only; otherwise it would become the official image `ghcr.io`.
  if (bare !== trimmed && !bare.includes('/')) return error('repository', 'empty', trimmed);
  return toParsed(split(bare));
}

/** Prints the familiar form: `alpine:3.16`, not `docker.io/library/alpine:3.16`. */
export function printReference(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference;
  const name = registry === '' ? familiarName(repository) : `${registry}/${repository}`;
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

/** The parts as written; null for a missing part with its separator. */
interface ReferenceParts {
  readonly registry: string | null;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

function dropAddressParts(text: string): string {
  const start = /^https?:\/\//i.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}

function split(text: string): ReferenceParts {
  const at = text.indexOf('@');
  const tagged = at === -1 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the registry's port.
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  return {
    ...splitName(colon === -1 ? tagged : tagged.slice(0, colon)),
    tag: colon === -1 ? null : tagged.slice(colon + 1),
    digest: at === -1 ? null : text.slice(at + 1),
  };
}

function splitName(name: string): Pick<ReferenceParts, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  if (slash === -1 || !isRegistry(name.slice(0, slash))) return { registry: null, repository: name };
  return { registry: name.slice(0, slash), repository: name.slice(slash + 1) };
}

function isRegistry(part: string): boolean {
  return part.includes('.') || part.includes(':') || part.toLowerCase() === 'localhost';
}

type FoundError = Extract<ParsedReference, { kind: 'invalid' }>;

function toParsed(parts: ReferenceParts): ParsedReference {
  const found =
    loneDigestError(parts) ??
    registryError(parts) ??
    repositoryError(parts) ??
    nameLengthError(parts) ??
    tagError(parts.tag) ??
    digestError(parts);
  if (found !== null) return found;
  const isTagAssumed = parts.tag === null && parts.digest === null;
  const reference = {
    ...hubName(parts),
    tag: isTagAssumed ? 'latest' : (parts.tag ?? ''),
    digest: parts.digest ?? '',
  };
  return { kind: 'reference', reference, isTagAssumed };
}

/** `@sha256:…`, `sha256:…` or 64 digits alone: Docker takes the latter two for an image ID or rejects them. */
function loneDigestError(parts: ReferenceParts): FoundError | null {
  const { registry, repository, tag } = hubName(parts);
  const isNameless = parts.registry === null && parts.repository === '' && parts.digest !== null;
  if (isNameless) return error('whole', 'lone-digest', parts.digest);
  if (registry !== '') return null;
  const name = familiarName(repository);
  const isDigest = HEX_DIGITS.get(name) === tag.length && isLowerHex(tag);
  const isImageId = name.length === 64 && isLowerHex(name);
  return isDigest || isImageId ? error('whole', 'lone-digest', isDigest ? tag : name) : null;
}

function hubName(parts: ReferenceParts): { registry: string; repository: string; tag: string } {
  const { repository } = parts;
  const registry = (parts.registry ?? '').toLowerCase();
  const tag = parts.tag ?? '';
  if (registry !== '' && !HUB_HOSTS.has(registry)) return { registry, repository, tag };
  return { registry: '', repository: repository.includes('/') ? repository : `library/${repository}`, tag };
}

function registryError({ registry }: ReferenceParts): FoundError | null {
  if (registry === null) return null;
  const ipv6 = /^\[[\da-fA-F:]+\]/.exec(registry)?.[0];
  const host = ipv6 ?? registry.slice(0, portStart(registry));
  const port = registry.slice(host.length);
  if (host === '') return error('registry', 'empty', registry);
  if (port !== '' && !isPort(port)) return error('registry', 'port', registry);
  if (ipv6 !== undefined) return null;
  if (!/^[\da-zA-Z.-]+$/.test(host)) return error('registry', 'character', registry);
  return /^[.-]|[.-]$|\.[.-]|-\./.test(host) ? error('registry', 'form', registry) : null;
}

function portStart(registry: string): number {
  const colon = registry.indexOf(':');
  return colon === -1 ? registry.length : colon;
}

/** Without leading zeros, so that a registry has one spelling. */
function isPort(text: string): boolean {
  return /^:[1-9]\d{0,4}$/.test(text) && Number(text.slice(1)) <= 65_535;
}

function repositoryError(parts: ReferenceParts): FoundError | null {
  const { repository } = parts;
  if (repository === '') return error('repository', 'empty', parts.registry ?? '');
  if (!/^[\da-zA-Z._/-]+$/.test(repository)) return error('repository', 'character', repository);
  if (/[A-Z]/.test(repository)) {
    const lower = { ...parts, repository: repository.toLowerCase() };
    return withSuggestion(error('repository', 'upper-case', repository), lower);
  }
  if (!repository.split('/').every(isComponent)) return error('repository', 'form', repository);
  const hub = hubName(parts);
  const beginsLikeRegistry = hub.registry === '' && isRegistry(hub.repository.split('/', 1)[0] ?? '');
  if (!beginsLikeRegistry) return null;
  const withoutHub = { ...parts, ...splitName(repository) };
  return withSuggestion(error('repository', 'hub-registry', repository), withoutHub);
}

/** Docker: letters and digits, separated by one `.`, one or two `_`, or any number of `-`. */
function isComponent(component: string): boolean {
  return component !== '' && !/^[._-]|[._-]$|\.[._-]|_[.-]|-[._]|___/.test(component);
}

function nameLengthError(parts: ReferenceParts): FoundError | null {
  const { registry, repository } = hubName(parts);
  const isTooLong = registry.length + 1 + repository.length > MAX_NAME;
  return isTooLong ? error('repository', 'too-long', parts.repository) : null;
}

function tagError(tag: string | null): FoundError | null {
  if (tag === null) return null;
  if (tag === '') return error('tag', 'empty', '');
  if (!/^[\w.-]+$/.test(tag)) return error('tag', 'character', tag);
  if (/^[.-]/.test(tag)) return error('tag', 'form', tag);
  return tag.length > MAX_TAG ? error('tag', 'too-long', tag) : null;
}

function digestError(parts: ReferenceParts): FoundError | null {
  const { digest } = parts;
  if (digest === null) return null;
  if (digest === '') return error('digest', 'empty', '');
  const colon = digest.indexOf(':');
  if (colon === -1) return error('digest', 'form', digest);
  const lower = digest.toLowerCase();
  const digits = HEX_DIGITS.get(lower.slice(0, colon));
  const hex = lower.slice(colon + 1);
  if (digits === undefined) return error('digest', 'algorithm', digest);
  if (hex !== '' && !isLowerHex(hex)) return error('digest', 'character', digest);
  if (hex.length !== digits) return error('digest', 'length', digest);
  if (lower === digest) return null;
  return withSuggestion(error('digest', 'upper-case', digest), { ...parts, digest: lower });
}

function isLowerHex(text: string): boolean {
  return /^[\da-f]+$/.test(text);
}

function familiarName(repository: string): string {
  const name = repository.startsWith('library/') ? repository.slice('library/'.length) : repository;
  return name.includes('/') ? repository : name;
}

function error(part: ReferencePart, reason: ErrorReason, text: string): FoundError {
  // The cut may split a surrogate pair, which is invalid in JSON.
  const shown = text.slice(0, MAX_SHOWN).toWellFormed();
  return { kind: 'invalid', error: { part, reason, text: shown, suggestion: null } };
}

/** `corrected`: the parts without this error. If they have another one, its suggestion fixes both. */
function withSuggestion(found: FoundError, corrected: ReferenceParts): FoundError {
  const parsed = toParsed(corrected);
  const suggestion = parsed.kind === 'reference' ? printReference(parsed.reference) : parsed.error.suggestion;
  return { kind: 'invalid', error: { ...found.error, suggestion } };
}
