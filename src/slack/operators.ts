/** Who may start and stop scans: SCAN_OPERATORS, users and user groups. Nobody else, and nobody by default. */

import type { SlackCalls } from './calls.ts';

export interface Operators {
  /** `unknown`: Slack does not tell who is in the groups. */
  readonly check: (userId: string) => Promise<'yes' | 'no' | 'unknown'>;
  /** IDs of users and user groups, as configured. */
  readonly ids: readonly string[];
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

  async function membersOf(group: string): Promise<readonly string[] | null> {
    const kept = known.get(group);
    const ageMs = kept === undefined ? Infinity : now() - kept.at;
    // A clock that was set back must not keep a list for an hour.
    if (kept !== undefined && ageMs >= 0 && ageMs < KEEP_MS) return kept.users;
    const users = await usersOfGroup(group);
    if (users !== null) known.set(group, { users, at: now() });
    return users;
  }

  return {
    ids,
    async check(userId) {
      if (ids.includes(userId)) return 'yes';
      const members = await Promise.all(groups.map(membersOf));
      if (members.some((users) => users?.includes(userId) === true)) return 'yes';
      return members.includes(null) ? 'unknown' : 'no';
    },
  };
}
