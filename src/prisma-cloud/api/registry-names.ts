/**
 * One registry or repository by its several spellings. Docker Hub has five names, the empty one among them, and its
 * official images are there with and without `library/`.
 */

import type { ImageReference } from '../../image/reference.ts';

const HUB: ReadonlySet<string> = new Set(['', 'docker.io', 'index.docker.io', 'registry-1.docker.io']);
const LIBRARY = /^library\//;

/** As our references have it: no scheme, lower case, `''` for Docker Hub; a path behind the host is kept. */
export function toRegistry(spelled: string): string {
  const bare = spelled
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '');
  const name = bare.slice(0, bare.length - slashesAtEnd(bare));
  return HUB.has(name) ? '' : name;
}

export function isSameRegistry(a: string, b: string): boolean {
  return toRegistry(a) === toRegistry(b);
}

/** Whether a repository of the reference's own registry is the reference's. */
export function isSameRepository(spelled: string, { registry, repository }: ImageReference): boolean {
  if (registry !== '') return spelled === repository;
  return withoutLibrary(spelled) === withoutLibrary(repository);
}

export function withoutLibrary(repository: string): string {
  return repository.replace(LIBRARY, '');
}

/** What people and the Console call it: of Docker Hub each name but the empty one. */
export function namesOfRegistry(registry: string): readonly string[] {
  return registry === '' ? [...HUB].filter((name) => name !== '') : [registry];
}

// Not `/\/+$/`, which is slow over many slashes that do not end the text.
function slashesAtEnd(text: string): number {
  let count = 0;
  while (text.at(-1 - count) === '/') count += 1;
  return count;
}
