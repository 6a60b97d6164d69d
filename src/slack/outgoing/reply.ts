/** Replies to mentions and modals: each is posted once, when Slack's rate limit allows. */

import { v5 as uuidV5 } from 'uuid';
import type { Log } from '../../log.ts';
import { backoffMs } from '../../scan/state/poll-interval.ts';
import type { Found, Receipt } from '../../scan/delivery.ts';
import { bindButtons } from '../web-api/binding.ts';
import type { PostSearch } from '../web-api/find-post.ts';
import type { RateLimits } from '../web-api/rate-limits.ts';
import type { Message } from '../../views/kit/blocks.ts';
import type { Post, WebApi } from '../web-api/web-api.ts';

export interface Reply {
  readonly channel: string;
  readonly thread: string;
  readonly message: Message;
  /** The same event and number give the same message id. */
  readonly key: string;
  /** Slack's time of the request, epoch ms, where the reply may have been posted before; null for a first attempt. */
  readonly searchFrom: number | null;
}

export interface ReplyOptions {
  readonly webApi: Pick<WebApi, 'post' | 'find'>;
  readonly rateLimits: RateLimits;
  /** Epoch ms. */
  readonly now: () => number;
  /** Waits `ms`. Never resolves where the process ends meanwhile: the next one replies then. */
  readonly pause: (ms: number) => Promise<void>;
  readonly log: Log;
}

/** Namespace of the uuid v5 ids of replies; random. */
const NAMESPACE = '0a0c3c0c-0b53-4a3c-8f7f-9a1a6d9c7b52';
/** The person has given up, or has sent the command again. */
const LONGEST_WAIT_MS = 10 * 60_000;
const RETRY = { baseMs: 1_000, capMs: 30_000 };
/** Maximum difference of Slack's clock, for searching a post of a moment ago. */
const CLOCKS_APART_MS = 5 * 60_000;

/**
 * A reply that may have been posted is not repeated: a lost one can be requested again, a duplicate annoys. One that
 * cannot be posted now waits. Never rejects.
 */
export function createReply(options: ReplyOptions): (reply: Reply) => Promise<void> {
  return async ({ channel, thread, message, key, searchFrom }) => {
    const delivery = uuidV5(key, NAMESPACE);
    const wait = createReplyTimer(options);
    // A crashed process may have posted it without recording that.
    const isPosted =
      searchFrom !== null && (await find(options, wait, { channel, thread, delivery, slackAt: searchFrom }));
    if (isPosted) return;
    const search = { channel, thread, delivery, slackAt: searchFrom ?? options.now() - CLOCKS_APART_MS };
    const bound = { channel, thread, ...bindButtons(message, channel), delivery };
    const receipt = await post(options, wait, { message: bound, search });
    if (receipt.kind !== 'accepted')
      options.log.warn({ channel, receipt }, 'reply to a person did not reach Slack');
  };
}

/** False, immediately, where it would take too long. */
type Wait = (ms: number) => Promise<boolean>;

function createReplyTimer({ pause }: ReplyOptions): Wait {
  let leftMs = LONGEST_WAIT_MS;
  return async (ms) => {
    if (ms > leftMs) return false;
    leftMs -= ms;
    await pause(ms);
    return true;
  };
}

async function find(options: ReplyOptions, wait: Wait, search: PostSearch): Promise<boolean> {
  for (;;) {
    const found = await findPost(options, search);
    if (found.kind !== 'rate-limited') return found.kind === 'found';
    if (!(await wait(found.retryAfterMs))) return false;
  }
}

/** While lookups are paused, Slack is not called. */
async function findPost({ webApi, rateLimits }: ReplyOptions, search: PostSearch): Promise<Found> {
  const pauseMs = await rateLimits.takeLookup();
  if (pauseMs > 0) return { kind: 'rate-limited', retryAfterMs: pauseMs };
  const found = await webApi.find(search);
  if (found.kind === 'rate-limited') await rateLimits.rest('looks', found.retryAfterMs);
  return found;
}

interface Posting {
  readonly message: Post;
  readonly search: PostSearch;
}

async function post(options: ReplyOptions, wait: Wait, { message, search }: Posting): Promise<Receipt> {
  for (let tries = 1; ; tries += 1) {
    const { receipt, isSent } = await attempt(options, message);
    const waitMs = retryIn(receipt, tries);
    if (waitMs === null || !(await wait(waitMs))) return receipt;
    // Slack has been seen to store a post and respond with 429.
    const mayBeThere = isSent && receipt.kind === 'rate-limited';
    if (mayBeThere && (await find(options, wait, search))) return { kind: 'accepted', ts: '' };
  }
}

/** While posts are paused, Slack is not called. */
async function attempt(
  { webApi, rateLimits }: ReplyOptions,
  message: Post,
): Promise<{ readonly receipt: Receipt; readonly isSent: boolean }> {
  const pauseMs = await rateLimits.post();
  if (pauseMs > 0) return { receipt: { kind: 'rate-limited', retryAfterMs: pauseMs }, isSent: false };
  const receipt = await webApi.post(message);
  if (receipt.kind === 'rate-limited') await rateLimits.rest('posts', receipt.retryAfterMs);
  return { receipt, isSent: true };
}

/** null where a repetition would not help, or could post a duplicate. */
function retryIn(receipt: Receipt, tries: number): number | null {
  if (receipt.kind === 'rate-limited') return receipt.retryAfterMs;
  return receipt.kind === 'unsent' ? backoffMs(tries, Math.random(), RETRY) : null;
}
