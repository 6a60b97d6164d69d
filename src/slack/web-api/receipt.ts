/**
 * Error of a Slack call → receipt. The only question: can it have been posted? Only the codes listed here are
 * rejections. Every other response without `ok: true` is ambiguous: it is searched before it is repeated, which is
 * slower but neither duplicates nor loses a message.
 */

import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';

import { codeOf } from '../../errors.ts';
import type { RejectionReason, Rejection } from '../../scan/delivery.ts';
import { NotConnected } from './pool-fetch.ts';
import { DEFAULT_RETRY_AFTER_SECONDS, toWait } from './retry-after.ts';

export function toReceipt(error: unknown): Rejection {
  if (error instanceof WebAPIRateLimitedError) return rateLimited(error.retryAfter);
  const code = toSlackCode(error);
  if (code !== null) return fromCode(code);
  if (error instanceof WebAPIRequestError && error.original instanceof NotConnected) {
    return { kind: 'unsent', detail: error.original.code };
  }
  return { kind: 'unknown', detail: describe(error) };
}

/** Slack's error code, or null for none. If the body was not JSON, the SDK puts all of it there. */
export function toSlackCode(error: unknown): string | null {
  if (!(error instanceof WebAPIPlatformError)) return null;
  const code: unknown = error.data.error;
  return typeof code === 'string' && /^[a-z][a-z0-9_]{2,79}$/.test(code) ? code : null;
}

function fromCode(code: string): Rejection {
  if (SLOW_DOWN.has(code)) return rateLimited(DEFAULT_RETRY_AFTER_SECONDS);
  const reason = toRejectionReason(code);
  return reason === null
    ? { kind: 'unknown', detail: `Slack answered ${code}` }
    : { kind: 'refused', error: code, reason };
}

/** Why Slack rejected it, or null for a code that may come after the message was stored. */
export function toRejectionReason(code: string): RejectionReason | null {
  const begins = (prefix: string): boolean => code.startsWith(prefix);
  const known = REASONS.get(code);
  if (known !== undefined) return known;
  if (UNAVAILABLE_PREFIXES.some(begins)) return 'place-gone';
  return OTHER_PREFIXES.some(begins) ? 'other' : null;
}

function rateLimited(seconds: number): Rejection {
  return { kind: 'rate-limited', retryAfterMs: toWait(seconds) * 1000 };
}

/** A code or a class name, never a text: texts come from outside and may repeat what was sent. */
export function describe(error: unknown): string {
  if (error instanceof WebAPIRequestError) return describe(error.original);
  if (error instanceof WebAPIHTTPError) return `HTTP ${error.statusCode}`;
  if (error instanceof WebAPIPlatformError) return toSlackCode(error) ?? 'an answer that is not Slack’s';
  if (!(error instanceof Error)) return 'no error object';
  if (codeOf(error) !== '') return codeOf(error);
  // The built-in fetch only says `TypeError`; the cause says what happened.
  return error.cause instanceof Error ? describe(error.cause) : error.name;
}

// `ratelimited` comes with status 200 and no Retry-After; the workspace's own limit has none either.
const SLOW_DOWN: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);

/** Permanent, in that conversation. */
const UNAVAILABLE_PREFIXES = ['restricted_action', 'slack_connect_'];
const OTHER_PREFIXES = ['file_', 'duplicate_', 'draft_'];

const CODES: Readonly<Record<RejectionReason, readonly string[]>> = {
  // Where a thread accepts no replies, the completion goes to the channel, as if its root were deleted.
  'message-gone': [
    'message_not_found',
    'thread_not_found',
    'cannot_reply_to_message',
    'restricted_action_non_threadable_channel',
  ],
  'edit-closed': ['cant_update_message', 'edit_window_closed'],
  'place-gone': [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'is_inactive',
    'access_denied',
    'ekm_access_denied',
    'no_permission',
    'posting_to_channel_denied',
    'team_access_not_granted',
    'user_not_in_channel',
  ],
  unauthorized: [
    'invalid_auth',
    'not_authed',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'missing_scope',
    'not_allowed_token_type',
    'org_login_required',
    'user_removed_from_team',
    'team_disabled',
    'enterprise_is_restricted',
    'two_factor_setup_required',
  ],
  malformed: [
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_attachments',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'invalid_arguments',
    'invalid_arg_name',
    'invalid_array_arg',
    'invalid_charset',
    'invalid_form_data',
    'invalid_post_type',
    'invalid_thread_ts',
    'missing_argument',
    'missing_post_type',
    'msg_too_long',
    'msg_blocks_too_long',
    'metadata_too_large',
    'metadata_must_be_sent_from_app',
    'markdown_text_conflict',
    'attachment_payload_limit_exceeded',
    'block_mismatch',
    'missing_file_data',
    'no_text',
    'too_many_attachments',
    'too_many_contact_cards',
    'as_user_not_supported',
    'send_on_behalf_not_allowed',
    'no_dual_broadcast_content_update',
  ],
  other: [
    'app_access_restricted',
    'blocked_file_type',
    'cant_broadcast_message',
    'max_file_sharing_exceeded',
    'messages_tab_disabled',
    'method_not_supported_for_channel_type',
    'streaming_state_conflict',
    'team_not_found',
    'unable_to_share_files',
    'unknown_method',
  ],
};

const REASONS: ReadonlyMap<string, RejectionReason> = new Map(
  rejectionReasons().flatMap((reason) =>
    CODES[reason].map((code): [string, RejectionReason] => [code, reason]),
  ),
);

function rejectionReasons(): readonly RejectionReason[] {
  return ['message-gone', 'edit-closed', 'place-gone', 'unauthorized', 'malformed', 'other'];
}
