/** A target: one row and one request per tick, however many conversations watch it. */

import { type ImageReference, parseReference, printReference } from '../image/reference.ts';

export type Target =
  { readonly kind: 'regular' } | { readonly kind: 'image'; readonly reference: ImageReference };

export const REGULAR_SCAN: Target = { kind: 'regular' };

/** The key of a target in the database and in button values; no printed reference is the bare word `regular`. */
export function targetId(target: Target): string {
  return target.kind === 'regular' ? 'regular' : printReference(target.reference);
}

/** Inverse of `targetId`; null for anything else. */
export function parseTargetId(id: string): Target | null {
  if (id === 'regular') return REGULAR_SCAN;
  const parsed = parseReference(id);
  return parsed.kind === 'reference' ? { kind: 'image', reference: parsed.reference } : null;
}
