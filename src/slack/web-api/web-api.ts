/**
 * Sends all messages of the delivery loop: one attempt per call without retries, because the SDK would repeat a
 * chat.postMessage whose response was lost, and post twice. The outcome is a receipt, never an exception.
 */

import type { Block, HomeView, KnownBlock, ModalView } from '@slack/types';
import { WebClient, type AuthTestResponse, WebAPIPlatformError } from '@slack/web-api';
import { z } from 'zod';
import { NO_PROXIES, type Proxies } from '../../proxy.ts';
import type { Found, Receipt, Rejection } from '../../scan/delivery.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { type CallReporting, withCallReport } from './call-report.ts';
import { createCalls, type SlackCalls } from './calls.ts';
import { findPost, type PostSearch } from './find-post.ts';
import { type RateLimits, UNLIMITED } from './rate-limits.ts';
import { createPoolFetch, type PoolFetch } from './pool-fetch.ts';
import { toReceipt } from './receipt.ts';
import { createSdkLogger, type SdkLog } from './sdk-logger.ts';

export interface WebApiOptions {
  readonly token: string;
  /** With its path, as in `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly log?: SdkLog;
  /** For calls that read a thread. */
  readonly rateLimits?: RateLimits;
  readonly proxies?: Proxies;
  readonly onCall?: CallReporting['onCall'];
  /** For the whole call, including the response. */
  readonly timeoutMs?: number;
}

export interface Post {
  readonly channel: string;
  /** The parent's `ts`; '' posts to the channel. */
  readonly thread: string;
  readonly text: string;
  readonly blocks: readonly (KnownBlock | Block)[];
  /** The id in the message's metadata: the only way to find out later whether it was posted. */
  readonly delivery: string;
}

export interface Edit {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly (KnownBlock | Block)[];
}

export type Identity =
  | {
      readonly kind: 'identified';
      readonly botUserId: string;
      readonly teamId: string;
      /** null outside Enterprise Grid. */
      readonly enterpriseId: string | null;
      /** The token belongs to an organisation: Slack requires the workspace as a parameter. */
      readonly isOfOrganisation: boolean;
      readonly team: string;
      readonly url: string;
      readonly scopes: readonly string[];
    }
  | Rejection;

export type MayPost = 'yes' | 'not-a-member' | 'archived';

export interface WebApi {
  post(message: Post): Promise<Receipt>;
  update(message: Edit): Promise<Receipt>;
  /** null on any failure: a link is never worth an error. */
  permalink(message: { readonly channel: string; readonly ts: string }): Promise<string | null>;
  identity(): Promise<Identity>;
  /** How far Slack's clock is ahead of ours, ms, by its last response; 0 before the first. */
  aheadMs(): number;
  /** Searches for an ambiguous post. */
  find(search: PostSearch): Promise<Found>;
  /** Whether the bot may post there, or why not; null where Slack does not say. */
  mayPost(channel: string): Promise<MayPost | null>;
  /** Slack's validation; nothing is posted. */
  validate(content: Message | ModalView | HomeView): Promise<Validation>;
  /** All calls except sending and searching. */
  readonly calls: SlackCalls;
  close(): Promise<void>;
}

export function createWebApi(options: WebApiOptions): WebApi {
  const { token, apiUrl, log, rateLimits = UNLIMITED, timeoutMs = 10_000, proxies = NO_PROXIES } = options;
  // undici's time limits start once connected, so connecting has a limit of its own.
  const { origin } = new URL(apiUrl);
  const pool = createPoolFetch({ origin, connectTimeoutMs: timeoutMs / 2, proxies });
  const fetch = withCallReport(pool.fetch, { onCall: options.onCall, log });
  const client = createClient({ token, apiUrl, timeoutMs, fetch, log });
  return {
    post: (message) => receiptOf(client.chat.postMessage(toPostArguments(message))),
    update: (message) => receiptOf(client.chat.update(toUpdateArguments(message))),
    permalink: ({ channel, ts }) => fetchPermalink(client, channel, ts),
    identity: () => fetchIdentity(client),
    aheadMs: pool.aheadMs,
    find: (search) => findPost(client, search),
    mayPost: (channel) => fetchMayPost(client, channel),
    validate: (content) => validateContent(client, content),
    calls: createCalls(client, { log, rateLimits }),
    close: () => pool.close(),
  };
}

interface WebClientOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly fetch: PoolFetch['fetch'];
  readonly log: SdkLog | undefined;
}

// Options are created for each client: the SDK writes into them, and another client would send this token.
function createClient({ token, apiUrl, timeoutMs, fetch, log }: WebClientOptions): WebClient {
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    fetch,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: createSdkLogger(log),
  });
}

function toPostArguments({ channel, thread, text, blocks, delivery }: Post) {
  return {
    channel,
    text,
    blocks: [...blocks],
    metadata: { event_type: 'scanprogress_delivery', event_payload: { delivery } },
    unfurl_links: false,
    unfurl_media: false,
    ...(thread === '' ? {} : { thread_ts: thread }),
  };
}

// Always both: text alone would remove the blocks, blocks alone would leave an old notification text.
function toUpdateArguments({ channel, ts, text, blocks }: Edit) {
  return { channel, ts, text, blocks: [...blocks] };
}

async function receiptOf(call: Promise<{ readonly ts?: string }>): Promise<Receipt> {
  try {
    const { ts } = await call;
    return ts === undefined ? { kind: 'unknown', detail: 'ok without a ts' } : { kind: 'accepted', ts };
  } catch (error) {
    return toReceipt(error);
  }
}

async function fetchPermalink(client: WebClient, channel: string, ts: string): Promise<string | null> {
  try {
    const response = await client.chat.getPermalink({ channel, message_ts: ts });
    return response.permalink ?? null;
  } catch {
    return null;
  }
}

async function fetchIdentity(client: WebClient): Promise<Identity> {
  try {
    return toIdentity(await client.auth.test());
  } catch (error) {
    return toReceipt(error);
  }
}

function toIdentity(response: AuthTestResponse): Identity {
  if (response.user_id === undefined || response.team_id === undefined) {
    return { kind: 'unknown', detail: 'ok without user_id or team_id' };
  }
  return {
    kind: 'identified',
    botUserId: response.user_id,
    teamId: response.team_id,
    enterpriseId: grid.safeParse(response).data?.enterprise_id ?? null,
    isOfOrganisation: response.is_enterprise_install === true,
    team: response.team ?? '',
    url: response.url ?? '',
    scopes: response.response_metadata?.scopes ?? [],
  };
}

const grid = z.object({ enterprise_id: z.string().nullable() });

/**
 * As a member, and in any public channel where the scope allows it. A hidden channel is a private one without the bot.
 */
async function fetchMayPost(client: WebClient, channel: string): Promise<MayPost | null> {
  try {
    const { channel: found, response_metadata } = await client.conversations.info({ channel });
    if (found === undefined) return null;
    if (found.is_archived === true) return 'archived';
    if (found.is_member === true || found.is_im === true) return 'yes';
    const isOpen = found.is_private !== true && response_metadata?.scopes?.includes('chat:write.public');
    return isOpen === true ? 'yes' : 'not-a-member';
  } catch (error) {
    const receipt = toReceipt(error);
    return receipt.kind === 'refused' && receipt.reason === 'place-gone' ? 'not-a-member' : null;
  }
}

type Validation =
  | { readonly kind: 'valid' }
  /** Where and what, in Slack's words. From outside. */
  | { readonly kind: 'invalid'; readonly errors: readonly string[] }
  | Rejection;

const MAX_ERRORS = 5;

/** Never rejects. */
async function validateContent(
  client: WebClient,
  content: Message | ModalView | HomeView,
): Promise<Validation> {
  const json = JSON.stringify(content);
  try {
    await client.apiCall('blocks.validate', 'type' in content ? { view: json } : { message: json });
    return { kind: 'valid' };
  } catch (error) {
    const parsedRejection = error instanceof WebAPIPlatformError ? rejection.safeParse(error.data) : null;
    return parsedRejection?.success === true
      ? { kind: 'invalid', errors: parsedRejection.data.errors.slice(0, MAX_ERRORS) }
      : toReceipt(error);
  }
}

const issue = z
  .object({ message: z.string().catch('refused'), pointer: z.string().catch('') })
  .transform(({ message, pointer }) => (pointer === '' ? message : `${pointer}: ${message}`));

const rejection = z.object({
  error: z.enum(['invalid_blocks', 'invalid_view', 'invalid_message']),
  errors: z.array(issue).catch([]),
});
