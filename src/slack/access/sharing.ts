/**
 * Whether people of another organisation are in a conversation. Slack tells with what it sends, by events of its own, and
 * when it is asked; what it told is in the database, since an event reaches one replica.
 */

import type { Database } from '../../store/database.ts';
import type { SlackCalls } from '../web-api/calls.ts';
import {
  findConversation,
  type KnownConversation,
  saveConversation,
  sendHeldBack,
} from '../../store/conversations.ts';

/** Which conversations with people of other organisations the bot works in. */
export type SharedPolicy =
  { readonly kind: 'deny' | 'allow' } | { readonly kind: 'only'; readonly channels: readonly string[] };

export interface Sharing {
  /** `hidden`: Slack does not show it to the bot. `unknown`: it has never told. Rejects only where the database does. */
  readonly of: (channel: string) => Promise<'own' | 'allowed' | 'denied' | 'hidden' | 'unknown'>;
  readonly isAllowed: (channel: string) => boolean;
  readonly note: (channel: string, isShared: boolean) => Promise<void>;
}

interface SharingOptions {
  readonly database: Database;
  readonly fetch: SlackCalls['sharingOf'];
  readonly policy: SharedPolicy;
  readonly now: () => number;
}

/** The event that tells of a change may be lost. */
const ASK_AGAIN_MS = 10 * 60_000;

export function createSharing({ database, fetch, policy, now }: SharingOptions): Sharing {
  const note: Sharing['note'] = async (channel, isShared) => {
    const known = await findConversation(database, channel);
    if (known?.isShared === isShared && isFresh(known, now())) return;
    await saveConversation(database, { id: channel, isShared, now: now() });
    if (known?.isShared === true && !isShared) await sendHeldBack(database, channel, now());
  };
  /** Many who ask at a time cause one call; an answer that Slack does not give is asked for again. */
  const ask = createOnce(async (channel) => {
    const told = await fetch(channel);
    if (told === 'own' || told === 'shared') await note(channel, told === 'shared');
    return told;
  });
  const isAllowed: Sharing['isAllowed'] = (channel) =>
    policy.kind === 'only' ? policy.channels.includes(channel) : policy.kind === 'allow';
  return {
    note,
    isAllowed,
    async of(channel) {
      const known = await findConversation(database, channel);
      const last = known === null ? null : known.isShared ? 'shared' : 'own';
      // What it told last goes on to count while it does not answer.
      const told = isFresh(known, now()) ? last : await ask(channel);
      const state = told === null || told === 'untold' ? (last ?? told) : told;
      if (state === 'shared') return isAllowed(channel) ? 'allowed' : 'denied';
      return state === 'untold' ? 'own' : (state ?? 'unknown');
    },
  };
}

function isFresh(known: KnownConversation | null, now: number): boolean {
  return known !== null && Math.abs(now - known.checkedAt) < ASK_AGAIN_MS;
}

function createOnce<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (key) => {
    const started = running.get(key) ?? run(key).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
