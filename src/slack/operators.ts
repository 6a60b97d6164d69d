/** SCAN_OPERATORS: users and user groups that may start and stop scans. Empty by default. */

import type { SlackCalls } from './web-api/calls.ts';

export interface Operators {
  /** `unknown`: Slack does not list the groups' members. */
  readonly check: (person: Person) => Promise<'yes' | 'no' | 'unknown'>;
  /** IDs of users and user groups, as configured. */
  readonly ids: readonly string[];
}

interface Person {
  readonly userId: string;
  /** The person's workspace where Slack requires it; otherwise null. */
  readonly teamId: string | null;
}

interface OperatorsOptions {
  readonly ids: readonly string[];
  readonly usersOfGroup: SlackCalls['usersOfGroup'];
  /** Epoch ms. */
  readonly now: () => number;
}

/** A person who left the group may start scans for no longer than this. */
const KEEP_MS = 60_000;

export function createOperators({ ids, usersOfGroup, now }: OperatorsOptions): Operators {
  const groups = ids.filter((id) => id.startsWith('S'));
  const known = new Map<string, { readonly users: readonly string[]; readonly at: number }>();

  async function membersOf(group: string, teamId: string | null): Promise<readonly string[] | null> {
    const key = `${group} ${teamId ?? ''}`;
    const kept = known.get(key);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // After the clock moved back, a list must not be kept for an hour.
    if (kept !== undefined && ageMs >= 0 && ageMs < KEEP_MS) return kept.users;
    const users = await usersOfGroup(group, teamId);
    if (users !== null) known.set(key, { users, at: now() });
    return users;
  }

  return {
    ids,
    async check({ userId, teamId }) {
      if (ids.includes(userId)) return 'yes';
      const members = await Promise.all(groups.map((group) => membersOf(group, teamId)));
      if (members.some((users) => users?.includes(userId) === true)) return 'yes';
      return members.includes(null) ? 'unknown' : 'no';
    },
  };
}
