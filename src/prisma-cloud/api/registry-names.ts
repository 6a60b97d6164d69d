/**
 * Different spellings of one registry or repository. Docker Hub has five names, including the empty one, and its
 * official images occur with and without `library/`.
 */

import type { ImageReference } from '../../image/reference.ts';

const HUB: ReadonlySet<string> = new Set(['', 'docker.io', 'index.docker.io', 'registry-1.docker.io']);
const LIBRARY = /^library\//;

/** In the form of our references: no scheme, lower case, `''` for Docker Hub; a path after the host is kept. */
export function toRegistryName(spelled: string): string {
  const bare = spelled
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '');
  const name = bare.slice(0, bare.length - slashesAtEnd(bare));
  return HUB.has(name) ? '' : name;
}

export function isSameRegistry(a: string, b: string): boolean {
  return toRegistryName(a) === toRegistryName(b);
}

/** Whether a repository of the same registry is the reference's. */
export function isSameRepository(spelled: string, { registry, repository }: ImageReference): boolean {
  if (registry !== '') return spelled === repository;
  return withoutLibrary(spelled) === withoutLibrary(repository);
}

export function withoutLibrary(repository: string): string {
  return repository.replace(LIBRARY, '');
}

/** Names used by people and the Console: for Docker Hub all but the empty one. */
export function namesOfRegistry(registry: string): readonly string[] {
  return registry === '' ? [...HUB].filter((name) => name !== '') : [registry];
}

// Not `/\/+$/`, which is slow for many slashes that do not end the text.
function slashesAtEnd(text: string): number {
  let count = 0;
  while (text.at(-1 - count) === '/') count += 1;
  return count;
}
