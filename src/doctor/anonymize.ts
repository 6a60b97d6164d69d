/**
 * Removes names of registries, images, hosts and people from a Console response. Known vendor vocabulary stays: fields,
 * numbers, dates, words of titles and states. Everything else becomes an alias, the same for the same word.
 */

import { createHash } from 'node:crypto';

/** Fields whose keys are chosen by the customer. */
const MAPS: ReadonlySet<string> = new Set([
  ...['labels', 'annotations', 'externalLabels', 'hosts', 'clusters', 'namespaces', 'env', 'cloudMetadata'],
]);
/** Removed as a whole. */
const SECRET = /credential|password|passwd|secret|token|authorization|certificate|apikey|accesskey/i;
/** Keys of the vendor. Any other key was chosen by the customer. */
const FIELD = /^_?[A-Za-z][A-Za-z0-9]{0,60}$/;
/** Includes Go's zero time, which means "not set". */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Vendor vocabulary of titles, states, severities and messages. In lower case. */
const VOCABULARY: ReadonlySet<string> = new Set(
  `step discovering discovered tags tag in registry registries repository repositories with defender defenders scanning
  scanned scan images image digest of and to the for from at no not none was were is are found available failed failure
  retrieve get pull list info error errors timeout timed out unauthorized denied refused connection manifest unknown
  completed pending stopped running queued aborted success ok critical high medium low important moderate negligible
  unimportant total container host serverless linux windows amd64 arm64 library latest sha256 ecr gcr acr harbor
  dockerhub docker 2 windowsos ciimage`.split(/\s+/),
);

const REMOVED = '[removed]';
/** Separators of words in names, sentences and URLs. */
const WORD = /[^\s/:,;@*()[\]{}"'<>|=&?#%+]+/g;
/** Longer numbers may be account IDs. */
const SHORT_NUMBER = /^\d{1,6}$/;
const HASH = /^[0-9a-f]{32,128}$/i;

/** Pure except for its aliases, which continue from call to call. */
export function createAnonymizer(): (value: unknown) => unknown {
  const aliases = new Map<string, string>();

  function walk(value: unknown, isMap: boolean): unknown {
    if (typeof value === 'string') return DATE.test(value) ? value : value.replaceAll(WORD, toAlias);
    if (Array.isArray(value)) return value.map((item: unknown) => walk(item, isMap));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        // Below such a field all keys are names, however deep.
        isMap || !FIELD.test(name) ? toAlias(name) : name,
        SECRET.test(name) ? removed(field) : walk(field, isMap || MAPS.has(name)),
      ]),
    );
  }

  function toAlias(word: string): string {
    if (VOCABULARY.has(word.toLowerCase()) || SHORT_NUMBER.test(word)) return word;
    const known = aliases.get(word);
    if (known !== undefined) return known;
    const alias = `name${aliases.size + 1}`;
    // What a parser may depend on stays: the length of a hash, and that a host has a dot.
    const alike = HASH.test(word)
      ? hashOf(alias, word.length)
      : `${alias}${word.includes('.') ? '.example' : ''}`;
    aliases.set(word, alike);
    return alike;
  }

  return (value) => walk(value, false);
}

function hashOf(alias: string, length: number): string {
  const hash = createHash('sha256').update(alias).digest('hex');
  // sha256 gives 64 characters, and a hash may have 128.
  return hash.repeat(2).slice(0, length);
}

/** The type may matter. */
function removed(value: unknown): unknown {
  return value === null || value === '' || typeof value === 'boolean' ? value : REMOVED;
}
