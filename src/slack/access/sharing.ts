/**
 * Whether people of another organisation are in a conversation. Known from payloads, from events, and from
 * conversations.info; stored in the database, because an event reaches one replica.
 */

import type { Database } from '../../store/database.ts';
import type { SlackCalls } from '../web-api/calls.ts';
import {
  findConversation,
  type KnownConversation,
  saveConversation,
  sendPostponed,
} from '../../store/conversations.ts';

/** Conversations with people of other organisations that the bot works in. */
export type SharedPolicy =
  { readonly kind: 'deny' | 'allow' } | { readonly kind: 'only'; readonly channels: readonly string[] };

export interface Sharing {
  /** `hidden`: Slack hides it from the bot. `unknown`: Slack has never said. Rejects only where the database does. */
  readonly of: (channel: string) => Promise<'own' | 'allowed' | 'denied' | 'hidden' | 'unknown'>;
  readonly isAllowed: (channel: string) => boolean;
  readonly record: (channel: string, isShared: boolean) => Promise<void>;
}

interface SharingOptions {
  readonly database: Database;
  readonly fetch: SlackCalls['sharingOf'];
  readonly policy: SharedPolicy;
  readonly now: () => number;
}

/** The event about a change may be lost. */
const CHECK_AGAIN_MS = 10 * 60_000;

export function createSharing({ database, fetch, policy, now }: SharingOptions): Sharing {
  const record: Sharing['record'] = async (channel, isShared) => {
    const known = await findConversation(database, channel);
    if (known?.isShared === isShared && isFresh(known, now())) return;
    await saveConversation(database, { id: channel, isShared, now: now() });
    if (known?.isShared === true && !isShared) await sendPostponed(database, channel, now());
  };
  /** Concurrent callers share one call; a failed call is repeated. */
  const check = createOnce(async (channel) => {
    const fetched = await fetch(channel);
    if (fetched === 'own' || fetched === 'shared') await record(channel, fetched === 'shared');
    return fetched;
  });
  const isAllowed: Sharing['isAllowed'] = (channel) =>
    policy.kind === 'only' ? policy.channels.includes(channel) : policy.kind === 'allow';
  return {
    record,
    isAllowed,
    async of(channel) {
      const known = await findConversation(database, channel);
      const last = known === null ? null : known.isShared ? 'shared' : 'own';
      // While Slack does not respond, the last value counts.
      const current = isFresh(known, now()) ? last : await check(channel);
      const state = current === null || current === 'missing-scope' ? (last ?? current) : current;
      if (state === 'shared') return isAllowed(channel) ? 'allowed' : 'denied';
      return state === 'missing-scope' ? 'own' : (state ?? 'unknown');
    },
  };
}

function isFresh(known: KnownConversation | null, now: number): boolean {
  return known !== null && Math.abs(now - known.checkedAt) < CHECK_AGAIN_MS;
}

function createOnce<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (key) => {
    const started = running.get(key) ?? run(key).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
