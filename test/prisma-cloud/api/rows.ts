/** Rows of the Console's results, and images that they are about. */

import type { ImageReference } from '../../../src/image/reference.ts';
import type { Target } from '../../../src/scan/target.ts';

export const SCANNED = '2026-01-15T11:00:00.5Z';
export const ALPINE = { registry: '', repo: 'library/alpine', tag: '3.16', digest: '' };

export function image(parts: Partial<ImageReference>): Target {
  return { kind: 'image', reference: { registry: '', repository: 'a', tag: '1', digest: '', ...parts } };
}
