/** One conversation that watches a target until its scan ends. */

import type { NotificationRule } from './threshold.ts';

/** Where a conversation is. */
export interface Conversation {
  readonly channel: string;
  /** The thread's root `ts`, or `''` for the channel itself. */
  readonly thread: string;
}

/** Slack's ID of a channel, a group or a direct message. */
export function isConversationId(text: string): boolean {
  return /^[CGD][A-Z0-9]{1,40}$/.test(text);
}

/** The part of a watch that planPoll needs. */
export interface Watch {
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Fingerprint of the last queued snapshot; `''` before the first. */
  readonly lastFingerprint: string;
  /** null for a watch that a person requested. */
  readonly subscription: SubscriptionInfo | null;
  /** The message that shows it; null for a watch of a subscription that waits in silence. */
  readonly messageId: string | null;
  /** For a pipeline's wait, which has no messages: when it expires, epoch ms. Left out for a watch. */
  readonly giveUpAt?: number;
  /** Which ends its channel wants to be posted. */
  readonly notificationRule: NotificationRule;
}

/** A subscription's watch: silent and unlimited until its scan starts, then succeeded by another one. */
export interface SubscriptionInfo {
  /** The channel's settings allow live messages of subscriptions. */
  readonly mayShow: boolean;
  /** Scans up to this number are ignored. */
  readonly afterScanNumber: number;
}
