/** Parses events about channels, App Home and the installation. Nothing else of a payload is used. */

import * as z from 'zod';
import { isConversationId } from '../../scan/watch.ts';
import { authorizations } from './payloads.ts';

const conversationId = z.string().refine(isConversationId);

const channelEvent = z.object({
  authorizations,
  event: z.object({ channel: conversationId, user: z.string().optional() }),
});

/** The channel of an event, and whether the event is about the bot itself; null for anything else. */
export function channelPayload(
  body: unknown,
  ownUserId: string | null,
): { readonly channel: string; readonly isOfBot: boolean } | null {
  const parsed = channelEvent.safeParse(body);
  if (!parsed.success) return null;
  const { event: happened } = parsed.data;
  const botUserId = parsed.data.authorizations[0]?.user_id ?? ownUserId;
  return { channel: happened.channel, isOfBot: happened.user !== undefined && happened.user === botUserId };
}

const homeEvent = z.object({ event: z.object({ user: z.string().min(1), tab: z.string().default('home') }) });

/** Who opened App Home; null for its other tabs. */
export function homePayload(body: unknown): string | null {
  const parsed = homeEvent.safeParse(body);
  return parsed.success && parsed.data.event.tab === 'home' ? parsed.data.event.user : null;
}

const renamed = z.object({
  event: z.object({ old_channel_id: conversationId, new_channel_id: conversationId }),
});

/** Old and new ID of a conversation; null for anything else. */
export function renamedPayload(body: unknown): { readonly from: string; readonly to: string } | null {
  const { event: happened } = renamed.safeParse(body).data ?? {};
  return happened === undefined ? null : { from: happened.old_channel_id, to: happened.new_channel_id };
}

const shared = z.object({
  event: z.object({
    type: z.enum(['channel_shared', 'channel_unshared']),
    channel: conversationId,
    is_ext_shared: z.boolean().optional(),
  }),
});

/** Whether people of another organisation are in the channel now; null for anything else. */
export function sharedPayload(
  body: unknown,
): { readonly channel: string; readonly isShared: boolean } | null {
  const { event: happened } = shared.safeParse(body).data ?? {};
  if (happened === undefined) return null;
  // One organisation may leave while another stays.
  const isShared = happened.type === 'channel_shared' || happened.is_ext_shared === true;
  return { channel: happened.channel, isShared };
}

const revoked = z.object({ event: z.object({ tokens: z.object({ bot: z.array(z.string()).default([]) }) }) });

/** Whether the bot's own token is among the revoked ones. */
export function isBotRevoked(body: unknown): boolean {
  return (revoked.safeParse(body).data?.event.tokens.bot.length ?? 0) > 0;
}
