/**
 * Reads a thread. Slack returns the oldest replies first, and people mean the newest: it is read to the end, and the
 * latest messages are kept.
 */

import type { WebClient } from '@slack/web-api';
import type { Conversation } from '../../scan/watch.ts';
import type { RateLimits } from './rate-limits.ts';
import { describe, toReceipt } from './receipt.ts';
import type { SdkLog } from './sdk-logger.ts';

export type ThreadRead =
  /** Oldest first, including the thread's root. `isWhole` is false where the newest may be missing. */
  | { readonly kind: 'read'; readonly messages: readonly unknown[]; readonly isWhole: boolean }
  /** The bot may not read it. */
  | { readonly kind: 'no-access' }
  /** Slack is unreachable, or requested a pause. */
  | { readonly kind: 'not-now' };

/** Slack's recommendation; most threads are shorter. */
const FIRST_PAGE = 200;
/** Slack's maximum: each page costs a call of the minute. */
const NEXT_PAGE = 999;
const MAX_PAGES = 10;
/** The person waits for a reply: later pages are left out. */
const READ_FOR_MS = 8_000;
/** An incident's thread may be long; its images are named in the latest messages. */
const KEPT = 2_000;

interface ThreadReader {
  readonly rateLimits: RateLimits;
  readonly log: SdkLog | undefined;
}

export interface ThreadPart extends Conversation {
  /** Reads no more pages than this, oldest first; by default all that a person waits for. */
  readonly pages?: number;
}

/** Never rejects. */
export async function readThread(
  client: WebClient,
  parts: ThreadReader,
  { pages = MAX_PAGES, ...conversation }: ThreadPart,
): Promise<ThreadRead> {
  const until = performance.now() + READ_FOR_MS;
  let above: readonly unknown[] = [];
  let replies: readonly unknown[] = [];
  let cursor = '';
  for (let page = 0; page < pages && performance.now() < until; page += 1) {
    const read = await readPage(client, parts, { ...conversation, cursor });
    if (read.kind !== 'page') {
      return page === 0 ? read : { kind: 'read', messages: [...above, ...replies], isWhole: false };
    }
    // Slack may repeat the thread's root on each page; it is the oldest message.
    if (page === 0) above = read.messages.filter((message) => isAbove(message, conversation));
    const below = read.messages.filter((message) => !isAbove(message, conversation));
    replies = [...replies, ...below].slice(-KEPT);
    cursor = read.next;
    if (cursor === '') return { kind: 'read', messages: [...above, ...replies], isWhole: true };
  }
  return { kind: 'read', messages: [...above, ...replies], isWhole: false };
}

type Page =
  | { readonly kind: 'page'; readonly messages: readonly unknown[]; readonly next: string }
  | Exclude<ThreadRead, { readonly kind: 'read' }>;

async function readPage(
  client: WebClient,
  { rateLimits, log }: ThreadReader,
  { channel, thread, cursor }: Conversation & { readonly cursor: string },
): Promise<Page> {
  if ((await rateLimits.takeLookup()) > 0) return { kind: 'not-now' };
  const next = cursor === '' ? { limit: FIRST_PAGE } : { limit: NEXT_PAGE, cursor };
  try {
    // Our own messages are identified by their metadata.
    const wanted = { channel, ts: thread, include_all_metadata: true, ...next };
    const { messages = [], response_metadata } = await client.conversations.replies(wanted);
    return { kind: 'page', messages, next: response_metadata?.next_cursor ?? '' };
  } catch (error) {
    log?.warn({ error: describe(error) }, 'Slack refused: conversations.replies');
    const receipt = toReceipt(error);
    if (receipt.kind === 'rate-limited') await rateLimits.rest('looks', receipt.retryAfterMs);
    return { kind: receipt.kind === 'refused' ? 'no-access' : 'not-now' };
  }
}

function isAbove(message: unknown, { thread }: Conversation): boolean {
  return typeof message === 'object' && message !== null && 'ts' in message && message.ts === thread;
}
