/** Calls to Slack besides sending: modals, App Home, threads, groups. A failure is logged and returned as a value. */

import type { HomeView, ModalView } from '@slack/types';
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { Conversation } from '../../scan/watch.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { bindButtons } from './binding.ts';
import type { Profile } from './people.ts';
import type { RateLimits } from './rate-limits.ts';
import { readThread, type ThreadPart, type ThreadRead } from './read-thread.ts';
import { describe, toReceipt, toSlackCode } from './receipt.ts';
import type { SdkLog } from './sdk-logger.ts';

export interface SlackCalls {
  /** Its ID; null where it could not be opened: a trigger ID expires after 3 s. */
  readonly openModal: (triggerId: string, view: ModalView) => Promise<string | null>;
  /** False where Slack refuses. True also where the person has closed it: nothing is left to show. */
  readonly updateModal: (viewId: string, view: ModalView) => Promise<boolean>;
  readonly publishHome: (userId: string, view: HomeView) => Promise<boolean>;
  readonly readThread: (thread: ThreadPart) => Promise<ThreadRead>;
  /** User IDs; null where Slack does not say. */
  readonly usersOfGroup: (groupId: string, teamId: string | null) => Promise<readonly string[] | null>;
  /** User IDs of all members of a conversation; null where Slack does not say. */
  readonly membersOf: (channel: string) => Promise<ReadonlySet<string> | null>;
  /** null where Slack does not say. */
  readonly profileOf: (userId: string) => Promise<Profile | null>;
  /**
   * Whether people of another organisation are in it; `hidden` from the bot, `missing-scope` without the scope, null where
   * Slack does not respond.
   */
  readonly sharingOf: (channel: string) => Promise<'own' | 'shared' | 'hidden' | 'missing-scope' | null>;
  /** IANA name; null where Slack does not say. */
  readonly timeZoneOf: (userId: string) => Promise<string | null>;
  /** Optional, because its scope is: failures are logged at debug level. */
  readonly react: (
    message: { readonly channel: string; readonly ts: string },
    emoji: string,
  ) => Promise<void>;
  /** Posts an ephemeral message. */
  readonly postEphemeral: (
    to: { conversation: Conversation; userId: string },
    message: Message,
  ) => Promise<boolean>;
}

export function createCalls(
  client: WebClient,
  { log, rateLimits }: { readonly log: SdkLog | undefined; readonly rateLimits: RateLimits },
): SlackCalls {
  /** null where the call fails; the log has Slack's code, never a text. */
  async function attempt<T>(what: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      log?.warn({ error: describe(error) }, `Slack refused: ${what}`);
      return null;
    }
  }
  return {
    openModal: async (trigger_id, view) =>
      (await attempt('views.open', () => client.views.open({ trigger_id, view })))?.view?.id ?? null,
    updateModal: async (view_id, view) =>
      (await attempt('views.update', () => client.views.update({ view_id, view }).catch(unlessClosed))) !==
      null,
    publishHome: async (user_id, view) =>
      (await attempt('views.publish', () => client.views.publish({ user_id, view }))) !== null,
    readThread: (thread) => readThread(client, { log, rateLimits }, thread),
    usersOfGroup: async (usergroup, teamId) => {
      const team = teamId === null ? {} : { team_id: teamId };
      const response = await attempt('usergroups.users.list', () =>
        client.usergroups.users.list({ usergroup, ...team }),
      );
      return response?.users ?? null;
    },
    membersOf: (channel) => attempt('conversations.members', () => fetchMembers(client, channel)),
    profileOf: async (user) => {
      const response = await attempt('users.info', () => client.users.info({ user }));
      return response?.user === undefined ? null : toProfile(response.user);
    },
    sharingOf: (channel) => fetchSharing(client, channel, log),
    timeZoneOf: async (user) => {
      const response = await attempt('users.info', () => client.users.info({ user }));
      return response?.user?.tz ?? null;
    },
    react: async ({ channel, ts }, name) => {
      await client.reactions.add({ channel, timestamp: ts, name }).catch((error: unknown) => {
        log?.debug({ error: describe(error) }, 'Slack took no reaction');
      });
    },
    postEphemeral: async ({ conversation, userId }, message) => {
      const { text, blocks } = bindButtons(message, conversation.channel);
      const thread = conversation.thread === '' ? {} : { thread_ts: conversation.thread };
      const call = () =>
        client.chat.postEphemeral({ channel: conversation.channel, user: userId, text, blocks, ...thread });
      return (await attempt('chat.postEphemeral', call)) !== null;
    },
  };
}

function unlessClosed(error: unknown): 'closed' {
  if (toSlackCode(error) === 'not_found') return 'closed';
  throw error;
}

/** Slack's maximum. */
const MEMBERS_PER_PAGE = 999;

/** All pages: every member counts. */
async function fetchMembers(client: WebClient, channel: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let cursor = ''; ;) {
    const page = { channel, limit: MEMBERS_PER_PAGE, ...(cursor === '' ? {} : { cursor }) };
    const { members = [], response_metadata } = await client.conversations.members(page);
    for (const member of members) found.add(member);
    cursor = response_metadata?.next_cursor ?? '';
    if (cursor === '') return found;
  }
}

function toProfile(user: NonNullable<UsersInfoResponse['user']>): Profile {
  return {
    teamId: user.team_id ?? null,
    enterpriseId: user.enterprise_user?.enterprise_id ?? null,
    isStranger: user.is_stranger === true,
    isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
  };
}

async function fetchSharing(
  client: WebClient,
  channel: string,
  log: SdkLog | undefined,
): Promise<'own' | 'shared' | 'hidden' | 'missing-scope' | null> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found === undefined) return null;
    return found.is_ext_shared === true ? 'shared' : 'own';
  } catch (error) {
    const receipt = toReceipt(error);
    if (receipt.kind === 'refused' && receipt.reason === 'place-gone') return 'hidden';
    log?.warn({ error: describe(error), channel }, 'Slack refused: conversations.info');
    // Older installations lack the scope: there, only events say so.
    return toSlackCode(error) === 'missing_scope' ? 'missing-scope' : null;
  }
}
