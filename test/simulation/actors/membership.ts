/** Who is in which conversation, as Slack knows it: people come and go, and Slack does not always tell. */

import type { Profile } from '../../../src/slack/web-api/people.ts';
import type { WorldBase } from '../world.ts';
import { channelOf } from './places.ts';

/** U0 to U2 watch and subscribe, U3 only looks, U4 is a guest, U5 is of another organisation. */
const VISITORS = ['U0', 'U1', 'U2', 'U3', 'U4', 'U5'] as const;
export const STRANGER = 'U5';
const GUEST = 'U4';

export const HOME = { teamId: 'T1', enterpriseId: null };

/** Slack's membership is cached for a minute. */
const REMEMBERED_MS = 60_000;

export interface Membership {
  readonly isNow: (user: string, channel: string) => boolean;
  /** Now, or so shortly ago that the program may not know better. */
  isOrWasLately(user: string, channel: string): boolean;
  readonly isShared: (channel: string) => boolean;
  readonly membersOf: (channel: string) => Promise<ReadonlySet<string> | null>;
  readonly profileOf: (user: string) => Promise<Profile | null>;
}

export function userOf(index: number): string {
  return VISITORS[index] ?? STRANGER;
}

export function teamOf(user: string): string {
  return user === STRANGER ? 'T2' : HOME.teamId;
}

export function createMembership({
  scenario,
  clock,
  random,
  faults,
}: Pick<WorldBase, 'scenario' | 'clock' | 'random' | 'faults'>): Membership {
  const { members, moves, shared } = scenario.conversations;
  const own = random.fork();
  const movesOf = (user: string, channel: string) =>
    moves.filter((move) => userOf(move.user) === user && channelOf(move.channel) === channel);
  const isMember = (user: string, channel: string): boolean => {
    const wasFirst = members.some((one) => userOf(one.user) === user && channelOf(one.channel) === channel);
    const moved = movesOf(user, channel).filter(({ atMs }) => atMs <= clock.monotonicNow()).length;
    return wasFirst !== (moved % 2 === 1);
  };
  const shouldNotify = (): boolean => !own.hits(faults().failedLook);
  const reported = <T>(value: T): Promise<T | null> => Promise.resolve(shouldNotify() ? value : null);
  return {
    isNow: isMember,
    isOrWasLately: (user, channel) =>
      isMember(user, channel) ||
      movesOf(user, channel).some(({ atMs }) => {
        const agoMs = clock.monotonicNow() - atMs;
        return agoMs >= 0 && agoMs <= REMEMBERED_MS;
      }),
    isShared: (channel) => shared !== null && channelOf(shared) === channel,
    membersOf: (channel) => reported(new Set(VISITORS.filter((user) => isMember(user, channel)))),
    profileOf: (user) =>
      reported({
        teamId: teamOf(user),
        enterpriseId: null,
        isStranger: user === STRANGER,
        isGuest: user === GUEST,
      }),
  };
}
