/**
 * Authorization: the only place that decides who gets replies, and who sees and ends what. A person sees and ends what
 * is in conversations that they are a member of, and what they created. What Slack does not say counts as no.
 */

import type { SlackCalls } from '../web-api/calls.ts';
import { withTimeout } from '../../async.ts';
import { type Home, type Membership, membershipOf } from '../web-api/people.ts';
import type { Owner } from '../../store/owners.ts';
import type { Sharing } from './sharing.ts';

/** A person, and the conversation they act in. */
export interface Visitor {
  readonly userId: string;
  /** The person's workspace according to the payload. */
  readonly teamId: string | null;
  readonly channel: string;
}

/**
 * `yes`: replies for all. `alone`: ephemeral replies only, because Slack hides the conversation. `explained`: nothing is
 * done in a conversation with another organisation, and members of ours see why. `unknown`: Slack identifies neither
 * the person nor the conversation. `nobody`: no reply.
 */
export type Admission = 'yes' | 'alone' | 'explained' | 'unknown' | 'nobody';

export interface Access {
  readonly admitTo: (visitor: Visitor) => Promise<Admission>;
  readonly isMember: (channel: string, userId: string) => Promise<'yes' | 'no' | 'unknown'>;
  /** Whether a person sees it, and may end it. */
  readonly mayTouch: (userId: string, owned: Owner) => Promise<boolean>;
  /** Those that a person sees. */
  readonly visible: <T extends Owner>(userId: string, all: readonly T[]) => Promise<readonly T[]>;
  readonly membership: (userId: string) => Promise<Membership | null>;
  /** Slack hides it from the bot, which is no member. */
  readonly isHidden: (channel: string) => Promise<boolean>;
  /** The operator has allowed it, if people of another organisation are in it. Reads no database. */
  readonly isAllowed: Sharing['isAllowed'];
  /** Why nothing is sent there now; null where sending is allowed. */
  readonly withheldReason: (channel: string) => Promise<string | null>;
  readonly recordSharing: Sharing['record'];
}

export interface AccessOptions {
  readonly calls: Pick<SlackCalls, 'membersOf' | 'profileOf'>;
  readonly sharing: Sharing;
  /** null until Slack has said. */
  readonly home: () => Promise<Home | null>;
  readonly now: () => number;
}

/** A person waits, and Slack for the acknowledgement: what takes longer counts as unknown. */
const SLACK_LIMIT_MS = 1_500;
/**
 * Conversations per list: each needs one conversations.members call, cached for a minute; Slack allows a hundred per
 * minute.
 */
const CHECKED_MAX = 60;
const CONCURRENCY = 6;

export function createAccess(options: AccessOptions): Access {
  const { calls, sharing, now } = options;
  const members = createRemember(calls.membersOf, now);
  const profiles = createRemember(calls.profileOf, now);

  const membership = async (userId: string): Promise<Membership | null> => {
    const [profile, home] = await Promise.all([
      withTimeout(profiles(userId), SLACK_LIMIT_MS),
      options.home(),
    ]);
    return profile === null || home === null ? null : membershipOf(profile, home);
  };
  /** If Slack says no more, the workspace in the payload is enough for a reply, and for nothing else. */
  const isOurs = async ({ userId, teamId }: Visitor): Promise<boolean | null> => {
    const known = await membership(userId);
    if (known !== null) return known !== 'stranger';
    const home = await options.home();
    return teamId === null || home === null ? null : teamId === home.teamId;
  };
  const isMember: Access['isMember'] = async (channel, userId) => {
    const found = await withTimeout(members(channel), SLACK_LIMIT_MS);
    if (found === null) return 'unknown';
    return found.has(userId) ? 'yes' : 'no';
  };
  const mayTouch: Access['mayTouch'] = async (userId, { channel, createdBy }) =>
    createdBy === userId || (await isMember(channel, userId)) === 'yes';

  return {
    membership,
    isMember,
    mayTouch,
    recordSharing: sharing.record,
    isAllowed: sharing.isAllowed,
    isHidden: async (channel) => (await withTimeout(sharing.of(channel), SLACK_LIMIT_MS)) === 'hidden',
    visible: (userId, all) => visible(isMember, userId, all),
    admitTo: (visitor) => admitTo({ ...options, isOurs }, visitor),
    withheldReason: (channel) => withheldReason(options, channel),
  };
}

interface AdmitParts extends AccessOptions {
  readonly isOurs: (visitor: Visitor) => Promise<boolean | null>;
}

async function admitTo({ sharing, isOurs, home }: AdmitParts, visitor: Visitor): Promise<Admission> {
  const { channel, teamId } = visitor;
  const state = (await withTimeout(sharing.of(channel), SLACK_LIMIT_MS)) ?? 'unknown';
  if (state === 'allowed') return 'yes';
  if (state === 'own') {
    const own = await home();
    const isAtHome = teamId === null || own === null || teamId === own.teamId;
    // A person of another organisation is in it: the stored state is outdated.
    return isAtHome || sharing.isAllowed(channel) || (await isOurs(visitor)) === true ? 'yes' : 'nobody';
  }
  const ours = await isOurs(visitor);
  if (ours === null) return state === 'denied' ? 'nobody' : 'unknown';
  if (!ours) return sharing.isAllowed(channel) ? 'alone' : 'nobody';
  return state === 'denied' ? 'explained' : 'alone';
}

async function visible<T extends Owner>(
  isMember: Access['isMember'],
  userId: string,
  all: readonly T[],
): Promise<readonly T[]> {
  const others = all.filter(({ createdBy }) => createdBy !== userId).map(({ channel }) => channel);
  const channels = [...new Set(others)].slice(0, CHECKED_MAX);
  const open = new Set<string>();
  for (let from = 0; from < channels.length; from += CONCURRENCY) {
    const batch = channels.slice(from, from + CONCURRENCY);
    const memberships = await Promise.all(batch.map((channel) => isMember(channel, userId)));
    for (const [index, channel] of batch.entries()) if (memberships[index] === 'yes') open.add(channel);
  }
  return all.filter(({ channel, createdBy }) => createdBy === userId || open.has(channel));
}

/** Slack itself rejects messages to conversations hidden from the bot. */
async function withheldReason({ sharing }: AccessOptions, channel: string): Promise<string | null> {
  switch (await sharing.of(channel)) {
    case 'denied':
      return `shared with another organisation, and not allowed by SHARED_CHANNELS (${channel})`;
    case 'unknown':
      return `Slack does not tell whether it is shared with another organisation (${channel})`;
    default:
      return null;
  }
}

/** A person who leaves a conversation or a group sees it for no longer than this. */
const KEEP_MS = 60_000;
/** Bounds the memory of a process that runs for months. */
const KEPT = 5_000;

/** `fetch` resolves with null where Slack does not say. Concurrent callers share one call. */
export function createRemember<T>(
  fetch: (key: string) => Promise<T | null>,
  now: () => number,
): (key: string) => Promise<T | null> {
  const known = new Map<string, { readonly value: Promise<T | null>; readonly at: number }>();
  return async (key) => {
    const kept = known.get(key);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // After the clock moved back, a value must not be kept for an hour.
    if (kept !== undefined && ageMs >= 0 && ageMs < KEEP_MS) return kept.value;
    const entry = { value: fetch(key), at: now() };
    if (known.size >= KEPT) known.clear();
    known.set(key, entry);
    const value = await entry.value.catch(() => null);
    if (value === null && known.get(key) === entry) known.delete(key);
    return value;
  };
}
