/** Searches a conversation for an ambiguous post, by the id in its metadata. */

import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Found } from '../../scan/delivery.ts';
import { toReceipt } from './receipt.ts';

export interface PostSearch {
  readonly channel: string;
  /** The parent's `ts`; '' for the channel itself. */
  readonly thread: string;
  /** The id in the message's metadata. */
  readonly delivery: string;
  /** Slack's time of the attempt, epoch ms. */
  readonly slackAt: number;
}

/** Slack's machines may differ, and its clock may have been unknown; five minutes is its limit for signatures. */
const CLOCK_SKEW_MS = 300_000;
const PAGE = 200;
/** A thousand messages around the attempt: a post missing there is searched again, and not called absent. */
const MAX_PAGES = 5;
/** Time limit of one call. */
const CALL_MS = 10_000;
/** The last page may take ten seconds more; the lease of the delivery is renewed meanwhile. */
const PAGES_MS = 15_000;

/** Where the wide window has too many messages, the clocks are assumed to agree. */
const NARROW_MS = 15_000;

/** Never rejects. */
export async function findPost(client: WebClient, search: PostSearch): Promise<Found> {
  try {
    const until = performance.now() + PAGES_MS;
    const wide = await readWindow(client, { ...search, skewMs: CLOCK_SKEW_MS, until });
    return wide.kind === 'too-many-messages'
      ? await readWindow(client, { ...search, skewMs: NARROW_MS, until })
      : wide;
  } catch (error) {
    return toFound(error);
  }
}

interface HistoryWindow extends PostSearch {
  /** Maximum difference between Slack's clock and the attempt's time, ms. */
  readonly skewMs: number;
  /** When to stop, monotonic ms. */
  readonly until: number;
}

async function readWindow(client: WebClient, window: HistoryWindow): Promise<Found> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && performance.now() < window.until; page += 1) {
    const { messages, next } = await readPage(client, window, cursor);
    const found = messages.find((message) => message.metadata?.event_payload?.delivery === window.delivery);
    if (found !== undefined) return { kind: 'found', ts: found.ts };
    // Absence from a narrow window proves nothing: the clocks may differ.
    if (next === undefined)
      return window.skewMs === NARROW_MS ? { kind: 'too-many-messages' } : { kind: 'absent' };
    cursor = next;
  }
  return { kind: 'too-many-messages' };
}

const historyPage = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({ event_payload: z.object({ delivery: z.unknown() }).optional() })
          .optional()
          .catch(undefined),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

async function readPage(
  client: WebClient,
  { channel, thread, slackAt, skewMs }: HistoryWindow,
  cursor: string | undefined,
) {
  const page = {
    channel,
    oldest: toTs(slackAt - skewMs),
    // Slack may have stored the post as late as the call's time limit.
    latest: toTs(slackAt + CALL_MS + skewMs),
    limit: PAGE,
    include_all_metadata: true,
    ...(cursor === undefined ? {} : { cursor }),
  };
  const response =
    thread === ''
      ? await client.conversations.history(page)
      : await client.conversations.replies({ ...page, ts: thread });
  const { messages, response_metadata } = historyPage.parse(response);
  const next = response_metadata?.next_cursor;
  return { messages, next: next === '' ? undefined : next };
}

/** Epoch ms → Slack's seconds with six decimals: `1700000000.000100`. */
function toTs(at: number): string {
  return (at / 1000).toFixed(6);
}

/** A rejection is permanent: without the scope or the membership the history is hidden. */
function toFound(error: unknown): Found {
  const receipt = toReceipt(error);
  switch (receipt.kind) {
    case 'rate-limited':
      return { kind: 'rate-limited', retryAfterMs: receipt.retryAfterMs };
    case 'refused':
      // Slack may show the parent late as well, and its replies no sooner.
      if (receipt.error === 'thread_not_found') return { kind: 'absent' };
      return receipt.reason === 'unauthorized' && receipt.error !== 'missing_scope'
        ? { kind: 'failed', error: receipt.error }
        : { kind: 'no-access', error: receipt.error };
    case 'unsent':
    case 'unknown':
      return { kind: 'failed', error: receipt.detail };
  }
}
