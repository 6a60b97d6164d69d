/** Rows of the Console's results, and names of images that they are about. */

import { type ImageReference, parseReference } from '../../../src/image/reference.ts';

export const SCANNED = '2026-01-15T11:00:00.5Z';
export const ALPINE = { registry: '', repo: 'library/alpine', tag: '3.16', digest: '' };

export function reference(written: string): ImageReference {
  const parsed = parseReference(written);
  if (parsed.kind === 'invalid') throw new Error(written);
  return parsed.reference;
}
