/** Whether a registry specification covers an image: one outside all of them is accepted and never scanned. */

import type { ImageReference } from '../../image/reference.ts';
import type { Scope, ScopeObservation } from '../../scan/snapshot.ts';
import { cleanText } from '../http/sanitize.ts';
import { type Specification, fetchSpecifications } from './settings.ts';
import { toRegistryName, withoutLibrary } from './registry-names.ts';
import type { ApiContext } from './progress.ts';
import type { Caller } from '../http/request.ts';

/** Never rejects: unknown where the settings are unreadable. */
export function createFetchScope(options: ApiContext) {
  return async (reference: ImageReference, caller: Caller): Promise<ScopeObservation> => {
    const specifications = await readSpecifications(options, caller);
    const scope = scopeIn(reference, specifications);
    return { scope, specifications: specifications.map(nameOf) };
  };
}

/** Shared by all callers; a change of the settings shows within this time. */
const FRESH_MS = 60_000;

export type KnownSpecifications = () => readonly Specification[];

/**
 * The specifications of the last minute, without waiting, empty before the first response; refreshed meanwhile when
 * outdated.
 */
export function createKnownSpecifications(
  options: ApiContext & { readonly monotonicNow: () => number },
): KnownSpecifications {
  let known: readonly Specification[] = [];
  let fetchedAt = -Infinity;

  async function refresh(): Promise<void> {
    fetchedAt = options.monotonicNow();
    known = await readSpecifications(options, { priority: 'background' });
  }

  return () => {
    if (options.monotonicNow() - fetchedAt >= FRESH_MS) void refresh();
    return known;
  };
}

/** Empty where unreadable. Never rejects. */
async function readSpecifications(options: ApiContext, caller: Caller): Promise<readonly Specification[]> {
  try {
    return await fetchSpecifications(options, caller);
  } catch (error) {
    options.fail(error);
    return [];
  }
}

export function scopeIn(reference: ImageReference, specifications: readonly Specification[]): Scope {
  if (specifications.some((specification) => covers(specification, reference))) return 'inside';
  // No specifications at all are more likely a restricted role than an unused Console. And what a path after the host
  // means for repositories is undocumented.
  const isAmbiguous = ({ registry }: Specification): boolean =>
    toRegistryName(registry).startsWith(`${reference.registry}/`);
  return specifications.length === 0 || specifications.some(isAmbiguous) ? 'unknown' : 'outside';
}

/** Host, and the repository pattern if there is one. */
export function nameOf({ registry, repository }: Specification): string {
  const host = toRegistryName(registry) || 'docker.io';
  return cleanText(repository === '' || repository === '*' ? host : `${host}/${repository}`, NAME_LENGTH);
}

const NAME_LENGTH = 300;

export function covers(specification: Specification, reference: ImageReference): boolean {
  const { repository, tag } = specification;
  if (toRegistryName(specification.registry) !== reference.registry.toLowerCase()) return false;
  if (!spellingsOf(reference).some((name) => matches(repository, name))) return false;
  // A digest has no tag, but the image may have one that matches.
  return reference.tag === '' || matches(tag, reference.tag);
}

function spellingsOf({ registry, repository }: ImageReference): readonly string[] {
  const short = withoutLibrary(repository);
  return registry !== '' || short.includes('/') ? [repository] : [short, `library/${short}`];
}

/** `*` matches any text; `''` as a pattern matches everything. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = (pattern || '*').split('*');
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  return containsInTurn(text.slice(first.length, text.length - last.length), rest);
}

// Not one expression with many `.*`, whose time is exponential in the number of stars.
function containsInTurn(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
