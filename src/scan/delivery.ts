/** One intended Slack message or edit (a delivery), and what Slack made of it (a receipt). */

import type { ChannelSettings } from './channel-settings.ts';
import type { Snapshot } from './snapshot.ts';

export type DeliveryKind =
  | 'live' // posts the live message
  | 'update' // edits it as the scan advances: at most one unsent per watch
  | 'final' // edits it for the last time
  | 'notice' // a post below the live message: the scan stalls or resumes
  | 'stopped-by' // a post that says who stopped what others wait for
  | 'completion' // the one new post at the end of a watch
  | 'digest'; // one post a week, of no watch in particular

/**
 * The scan ended; no scan was seen within WATCH_TTL; a person stopped the watch; the Console rejected the requested
 * scan (see the snapshot's failure); or the watch moved to a board.
 */
export type WatchEnd = 'scan-ended' | 'expired' | 'stopped' | 'not-started' | 'folded';

/** The content of a delivery. Blocks are rendered from it when it is sent. */
export interface DeliveryContent {
  readonly snapshot: Snapshot;
  /** null while the watch is active. */
  readonly end: WatchEnd | null;
  /** User ID of the person who stopped the watch; null otherwise. */
  readonly stoppedBy: string | null;
  /** What was stopped; only for `stopped-by`. */
  readonly stopped?: 'watch' | 'subscription';
  /** Only for `notice`. */
  readonly notice?: NoticeTopic;
}

/** Stalled; resumed; a started scan does not show up; failed, on a board. */
export type NoticeTopic = 'stalled' | 'moves' | 'not-begun' | 'failed';

export type Receipt =
  | { readonly kind: 'accepted'; readonly ts: string }
  /** Not posted; no call of that method before `retryAfterMs`. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** Slack rejected it: not posted. `error` is Slack's error code. `table`: malformed, and it has a table, which not every Slack takes. */
  | { readonly kind: 'refused'; readonly error: string; readonly reason: RejectionReason | 'table' }
  /** Certainly never reached Slack (connection refused, DNS, TLS): may be repeated. */
  | { readonly kind: 'unsent'; readonly detail: string }
  /** Timeout, reset, 5xx, internal_error: it may have been posted. */
  | { readonly kind: 'unknown'; readonly detail: string };

export type Rejection = Exclude<Receipt, { readonly kind: 'accepted' }>;

export type RejectionReason =
  | 'message-gone' // message_not_found: the live message was deleted
  | 'edit-closed' // cant_update_message, edit_window_closed
  | 'place-gone' // channel_not_found, not_in_channel, is_archived, is_inactive
  | 'unauthorized' // invalid_auth, account_inactive, token_revoked, missing_scope, …
  | 'malformed' // invalid_blocks, msg_too_long, …: a bug of ours
  | 'other';

/** Result of a search for an ambiguous post. */
export type Found =
  | { readonly kind: 'found'; readonly ts: string }
  /** Not found yet: Slack may show an accepted post late. */
  | { readonly kind: 'absent' }
  /** Missing scope, or not a member: the history cannot be read. */
  | { readonly kind: 'no-access'; readonly error: string }
  /** Too many messages to search. */
  | { readonly kind: 'too-many-messages' }
  /** No lookup before `retryAfterMs`. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  | { readonly kind: 'failed'; readonly error: string };

interface Addressed {
  readonly kind: DeliveryKind;
  readonly content: DeliveryContent;
  /** Thread of the message: its root, or `''` for the channel itself. */
  readonly thread: string;
  readonly isThreadGone: boolean;
  /** null before the message is posted and after it is gone. */
  readonly messageTs: string | null;
  readonly settings: Pick<ChannelSettings, 'completionIn'>;
}

/**
 * Thread of a post. The live message goes to its own. Everything else goes below it, unless it is in a thread itself, or
 * the channel's settings want completions in the channel. The end of a subscription goes to the channel.
 */
export function threadOf({ kind, content, thread, isThreadGone, messageTs, settings }: Addressed): string {
  if (thread !== '') return isThreadGone ? '' : thread;
  const isEnd = kind === 'completion' || kind === 'stopped-by';
  if (kind === 'live' || content.stopped === 'subscription') return '';
  if (isEnd && settings.completionIn === 'channel') return '';
  return messageTs ?? '';
}
