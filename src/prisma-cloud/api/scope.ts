/** Whether the Console is set up to scan an image: one that no specification covers is accepted and never scanned. */

import type { ImageReference } from '../../image/reference.ts';
import type { Scope, ScopeObservation } from '../../scan/snapshot.ts';
import { cleanText } from '../http/sanitize.ts';
import { type Specification, askSpecifications } from './settings.ts';
import { toRegistry, withoutLibrary } from './registry-names.ts';
import type { ApiContext } from './progress.ts';
import type { Caller } from '../http/request.ts';

/** Never rejects: unknown where the settings cannot be read. */
export function createFetchScope(options: ApiContext) {
  return async (reference: ImageReference, caller: Caller): Promise<ScopeObservation> => {
    const specifications = await readSpecifications(options, caller);
    const scope = scopeOf(reference, specifications);
    return { scope, specifications: specifications.map(nameOf) };
  };
}

/** One reading serves all that asks for it, and a change of the settings shows within this time. */
const FRESH_MS = 60_000;

export type KnownSpecifications = () => readonly Specification[];

/** Those of a short while ago, at once, none before they were read; they are read anew meanwhile, where that is due. */
export function createKnownSpecifications(
  options: ApiContext & { readonly monotonicNow: () => number },
): KnownSpecifications {
  let known: readonly Specification[] = [];
  let askedAt = -Infinity;

  async function refresh(): Promise<void> {
    askedAt = options.monotonicNow();
    known = await readSpecifications(options, { priority: 'poll' });
  }

  return () => {
    if (options.monotonicNow() - askedAt >= FRESH_MS) void refresh();
    return known;
  };
}

/** None where they cannot be read. Never rejects. */
async function readSpecifications(options: ApiContext, caller: Caller): Promise<readonly Specification[]> {
  try {
    return await askSpecifications(options, caller);
  } catch (error) {
    options.fail(error);
    return [];
  }
}

export function scopeOf(reference: ImageReference, specifications: readonly Specification[]): Scope {
  if (specifications.some((one) => covers(one, reference))) return 'inside';
  // None at all is more likely an answer that holds back than a Console that scans nothing. And nobody documents
  // what a path behind the host means for the repositories below it.
  const isAmbiguous = ({ registry }: Specification): boolean =>
    toRegistry(registry).startsWith(`${reference.registry}/`);
  return specifications.length === 0 || specifications.some(isAmbiguous) ? 'unknown' : 'outside';
}

/** Host, with the repository's pattern where there is one. */
export function nameOf({ registry, repository }: Specification): string {
  const host = toRegistry(registry) || 'docker.io';
  return cleanText(repository === '' || repository === '*' ? host : `${host}/${repository}`, NAME_LENGTH);
}

const NAME_LENGTH = 300;

export function covers(specification: Specification, reference: ImageReference): boolean {
  const { repository, tag } = specification;
  if (toRegistry(specification.registry) !== reference.registry.toLowerCase()) return false;
  if (!spellingsOf(reference).some((name) => matches(repository, name))) return false;
  // A digest names no tag, though the image may have one that the pattern wants.
  return reference.tag === '' || matches(tag, reference.tag);
}

function spellingsOf({ registry, repository }: ImageReference): readonly string[] {
  const short = withoutLibrary(repository);
  return registry !== '' || short.includes('/') ? [repository] : [short, `library/${short}`];
}

/** `*` stands for any text, `''` as a pattern for everything. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = (pattern.trim() || '*').split('*');
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  return containsInTurn(text.slice(first.length, text.length - last.length), rest);
}

// Not one expression of many `.*`, which takes for ever over a pattern of many stars.
function containsInTurn(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
