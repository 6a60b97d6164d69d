/** What became of starting or stopping a scan at the Console. */

import type { Failure } from './snapshot.ts';

export type ControlOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'already-running' }
  /** The Console user's role may not write. */
  | { readonly kind: 'forbidden' }
  /** It left, and no answer tells what became of it. */
  | { readonly kind: 'unclear'; readonly failure: Failure }
  /** It surely did nothing. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Whether one of the Console's registry specifications covers an image, as far as the role may see them. */
export type Scope = 'inside' | 'outside' | 'unknown';
