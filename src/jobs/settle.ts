/** Receipt → settlement, and when to retry. Pure. */

import { backoffMs } from '../scan/state/poll-interval.ts';
import type { DeliveryKind, Receipt } from '../scan/delivery.ts';

export type Settlement =
  | { readonly kind: 'done'; readonly ts: string; readonly error?: undefined }
  /** Certainly not sent, or an edit that may be repeated. `pauseMs` also pauses the whole method. */
  | {
      readonly kind: 'later';
      readonly inMs: number;
      readonly pauseMs: number;
      readonly error: string;
      /** An edit of unknown outcome: it may still apply. */
      readonly mayLand: boolean;
    }
  /** The post is ambiguous: search for it, first in `inMs`, before sending it again. `pauseMs` as above. */
  | {
      readonly kind: 'in-doubt';
      readonly inMs: number;
      readonly pauseMs: number;
      readonly error: string;
      /** Lookups that the pause makes superfluous. */
      readonly skipped: number;
    }
  /** Slack rejects the blocks: the text alone is sent next. */
  | { readonly kind: 'plain'; readonly error: string }
  /** Tried next with its tables as text. */
  | { readonly kind: 'table-refused'; readonly error: string }
  /** The live message or the thread's root was deleted: further posts go to the channel. */
  | { readonly kind: 'message-gone'; readonly error: string }
  /** Slack allows no more edits of the live message: a new one replaces it, once. */
  | { readonly kind: 'edit-closed'; readonly error: string }
  | { readonly kind: 'place-gone'; readonly error: string }
  /** Slack rejects the token: nothing is sent until an operator acts; everything stays queued. */
  | { readonly kind: 'unauthorized'; readonly error: string }
  | { readonly kind: 'given-up'; readonly error: string };

export interface SettleInput {
  readonly kind: DeliveryKind;
  readonly receipt: Receipt;
  /** Number of this attempt, from 1. */
  readonly attempts: number;
  readonly isPlain: boolean;
  /** Sent to a thread: that of its watch, or below the live message. */
  readonly isInThread: boolean;
  /** In [0, 1): spreads the retries. */
  readonly random: number;
}

const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 60_000;
/** Delays of the lookups for an ambiguous post; it is repeated when the last one misses it. */
const LOOKUPS_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Ms until the next lookup after `missed` ones; null where the post certainly does not exist. */
export function nextLookupIn(missed: number): number | null {
  const after = LOOKUPS_AFTER_MS[missed];
  return after === undefined ? null : after - (LOOKUPS_AFTER_MS[missed - 1] ?? 0);
}

export function planSettlement(input: SettleInput): Settlement {
  const { receipt } = input;
  switch (receipt.kind) {
    case 'accepted':
      return { kind: 'done', ts: receipt.ts };
    case 'rate-limited':
      return planRateLimited(input, receipt.retryAfterMs);
    case 'unsent':
      return { kind: 'later', inMs: retryIn(input), pauseMs: 0, error: receipt.detail, mayLand: false };
    case 'unknown':
      return isEdit(input.kind)
        ? { kind: 'later', inMs: retryIn(input), pauseMs: 0, error: receipt.detail, mayLand: true }
        : planAmbiguous({ error: receipt.detail, pauseMs: 0 });
    case 'refused':
      return planRejection(input, receipt);
  }
}

/** Slack has been seen to store a post and respond with 429. */
function planRateLimited({ kind }: SettleInput, retryAfterMs: number): Settlement {
  const error = 'rate limited';
  return isEdit(kind)
    ? { kind: 'later', inMs: retryAfterMs, pauseMs: retryAfterMs, error, mayLand: false }
    : planAmbiguous({ error, pauseMs: retryAfterMs });
}

/** After a long pause one lookup is as good as five. */
function planAmbiguous({ error, pauseMs }: { error: string; pauseMs: number }): Settlement {
  const passed = LOOKUPS_AFTER_MS.filter((afterMs) => afterMs <= pauseMs).length;
  const [firstMs] = LOOKUPS_AFTER_MS;
  return {
    kind: 'in-doubt',
    inMs: Math.max(firstMs, pauseMs),
    pauseMs,
    error,
    // One is left, whatever the pause: a post is not repeated before a lookup missed it.
    skipped: Math.max(0, passed - 1),
  };
}

function planRejection(
  { kind, isPlain, isInThread }: SettleInput,
  { reason, error }: Receipt & { kind: 'refused' },
): Settlement {
  switch (reason) {
    case 'message-gone':
      return isEdit(kind) || isInThread ? { kind: 'message-gone', error } : { kind: 'given-up', error };
    case 'edit-closed':
      return isEdit(kind) ? { kind: 'edit-closed', error } : { kind: 'given-up', error };
    case 'place-gone':
      return { kind: 'place-gone', error };
    case 'unauthorized':
      return { kind: 'unauthorized', error };
    case 'malformed':
      return isPlain ? { kind: 'given-up', error } : { kind: 'plain', error };
    case 'table':
      return { kind: 'table-refused', error };
    case 'other':
      return { kind: 'given-up', error };
  }
}

/** How long the whole method is paused, ms. */
export function pauseOf(settlement: Settlement): number {
  return settlement.kind === 'later' || settlement.kind === 'in-doubt' ? settlement.pauseMs : 0;
}

/** Edits show all of the newest state, so they may be repeated; all other kinds are posts. */
export function isEdit(kind: DeliveryKind): boolean {
  return kind === 'update' || kind === 'final';
}

/** 1, 2, 4 … 60 s; half of it is random. */
function retryIn({ attempts, random }: SettleInput): number {
  return backoffMs(attempts, random, { baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS });
}
