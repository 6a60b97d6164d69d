/** Remembers the images that results show, so that people may call them by their name alone. */

import { messageOf } from '../errors.ts';
import { type ImageReference, printReference } from '../image/reference.ts';
import { rememberNames } from '../store/known-names.ts';
import type { JobContext } from './prune.ts';

export type RememberImages = (images: readonly ImageReference[]) => Promise<void>;

/** A page of results comes every few seconds, and shows the same images for long. */
const REMEMBERED_MS = 3_600_000;
const NAMES_MAX = 10_000;

/** The function never rejects: if it fails, the name is requested by the usual means. */
export function createImageMemory({ database, now, log }: JobContext): RememberImages {
  let remembered = new Set<string>();
  let since = now();
  return async (images) => {
    const at = now();
    if (at < since || at - since > REMEMBERED_MS || remembered.size > NAMES_MAX) {
      remembered = new Set();
      since = at;
    }
    const names = images.flatMap((image) => bareName(image) ?? []).filter((name) => !remembered.has(name));
    if (names.length === 0) return;
    try {
      await rememberNames(database, names, at);
      for (const name of names) remembered.add(name);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'names of images were not saved');
    }
  };
}

/** What people may type for it without registry and tag: `alpine`; null where that would be another image. */
function bareName({ registry, repository }: ImageReference): string | null {
  const name = printReference({ registry, repository, tag: '', digest: '' });
  return name.includes('/') ? null : name;
}
