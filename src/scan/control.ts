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

/** Who is behind a scan, from Slack, as far as anybody is. User IDs. */
export interface Requesters {
  readonly startedBy: string | null;
  readonly stoppedBy: string | null;
  /** The Console has not said yet whether it took this start, or never will. */
  readonly askedBy: { readonly userId: string; readonly isAmbiguous: boolean } | null;
}
