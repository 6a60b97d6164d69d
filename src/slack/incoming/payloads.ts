/** Parses Slack's payloads. An invalid payload is rejected here. */

import { z } from 'zod';
import { scrubSecrets } from '../../secrets.ts';
import { type Conversation, isConversationId } from '../../scan/watch.ts';
import { ACTION_IDS } from '../../views/parts/buttons.ts';
import { type ConversationKind, kindOfChannel } from '../../views/parts/channel.ts';
import type { Invocation } from '../context.ts';
import { changesNothing, stripMention } from '../grammar/parse.ts';

/** Sometimes missing, and `null` on Enterprise Grid for organisation-wide payloads. */
const id = z.string().nullable().catch(null);

/** Slack names group direct messages `mpdm-…`; their IDs may begin like those of channels. */
function kindOf(channel: string, name: string | null): ConversationKind {
  return name?.startsWith('mpdm-') === true ? 'group' : kindOfChannel(channel);
}

const command = z.object({
  team_id: id,
  channel_name: id,
  channel_id: z.string().min(1),
  user_id: z.string().min(1),
  text: z.string().default(''),
  trigger_id: z.string().nullable().default(null),
});

const somewhere = z.object({ channel_id: id, channel: z.object({ id }).nullable().catch(null) });

/** Conversation of a command or a click; '' for none. */
export function channelOf(body: unknown): string {
  const { channel_id, channel } = somewhere.safeParse(body).data ?? {};
  return channel_id ?? channel?.id ?? '';
}

/** Throws a ZodError for an invalid payload. */
export function commandPayload(body: unknown): { readonly invocation: Invocation; readonly text: string } {
  const parsed = command.parse(body);
  const { channel_id, user_id, channel_name, team_id: teamId, text, trigger_id: triggerId } = parsed;
  // Slack allows no slash commands in threads.
  const conversation = { channel: channel_id, thread: '' };
  const kind = kindOf(channel_id, channel_name);
  const who = { userId: user_id, teamId, conversation, kind, isTyped: true };
  return { invocation: { ...who, isEphemeral: true, isRetry: false, triggerId }, text: scrubSecrets(text) };
}

/** A mention or a direct message. */
export interface Mention {
  readonly eventId: string;
  readonly userId: string;
  /** The author's workspace; null where missing. */
  readonly teamId: string | null;
  /** Whether people of another organisation can read it; null where Slack does not say. */
  readonly isShared: boolean | null;
  /** Without the mention and without secrets, with Slack's escapes. */
  readonly text: string;
  /** Conversation of a watch started by it: its thread, else the channel. */
  readonly conversation: Conversation;
  readonly ts: string;
  /** Slack's time of the message, epoch ms. */
  readonly sentAt: number;
  /**
   * Conversation of the reply: its thread, else a new thread below the mention; in direct messages the conversation
   * itself.
   */
  readonly replyTo: Conversation;
}

/** May be missing, and may lack the bot's own ID. */
export const authorizations = z.array(z.object({ user_id: id })).catch([]);

const event = z.object({
  event_id: z.string().min(1),
  is_ext_shared_channel: z.boolean().nullable().catch(null),
  authorizations,
  event: z.object({
    type: z.enum(['app_mention', 'message']),
    user_team: id,
    team: id,
    channel: z.string().min(1),
    channel_type: z.string().optional(),
    user: z.string().min(1),
    text: z.string().default(''),
    ts: z.string().min(1),
    thread_ts: z.string().optional(),
    subtype: z.string().optional(),
    bot_id: z.string().optional(),
  }),
});

/** Subtypes of messages that a person wrote: with a file, also sent to the channel, with /me. */
const WRITTEN: ReadonlySet<string> = new Set(['file_share', 'thread_broadcast', 'me_message']);

/**
 * null for what is not for the bot: its own messages, those of other bots, notices about messages, messages in
 * channels. `ownUserId`: from auth.test, because it may be missing here.
 */
export function eventPayload(body: unknown, ownUserId: string | null = null): Mention | null {
  const parsed = event.safeParse(body);
  if (!parsed.success) return null;
  const { event_id, event: message, is_ext_shared_channel: isShared } = parsed.data;
  const botUserId = parsed.data.authorizations[0]?.user_id ?? ownUserId ?? '';
  const isOwn = message.user === botUserId || message.bot_id !== undefined;
  const isWritten = message.subtype === undefined || WRITTEN.has(message.subtype);
  const isDirect = message.type === 'message' && message.channel_type === 'im';
  if (isOwn || !isWritten || !(isDirect || message.type === 'app_mention')) return null;
  // A mention in a direct message arrives as two events; only the message is handled.
  if (message.type === 'app_mention' && message.channel.startsWith('D')) return null;
  const conversation = { channel: message.channel, thread: message.thread_ts ?? '' };
  return {
    eventId: event_id,
    userId: message.user,
    teamId: message.user_team ?? message.team,
    isShared,
    text: stripMention(scrubSecrets(message.text), botUserId),
    ts: message.ts,
    sentAt: Number(message.ts) * 1_000,
    conversation,
    replyTo:
      isDirect || conversation.thread !== ''
        ? conversation
        : { channel: message.channel, thread: message.ts },
  };
}

/**
 * Equal for all events about one message of a person: an edit may add a mention, or repeat a handled one. null for
 * other events.
 */
export function messageKey(body: unknown): string | null {
  const parsed = event.safeParse(body);
  if (!parsed.success) return null;
  const { channel, ts } = parsed.data.event;
  return `message ${channel} ${ts}`;
}

/** A click on one of our buttons. */
export interface Click {
  readonly actionId: string;
  /** With the binding to its conversation; undefined for buttons that only open a URL. */
  readonly value: string | undefined;
  readonly invocation: Invocation;
  /** On App Home, which belongs to no conversation. */
  readonly isInHome: boolean;
}

const action = z.object({
  user: z.object({ id: z.string().min(1), team_id: id }),
  trigger_id: z.string().nullable().default(null),
  channel: z.object({ id: z.string().min(1), name: id }).optional(),
  view: z.object({ type: z.string() }).optional(),
  // Slack leaves out different fields for ephemeral messages, threads and App Home.
  container: z
    .object({
      message_ts: z.string().optional(),
      thread_ts: z.string().optional(),
      is_ephemeral: z.boolean().optional(),
    })
    .default({}),
  message: z.object({ thread_ts: z.string().optional(), blocks: z.unknown() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});

/** As `JSON.stringify` writes it: without spaces. */
const SHARE_BUTTON = `"action_id":"${ACTION_IDS.shareHere}"`;

/** null for a click that is neither on a message of a conversation nor on App Home. */
export function actionPayload(body: unknown): Click | null {
  const parsed = action.safeParse(body);
  const [clicked] = parsed.data?.actions ?? [];
  if (!parsed.success || clicked === undefined) return null;
  const { user, channel, container, message, view, trigger_id: triggerId } = parsed.data;
  const isInHome = view?.type === 'home';
  if (channel === undefined && !isInHome) return null;
  // Only an ephemeral message has a share button, so the button shows it where Slack does not.
  const isEphemeral =
    container.is_ephemeral === true || JSON.stringify(message?.blocks ?? []).includes(SHARE_BUTTON);
  const thread = threadOf(container.message_ts, container.thread_ts ?? message?.thread_ts);
  const conversation = { channel: channel?.id ?? '', thread };
  return {
    actionId: clicked.action_id,
    value: clicked.value,
    invocation: {
      userId: user.id,
      teamId: user.team_id,
      conversation,
      kind: kindOf(conversation.channel, channel?.name ?? null),
      isTyped: false,
      isEphemeral,
      isRetry: false,
      triggerId,
    },
    isInHome,
  };
}

/** The thread of a reply. Slack sets the same field on the thread's root, which is in the channel. */
function threadOf(ts: string | undefined, threadTs: string | undefined): string {
  return threadTs === undefined || threadTs === ts ? '' : threadTs;
}

/** A submitted modal. */
export interface Submission {
  readonly callbackId: string;
  /** From the modal's metadata; the reply is for its sender only. */
  readonly invocation: Invocation;
  /** `view.state.values`, as Slack sends them. */
  readonly values: unknown;
}

const submission = z.object({
  user: z.object({ id: z.string().min(1), team_id: id }),
  trigger_id: z.string().nullable().default(null),
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.unknown() }),
  }),
});

/** A modal of App Home has no conversation. */
const metadata = z.object({
  channel: z.string().refine(isConversationId).default(''),
  thread: z.string().default(''),
});

/** Throws a ZodError or a SyntaxError for a payload that is none of our modals'. */
export function submissionPayload(body: unknown): Submission {
  const { user, view, trigger_id: triggerId } = submission.parse(body);
  const conversation = metadata.parse(JSON.parse(view.private_metadata));
  const kind = kindOf(conversation.channel, null);
  const who = { userId: user.id, teamId: user.team_id, conversation, kind, isTyped: false };
  const invocation = { ...who, isEphemeral: true, isRetry: false, triggerId };
  return { callbackId: view.callback_id, invocation, values: view.state.values };
}

const shortcut = z.object({
  user: z.object({ id: z.string().min(1), team_id: id }),
  trigger_id: z.string().nullable().default(null),
  channel: z.object({ id: z.string().min(1), name: id }),
  message: z.looseObject({ ts: z.string(), thread_ts: z.string().optional() }),
});

/** The message shortcut. Throws a ZodError for an invalid payload. */
export function shortcutPayload(body: unknown): {
  readonly invocation: Invocation;
  readonly message: unknown;
} {
  const { user, channel, message, trigger_id: triggerId } = shortcut.parse(body);
  const conversation = { channel: channel.id, thread: threadOf(message.ts, message.thread_ts) };
  const kind = kindOf(channel.id, channel.name);
  const who = { userId: user.id, teamId: user.team_id, conversation, kind, isTyped: false };
  return { invocation: { ...who, isEphemeral: true, isRetry: false, triggerId }, message };
}

const commandText = z.object({ command: z.string(), text: z.string() });

/** A slash command that changes nothing; false for all other payloads. */
export function isReadOnlyCommand(body: unknown): boolean {
  const text = commandText.safeParse(body).data?.text;
  return text !== undefined && changesNothing(text);
}
