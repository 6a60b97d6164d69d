/** One conversation that follows a target until its scan ends. */

import type { TellingRule } from './threshold.ts';

/** Where a conversation is. */
export interface Conversation {
  readonly channel: string;
  /** The thread's root `ts`, or `''` for the channel itself. */
  readonly thread: string;
}

/** What planPoll needs to know of a watch. */
export interface Watch {
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Fingerprint of the snapshot that was last queued for it; `''` before the first. */
  readonly lastFingerprint: string;
  /** null for a watch that a person asked for. */
  readonly subscription: SubscriptionInfo | null;
  /** The board that shows it; null for a watch with a message of its own. */
  readonly boardId: string | null;
  /** Of a pipeline that waits for the end and is shown nothing: until when, epoch ms. Left out for a watch. */
  readonly giveUpAt?: number;
  /** Which ends its channel wants to be told of. */
  readonly telling: TellingRule;
}

/** Of a watch that a subscription keeps: it waits in silence, for ever, and another one follows it. */
export interface SubscriptionInfo {
  /** Its live message was recorded. */
  readonly isShown: boolean;
  /** The channel wants to see live messages of subscriptions. */
  readonly mayShow: boolean;
  /** Scans up to this number are none of its business. */
  readonly afterScan: number;
}
