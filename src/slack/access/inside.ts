/** What a person may do in their conversation, and with what belongs to one. */

import { findOwner, type Owner } from '../../store/owners.ts';
import { currentId } from '../../store/conversations.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { notMemberView, sharedChannelView, unknownPersonView } from '../../views/replies/denials.ts';
import type { Invocation, Request } from '../context.ts';
import type { Admission } from './access.ts';

/** Only members can type, and direct messages have no others. */
export async function isInside({ bot, invocation }: Request): Promise<'yes' | 'no' | 'unknown'> {
  const { userId, conversation, isTyped } = invocation;
  if (isTyped || conversation.channel.startsWith('D')) return 'yes';
  return bot.access.isMember(conversation.channel, userId);
}

/** Refuses people who are no members; null for members. */
export async function denyOutsider(request: Request): Promise<Message | null> {
  const inside = await isInside(request);
  return inside === 'yes' ? null : notMemberView({ isKnown: inside === 'no', kind: request.invocation.kind });
}

/**
 * Same, for actions that show nothing to others. Where Slack hides the conversation from the bot, a person who acts on
 * an ephemeral reply has typed there.
 */
export async function denyUnlessTyped(request: Request): Promise<Message | null> {
  const { bot, invocation } = request;
  const denial = await denyOutsider(request);
  if (denial === null || !invocation.isEphemeral) return denial;
  const isUnknown = (await isInside(request)) === 'unknown';
  return isUnknown && (await bot.access.isHidden(invocation.conversation.channel)) ? null : denial;
}

export function admit({ bot, invocation: { userId, teamId, conversation } }: Request): Promise<Admission> {
  return bot.access.admitTo({ userId, teamId, channel: conversation.channel });
}

/** For the person only; null for no reply. */
export function deniedView(
  admission: 'explained' | 'unknown' | 'nobody',
  { conversation }: Invocation,
): Message | null {
  if (admission === 'nobody') return null;
  return admission === 'explained' ? sharedChannelView(conversation.channel) : unknownPersonView();
}

export function isAdmitted(admission: Admission): admission is 'yes' | 'alone' {
  return admission === 'yes' || admission === 'alone';
}

/** Whether a button is in the conversation that its value names. `key` is null on buttons of earlier versions. */
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
 * For a click that ends a watch or a board: `gone` where it does not exist, `elsewhere` where it belongs to another
 * conversation than the clicked message, a message where the person may not end it, null where they may.
 */
export async function denyEnd(
  request: Request,
  owner: Owner | null,
  { isInHome }: { readonly isInHome: boolean },
): Promise<'gone' | 'elsewhere' | Message | null> {
  const { bot, invocation } = request;
  if (owner === null) return 'gone';
  if (isInHome) return (await bot.access.mayTouch(invocation.userId, owner)) ? null : 'elsewhere';
  if (owner.channel !== invocation.conversation.channel) return 'elsewhere';
  return owner.createdBy === invocation.userId ? null : denyOutsider(request);
}

export function ownerOf({ bot }: Request, watchId: string): Promise<Owner | null> {
  return findOwner(bot.database, watchId);
}
