/** Looks in a conversation for a post of which Slack did not say whether it happened, by the id in its metadata. */

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
  /** When it was attempted by Slack's clock, epoch ms. */
  readonly slackAt: number;
}

/** Slack's machines may disagree, and its clock may not have been known; five minutes is what it allows in signatures. */
const CLOCK_SKEW_MS = 300_000;
const PAGE = 200;
/** A thousand messages around one attempt: what is not found among them is looked for again, and not called absent. */
const MAX_PAGES = 5;
/** The call itself takes 10 s at most. */
const CALL_MS = 10_000;
/** With the last page, which may take another ten seconds, it ends before its lease of 30 s does. */
const PAGES_MS = 15_000;

/** Where so much is said that the wide window cannot be read, the clocks are taken to agree. */
const NARROW_MS = 15_000;

/** Never rejects. */
export async function findPost(client: WebClient, search: PostSearch): Promise<Found> {
  try {
    const until = performance.now() + PAGES_MS;
    const wide = await readWindow(client, { ...search, skewMs: CLOCK_SKEW_MS, until });
    return wide.kind === 'crowded' ? await readWindow(client, { ...search, skewMs: NARROW_MS, until }) : wide;
  } catch (error) {
    return toFound(error);
  }
}

interface Window extends PostSearch {
  /** How far Slack's clock may be from the attempt's, ms. */
  readonly skewMs: number;
  /** When to stop, in monotonic ms. */
  readonly until: number;
}

async function readWindow(client: WebClient, window: Window): Promise<Found> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && performance.now() < window.until; page += 1) {
    const { messages, next } = await readPage(client, window, cursor);
    const found = messages.find((message) => message.metadata?.event_payload?.delivery === window.delivery);
    if (found !== undefined) return { kind: 'found', ts: found.ts };
    // Not within a narrow window proves nothing: the clocks may disagree.
    if (next === undefined) return window.skewMs === NARROW_MS ? { kind: 'crowded' } : { kind: 'absent' };
    cursor = next;
  }
  return { kind: 'crowded' };
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
  { channel, thread, slackAt, skewMs }: Window,
  cursor: string | undefined,
) {
  const page = {
    channel,
    oldest: toTs(slackAt - skewMs),
    latest: toTs(slackAt + CALL_MS + skewMs),
    limit: PAGE,
    include_all_metadata: true,
    ...(cursor === undefined ? {} : { cursor }),
  };
  const answer =
    thread === ''
      ? await client.conversations.history(page)
      : await client.conversations.replies({ ...page, ts: thread });
  const { messages, response_metadata } = historyPage.parse(answer);
  const next = response_metadata?.next_cursor;
  return { messages, next: next === '' ? undefined : next };
}

function toTs(at: number): string {
  return (at / 1000).toFixed(6);
}

/** A refusal stays one: without the scope or the membership the history is hidden for good. */
function toFound(error: unknown): Found {
  const receipt = toReceipt(error);
  switch (receipt.kind) {
    case 'rate-limited':
      return { kind: 'rate-limited', retryAfterMs: receipt.retryAfterMs };
    case 'refused':
      // Slack may show the parent late as well, and what is below it no sooner.
      if (receipt.error === 'thread_not_found') return { kind: 'absent' };
      return receipt.reason === 'unauthorized' && receipt.error !== 'missing_scope'
        ? { kind: 'failed', error: receipt.error }
        : { kind: 'hidden', error: receipt.error };
    case 'unsent':
    case 'unknown':
      return { kind: 'failed', error: receipt.detail };
  }
}
