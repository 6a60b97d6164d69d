/** One intended Slack message or edit (a delivery), and what Slack made of it (a receipt). */

import type { Snapshot } from './snapshot.ts';

export type DeliveryKind =
  | 'live' // posts the live message
  | 'update' // edits it as the scan advances: at most one unsent per watch
  | 'final' // edits it for the last time
  | 'notice' // a post below the live message: the scan stands still, or moves again
  | 'stopped-by' // a post that says who stopped what others wait for
  | 'completion'; // the one new post at the end of a watch

/**
 * Why a live message ended: its scan did, no scan was seen in WATCH_TTL, somebody stopped its watch, the Console did not
 * take the scan that it was made for (the snapshot's failure tells why), or it is on a board from now on.
 */
export type WatchEnd = 'scan-ended' | 'expired' | 'stopped' | 'not-started' | 'folded';

/** What a delivery says. Blocks are rendered from it at the moment of sending. */
export interface DeliveryContent {
  readonly snapshot: Snapshot;
  /** null while the watch goes on. */
  readonly end: WatchEnd | null;
  /** User ID of the person who stopped the watch; null otherwise. */
  readonly stoppedBy: string | null;
  /** What was stopped; only in the post that says so. */
  readonly stopped?: 'watch' | 'subscription';
  /** What a notice is about; only there. */
  readonly notice?: NoticeTopic;
}

/** It stalls; it resumes; nothing is seen of a scan that was started; it failed, on a board. */
export type NoticeTopic = 'stalled' | 'moves' | 'not-begun' | 'failed';

export type Receipt =
  | { readonly kind: 'accepted'; readonly ts: string }
  /** Nothing was posted; no call of that method before the time is over. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** Slack understood and said no: nothing was posted. `error` is Slack's code. */
  | { readonly kind: 'refused'; readonly error: string; readonly reason: Refusal }
  /** Surely never reached Slack (connection refused, DNS, TLS): may be repeated freely. */
  | { readonly kind: 'unsent'; readonly detail: string }
  /** Time limit, reset, 5xx, internal_error: it may have been posted. */
  | { readonly kind: 'unknown'; readonly detail: string };

export type Refusal =
  | 'message-gone' // message_not_found: somebody deleted the live message
  | 'edit-closed' // cant_update_message, edit_window_closed
  | 'place-gone' // channel_not_found, not_in_channel, is_archived, is_inactive
  | 'unauthorized' // invalid_auth, account_inactive, token_revoked, missing_scope, …
  | 'malformed' // invalid_blocks, msg_too_long, …: a bug of ours
  | 'other';

/** What came of looking for a post of which Slack did not say whether it happened. */
export type Found =
  | { readonly kind: 'found'; readonly ts: string }
  | { readonly kind: 'absent' }
  /** No scope, or not a member: it can never be looked for there. */
  | { readonly kind: 'hidden'; readonly error: string }
  /** So much is said there that it could not be looked through. */
  | { readonly kind: 'crowded' }
  /** No look before that time is over. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  | { readonly kind: 'failed'; readonly error: string };
