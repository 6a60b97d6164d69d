/** Outcome of starting or stopping a scan at the Console. */

import type { Failure } from './snapshot.ts';

export type ControlOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'already-running' }
  /** The Console user's role may not write. */
  | { readonly kind: 'forbidden' }
  /** The request was sent, but its outcome is unknown. */
  | { readonly kind: 'unclear'; readonly failure: Failure }
  /** It certainly had no effect. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** People in Slack who started or stopped a scan. User IDs. */
export interface Requesters {
  readonly startedBy: string | null;
  readonly stoppedBy: string | null;
  /** Who requested a scan that has not shown up. `isAmbiguous`: the outcome of the request is unknown. */
  readonly requestedBy: { readonly userId: string; readonly isAmbiguous: boolean } | null;
}

export const NO_REQUESTERS: Requesters = { startedBy: null, stoppedBy: null, requestedBy: null };
