/** Who may start and stop scans: SCAN_OPERATORS, users and user groups. Nobody else, and nobody by default. */

import type { SlackCalls } from './web-api/calls.ts';

export interface Operators {
  /** `unknown`: Slack does not tell who is in the groups. */
  readonly check: (person: Person) => Promise<'yes' | 'no' | 'unknown'>;
  /** IDs of users and user groups, as configured. */
  readonly ids: readonly string[];
}

interface Person {
  readonly userId: string;
  /** The workspace that the person is in, where Slack wants to be told; else null. */
  readonly teamId: string | null;
}

interface OperatorsOptions {
  readonly ids: readonly string[];
  readonly usersOfGroup: SlackCalls['usersOfGroup'];
  /** Epoch ms. */
  readonly now: () => number;
}

/** Whoever leaves the group may start scans for no longer than this. */
const KEEP_MS = 60_000;

export function createOperators({ ids, usersOfGroup, now }: OperatorsOptions): Operators {
  const groups = ids.filter((id) => id.startsWith('S'));
  const known = new Map<string, { readonly users: readonly string[]; readonly at: number }>();

  async function membersOf(group: string, teamId: string | null): Promise<readonly string[] | null> {
    const key = `${group} ${teamId ?? ''}`;
    const kept = known.get(key);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // A clock that was set back must not keep a list for an hour.
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
