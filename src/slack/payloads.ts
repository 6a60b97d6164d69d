/** What Slack sends, as values. A payload that is not of its form is refused here and never goes further. */

import { z } from 'zod';
import type { Place } from '../scan/watch.ts';
import { ACTION_IDS } from '../views/actions.ts';
import type { Asker } from './bot.ts';
import { stripMention } from './parse-command.ts';

const command = z.object({
  channel_id: z.string().min(1),
  user_id: z.string().min(1),
  text: z.string().default(''),
});

/** Throws a ZodError for a payload that is none. */
export function commandPayload(body: unknown): { readonly asker: Asker; readonly text: string } {
  const { channel_id, user_id, text } = command.parse(body);
  const place = { channel: channel_id, thread: '' };
  return { asker: { userId: user_id, place, isEphemeral: true, isRepeated: false }, text };
}

/** A mention or a direct message. */
export interface SpokenTo {
  readonly eventId: string;
  readonly userId: string;
  /** Without the mention. */
  readonly text: string;
  /** Where a watch made by it belongs: the thread it was made in, else the channel. */
  readonly place: Place;
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
    edited: z.unknown().optional(),
  }),
});

/** null for what is not meant for the bot: its own messages, those of other bots, edits, messages in channels. */
export function eventPayload(body: unknown): SpokenTo | null {
  const parsed = event.safeParse(body);
  if (!parsed.success) return null;
  const { event_id, authorizations, event: said } = parsed.data;
  const botUserId = authorizations[0]?.user_id ?? '';
  const isOwn = said.user === botUserId || said.bot_id !== undefined;
  // Slack tells of an edited mention as of a new one, under another event id.
  const isEdit = said.subtype !== undefined || said.edited !== undefined;
  const isDirect = said.type === 'message' && said.channel_type === 'im';
  if (isOwn || isEdit || !(isDirect || said.type === 'app_mention')) return null;
  // A mention in a direct message arrives as both; the message alone is answered.
  if (said.type === 'app_mention' && said.channel.startsWith('D')) return null;
  const place = { channel: said.channel, thread: said.thread_ts ?? '' };
  return {
    eventId: event_id,
    userId: said.user,
    text: stripMention(said.text, botUserId),
    place,
    replyTo: isDirect || place.thread !== '' ? place : { channel: said.channel, thread: said.ts },
  };
}

/** A click on one of our buttons. */
export interface Click {
  readonly actionId: string;
  readonly value: string | undefined;
  readonly asker: Asker;
}

const action = z.object({
  user: z.object({ id: z.string().min(1) }),
  channel: z.object({ id: z.string().min(1) }),
  container: z
    .object({
      thread_ts: z.string().optional(),
      is_ephemeral: z.boolean().optional(),
    })
    .default({}),
  message: z.object({ thread_ts: z.string().optional(), blocks: z.unknown() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});

const SHARE_BUTTON = `"action_id":"${ACTION_IDS.shareHere}"`;

/** null for a click that is not on a message of a conversation. */
export function actionPayload(body: unknown): Click | null {
  const parsed = action.safeParse(body);
  const [clicked] = parsed.data?.actions ?? [];
  if (!parsed.success || clicked === undefined) return null;
  const { user, channel, container, message } = parsed.data;
  // Only what a single person sees can be shared, so the button tells where Slack does not.
  const isEphemeral =
    container.is_ephemeral === true || JSON.stringify(message?.blocks ?? []).includes(SHARE_BUTTON);
  const place = { channel: channel.id, thread: container.thread_ts ?? message?.thread_ts ?? '' };
  return {
    actionId: clicked.action_id,
    value: clicked.value,
    asker: { userId: user.id, place, isEphemeral, isRepeated: false },
  };
}
