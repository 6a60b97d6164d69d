/** What Slack sends, as values. A payload that is not of its form is refused here and never goes further. */

import { z } from 'zod';
import { scrubSecrets } from '../errors.ts';
import type { Place } from '../scan/watch.ts';
import { ACTION_IDS } from '../views/actions.ts';
import type { Asker } from './bot.ts';
import { stripMention } from './parse-command.ts';

const command = z.object({
  channel_id: z.string().min(1),
  user_id: z.string().min(1),
  text: z.string().default(''),
  trigger_id: z.string().nullable().default(null),
});

/** Throws a ZodError for a payload that is none. */
export function commandPayload(body: unknown): { readonly asker: Asker; readonly text: string } {
  const { channel_id, user_id, text, trigger_id: triggerId } = command.parse(body);
  const place = { channel: channel_id, thread: '' };
  return {
    asker: { userId: user_id, place, isEphemeral: true, isRepeated: false, triggerId },
    text: scrubSecrets(text),
  };
}

/** A mention or a direct message. */
export interface SpokenTo {
  readonly eventId: string;
  readonly userId: string;
  /** Without the mention. */
  readonly text: string;
  /** Where a watch made by it belongs: the thread it was made in, else the channel. */
  readonly place: Place;
  /** When it was said, by Slack's clock, epoch ms. */
  readonly saidAt: number;
  /** Where the answer belongs: that thread, else one below the mention; in a direct message the conversation. */
  readonly replyTo: Place;
}

const event = z.object({
  event_id: z.string().min(1),
  authorizations: z.array(z.object({ user_id: z.string() })).default([]),
  event: z.object({
    type: z.enum(['app_mention', 'message']),
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

/** Of messages with a subtype, those that a person has written: with a file, to the channel as well, with /me. */
const WRITTEN: ReadonlySet<string> = new Set(['file_share', 'thread_broadcast', 'me_message']);

/** null for what is not meant for the bot: its own messages, those of other bots, what only tells of one, messages in channels. */
export function eventPayload(body: unknown): SpokenTo | null {
  const parsed = event.safeParse(body);
  if (!parsed.success) return null;
  const { event_id, authorizations, event: said } = parsed.data;
  const botUserId = authorizations[0]?.user_id ?? '';
  const isOwn = said.user === botUserId || said.bot_id !== undefined;
  const isWritten = said.subtype === undefined || WRITTEN.has(said.subtype);
  const isDirect = said.type === 'message' && said.channel_type === 'im';
  if (isOwn || !isWritten || !(isDirect || said.type === 'app_mention')) return null;
  // A mention in a direct message arrives as both; the message alone is answered.
  if (said.type === 'app_mention' && said.channel.startsWith('D')) return null;
  const place = { channel: said.channel, thread: said.thread_ts ?? '' };
  return {
    eventId: event_id,
    userId: said.user,
    text: stripMention(scrubSecrets(said.text), botUserId),
    saidAt: Number(said.ts) * 1_000,
    place,
    replyTo: isDirect || place.thread !== '' ? place : { channel: said.channel, thread: said.ts },
  };
}

/**
 * The same for every event about one message of a person: an edit may add a mention, or tell of an answered one anew. null
 * for other events.
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
  readonly value: string | undefined;
  readonly asker: Asker;
  /** On App Home, which belongs to no conversation. */
  readonly isInHome: boolean;
}

const action = z.object({
  user: z.object({ id: z.string().min(1) }),
  trigger_id: z.string().nullable().default(null),
  channel: z.object({ id: z.string().min(1) }).optional(),
  view: z.object({ type: z.string() }).optional(),
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

const SHARE_BUTTON = `"action_id":"${ACTION_IDS.shareHere}"`;

/** null for a click that is neither on a message of a conversation nor on App Home. */
export function actionPayload(body: unknown): Click | null {
  const parsed = action.safeParse(body);
  const [clicked] = parsed.data?.actions ?? [];
  if (!parsed.success || clicked === undefined) return null;
  const { user, channel, container, message, view, trigger_id: triggerId } = parsed.data;
  const isInHome = view?.type === 'home';
  if (channel === undefined && !isInHome) return null;
  // Only what a single person sees can be shared, so the button tells where Slack does not.
  const isEphemeral =
    container.is_ephemeral === true || JSON.stringify(message?.blocks ?? []).includes(SHARE_BUTTON);
  const thread = threadOf(container.message_ts, container.thread_ts ?? message?.thread_ts);
  const place = { channel: channel?.id ?? '', thread };
  return {
    actionId: clicked.action_id,
    value: clicked.value,
    asker: { userId: user.id, place, isEphemeral, isRepeated: false, triggerId },
    isInHome,
  };
}

/** The thread that a message is a reply in. Slack tells the same of the message above the replies: that one is in the channel. */
function threadOf(ts: string | undefined, threadTs: string | undefined): string {
  return threadTs === undefined || threadTs === ts ? '' : threadTs;
}

/** A dialog that was sent. */
export interface Submission {
  readonly callbackId: string;
  /** What the dialog was opened for; whoever sends it sees the answer alone. */
  readonly asker: Asker;
  /** `view.state.values`, as Slack sends them. */
  readonly values: unknown;
}

const submission = z.object({
  user: z.object({ id: z.string().min(1) }),
  trigger_id: z.string().nullable().default(null),
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.unknown() }),
  }),
});

const metadata = z.object({ channel: z.string().min(1), thread: z.string().default('') });

/** Throws a ZodError, or a SyntaxError, for a payload that is none of our dialogs'. */
export function submissionPayload(body: unknown): Submission {
  const { user, view, trigger_id: triggerId } = submission.parse(body);
  const place = metadata.parse(JSON.parse(view.private_metadata));
  const asker = { userId: user.id, place, isEphemeral: true, isRepeated: false, triggerId };
  return { callbackId: view.callback_id, asker, values: view.state.values };
}

const shortcut = z.object({
  user: z.object({ id: z.string().min(1) }),
  trigger_id: z.string().nullable().default(null),
  channel: z.object({ id: z.string().min(1) }),
  message: z.looseObject({ ts: z.string(), thread_ts: z.string().optional() }),
});

/** A shortcut on a message. Throws a ZodError for a payload that is none. */
export function shortcutPayload(body: unknown): { readonly asker: Asker; readonly message: unknown } {
  const { user, channel, message, trigger_id: triggerId } = shortcut.parse(body);
  const place = { channel: channel.id, thread: threadOf(message.ts, message.thread_ts) };
  return { asker: { userId: user.id, place, isEphemeral: true, isRepeated: false, triggerId }, message };
}

const channelEvent = z.object({
  authorizations: z.array(z.object({ user_id: z.string() })).default([]),
  event: z.object({ channel: z.string().min(1), user: z.string().optional() }),
});

/** The channel that an event is about, and whether it is about the bot itself; null for anything else. */
export function channelPayload(
  body: unknown,
): { readonly channel: string; readonly isOfBot: boolean } | null {
  const parsed = channelEvent.safeParse(body);
  if (!parsed.success) return null;
  const { authorizations, event: happened } = parsed.data;
  return { channel: happened.channel, isOfBot: happened.user === authorizations[0]?.user_id };
}

const homeEvent = z.object({ event: z.object({ user: z.string().min(1), tab: z.string().default('home') }) });

/** Who opened App Home; null for its other tabs. */
export function homePayload(body: unknown): string | null {
  const parsed = homeEvent.safeParse(body);
  return parsed.success && parsed.data.event.tab === 'home' ? parsed.data.event.user : null;
}
