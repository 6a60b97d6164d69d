/** An image that a person probably meant: by another name than they typed, and known to them. Pure. */

import { type ImageReference, printReference } from '../../image/reference.ts';
import { isOneEditFrom } from '../grammar/verbs.ts';

export interface TypedImage {
  readonly reference: ImageReference;
  /** Neither tag nor digest was typed. */
  readonly isTagAssumed: boolean;
}

/** Those of `known` that are typed without registry or tag, with a typo or without the colon; also the typed one itself. */
export function similarTo(typed: TypedImage, known: readonly ImageReference[]): readonly ImageReference[] {
  const similar = known.filter((image) => isSimilar(typed, image));
  return [...new Map(similar.map((image) => [printReference(image), image])).values()];
}

/** null for none, for several, and where it is what was typed. */
export function onlyOther(
  { reference }: TypedImage,
  similar: readonly ImageReference[],
): ImageReference | null {
  const [only, ...others] = similar;
  if (only === undefined || others.length > 0) return null;
  return printReference(only) === printReference(reference) ? null : only;
}

function isSimilar({ reference, isTagAssumed }: TypedImage, image: ImageReference): boolean {
  const name = nameOf(reference);
  const known = reference.registry === '' ? lastParts(nameOf(image), name.split('/').length) : nameOf(image);
  // `alpine3.16`, `alpine-3.16`
  if (isTagAssumed && [`${known}${image.tag}`, `${known}-${image.tag}`].includes(name)) return true;
  const isSameTag = isTagAssumed || (reference.tag === image.tag && reference.digest === image.digest);
  return isSameTag && isSameOrTypo(name, known) && digitsOf(name) === digitsOf(known);
}

/** `web-dev` is no typo of `web-db`: only one part may differ, and only a long one. */
function isSameOrTypo(name: string, known: string): boolean {
  const [typed, parts] = [name, known].map((whole) => whole.split(/[-/._]/));
  if (typed === undefined || parts === undefined || typed.length !== parts.length) return false;
  const differing = parts.flatMap((part, at) =>
    part === typed[at] ? [] : [[typed[at] ?? '', part] as const],
  );
  return differing.length <= 1 && differing.every(([slip, part]) => isTypoOf(slip, part));
}

/** A shorter part with a typo is more likely another one: `ui` and `db`. */
const LONG_PART = 5;

function isTypoOf(slip: string, part: string): boolean {
  return part.length >= LONG_PART && isOneEditFrom(slip, part);
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
