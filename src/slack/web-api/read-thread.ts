/**
 * What was said in a thread. Slack shows the oldest replies first, and people mean the newest: it is read to its end, and
 * what was said last is kept.
 */

import type { WebClient } from '@slack/web-api';
import type { Conversation } from '../../scan/watch.ts';
import type { RateLimits } from './rate-limits.ts';
import { describe, toReceipt } from './receipt.ts';
import type { Log } from './sdk-logger.ts';

export type ThreadRead =
  /** Oldest first, the message above the thread included. `isWhole` is false where the newest may be missing. */
  | { readonly kind: 'read'; readonly messages: readonly unknown[]; readonly isWhole: boolean }
  /** The bot may not read it. */
  | { readonly kind: 'hidden' }
  /** Slack is away, or asked to wait. */
  | { readonly kind: 'not-now' };

/** As many as Slack recommends; most threads are shorter. */
const FIRST_PAGE = 200;
/** As many as it allows: each page costs a call of the minute. */
const NEXT_PAGE = 999;
const MAX_PAGES = 10;
/** The person waits for an answer: what has not been read by then is left out. */
const READ_FOR_MS = 8_000;
/** An incident's thread may be long; what it is about is named within its latest messages. */
const KEPT = 2_000;

interface ThreadReader {
  readonly rateLimits: RateLimits;
  readonly log: Log | undefined;
}

/** Never rejects. */
export async function readThread(
  client: WebClient,
  parts: ThreadReader,
  conversation: Conversation,
): Promise<ThreadRead> {
  const until = performance.now() + READ_FOR_MS;
  let above: readonly unknown[] = [];
  let replies: readonly unknown[] = [];
  let cursor = '';
  for (let page = 0; page < MAX_PAGES && performance.now() < until; page += 1) {
    const read = await readPage(client, parts, { ...conversation, cursor });
    if (read.kind !== 'page') {
      return page === 0 ? read : { kind: 'read', messages: [...above, ...replies], isWhole: false };
    }
    // Slack may show the message above the thread on each page; it is the oldest all the same.
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
  if ((await rateLimits.look()) > 0) return { kind: 'not-now' };
  const next = cursor === '' ? { limit: FIRST_PAGE } : { limit: NEXT_PAGE, cursor };
  try {
    // Our own messages are told from others by what they carry.
    const wanted = { channel, ts: thread, include_all_metadata: true, ...next };
    const { messages = [], response_metadata } = await client.conversations.replies(wanted);
    return { kind: 'page', messages, next: response_metadata?.next_cursor ?? '' };
  } catch (error) {
    log?.warn({ error: describe(error) }, 'Slack refused: conversations.replies');
    const receipt = toReceipt(error);
    if (receipt.kind === 'rate-limited') await rateLimits.rest('looks', receipt.retryAfterMs);
    return { kind: receipt.kind === 'refused' ? 'hidden' : 'not-now' };
  }
}

function isAbove(message: unknown, { thread }: Conversation): boolean {
  return typeof message === 'object' && message !== null && 'ts' in message && message.ts === thread;
}
