/** An image that a person probably meant: by another name than they typed, and known to them. Pure. */

import { type ImageReference, printReference } from '../../image/reference.ts';
import { isSlipOf } from '../grammar/verbs.ts';

export interface TypedImage {
  readonly reference: ImageReference;
  /** Neither tag nor digest was typed. */
  readonly isTagAssumed: boolean;
}

/** The only one of `known` that is typed without its registry, with a typo or without its colon; null for none or several. */
export function onlySimilar(typed: TypedImage, known: readonly ImageReference[]): ImageReference | null {
  const self = printReference(typed.reference);
  const similar = new Map(
    known.filter((image) => isSimilar(typed, image)).map((image) => [printReference(image), image]),
  );
  const [only, ...others] = [...similar.values()];
  return only === undefined || others.length > 0 || similar.has(self) ? null : only;
}

function isSimilar({ reference, isTagAssumed }: TypedImage, image: ImageReference): boolean {
  const name = nameOf(reference);
  const known = reference.registry === '' ? lastParts(nameOf(image), name.split('/').length) : nameOf(image);
  // `alpine3.16`, `alpine-3.16`
  if (isTagAssumed && [`${known}${image.tag}`, `${known}-${image.tag}`].includes(name)) return true;
  const isSameTag = isTagAssumed || (reference.tag === image.tag && reference.digest === image.digest);
  return isSameTag && isSlipOf(name, known) && digitsOf(name) === digitsOf(known);
}

/** Without tag and digest: `alpine`, `ghcr.io/acme/api`. */
function nameOf(reference: ImageReference): string {
  return printReference({ ...reference, tag: '', digest: '' });
}

function lastParts(name: string, count: number): string {
  return name.split('/').slice(-count).join('/');
}

/** `api-v1` is no typo of `api-v2`. */
function digitsOf(name: string): string {
  return name.replaceAll(/\D/g, '');
}
