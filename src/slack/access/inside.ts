/** What a person may do in the conversation where they are, and with what belongs to one. */

import { findOwner, type Owner } from '../../store/owners.ts';
import { currentId } from '../../store/conversations.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { notMemberView, sharedChannelView, unknownPersonView } from '../../views/replies/refusals.ts';
import type { Invocation, Request } from '../context.ts';
import type { Admission } from './access.ts';

/** Typed text comes from members alone, and nobody else is in direct messages. */
export async function isInside({ bot, invocation }: Request): Promise<'yes' | 'no' | 'unknown'> {
  const { userId, conversation, isTyped } = invocation;
  if (isTyped || conversation.channel.startsWith('D')) return 'yes';
  return bot.access.isMember(conversation.channel, userId);
}

/** What is to be done in the conversation, members alone may do; null for them. */
export async function refuseOutsider(request: Request): Promise<Message | null> {
  const inside = await isInside(request);
  return inside === 'yes' ? null : notMemberView({ isKnown: inside === 'no', kind: request.invocation.kind });
}

/**
 * The same for what shows nothing to others. Where Slack hides the conversation from the bot, nothing of it is known, and
 * whoever acts on what the bot showed them alone has typed there.
 */
export async function refuseUnlessTyped(request: Request): Promise<Message | null> {
  const { bot, invocation } = request;
  const refusal = await refuseOutsider(request);
  if (refusal === null || !invocation.isEphemeral) return refusal;
  const isUnknown = (await isInside(request)) === 'unknown';
  return isUnknown && (await bot.access.isHidden(invocation.conversation.channel)) ? null : refusal;
}

export function admit({ bot, invocation: { userId, teamId, conversation } }: Request): Promise<Admission> {
  return bot.access.admit({ userId, teamId, channel: conversation.channel });
}

/** To be said to the person alone; null where nothing is to be said at all. */
export function turnedAwayView(
  admission: 'told-why' | 'unknown' | 'nobody',
  { conversation }: Invocation,
): Message | null {
  if (admission === 'nobody') return null;
  return admission === 'told-why' ? sharedChannelView(conversation.channel) : unknownPersonView();
}

export function isAnswered(admission: Admission): admission is 'yes' | 'alone' {
  return admission === 'yes' || admission === 'alone';
}

/** Whether a button stands where its value says. `key` is null in those of earlier versions, and on none but ours. */
export async function isBoundHere(
  { bot, invocation }: Request,
  key: string | null,
  { isInHome }: { readonly isInHome: boolean },
): Promise<boolean> {
  if (key === null) return true;
  if (isInHome) return key === `@${invocation.userId}`;
  return (
    key === invocation.conversation.channel ||
    (await currentId(bot.database, key)) === invocation.conversation.channel
  );
}

/**
 * Of a watch or a board that a click is to end: `gone` where there is none, `elsewhere` where it belongs to another
 * conversation than the message that was clicked, a message where the person may not end it, null where all is well.
 */
export async function refuseEnd(
  request: Request,
  owner: Owner | null,
  { isInHome }: { readonly isInHome: boolean },
): Promise<'gone' | 'elsewhere' | Message | null> {
  const { bot, invocation } = request;
  if (owner === null) return 'gone';
  if (isInHome) return (await bot.access.mayTouch(invocation.userId, owner)) ? null : 'elsewhere';
  if (owner.channel !== invocation.conversation.channel) return 'elsewhere';
  return owner.createdBy === invocation.userId ? null : refuseOutsider(request);
}

export function ownerOf({ bot }: Request, watchId: string): Promise<Owner | null> {
  return findOwner(bot.database, watchId);
}
