/** Leased deliveries that this program cannot load. During a rolling update, a process of the newer version may. */

import * as z from 'zod';
import type { Database } from '../database.ts';
import { keysIn, OPEN, runBatch, sql } from '../sql.ts';

export interface UnreadableDelivery {
  readonly id: string;
  readonly error: Error;
}

export interface SettledUnreadable extends UnreadableDelivery {
  readonly isGivenUp: boolean;
}

const RETRY_MS = 10 * 60_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** Releases ends, for a day, and gives up everything else. Without those that were deleted meanwhile. */
export async function settleUnreadable(
  database: Database,
  unreadable: readonly UnreadableDelivery[],
  { owner, now }: { readonly owner: string; readonly now: number },
): Promise<readonly SettledUnreadable[]> {
  if (unreadable.length === 0) return [];
  const isLeased = sql`lease_owner = ${owner} and ${OPEN} and id in ${keysIn(unreadable.map(({ id }) => id))}`;
  const results = await runBatch(database, [
    sql`update deliveries set state = case when state = 'sending' then 'pending' else state end,
        due_at = ${now + RETRY_MS}, error = 'unreadable', lease_owner = null, lease_until = null
      where ${isLeased} and kind in ('completion', 'final', 'stopped-by')
        and created_at > ${now - GIVE_UP_AFTER_MS} returning id`,
    sql`update deliveries set state = 'given-up', error = 'unreadable', settled_at = ${now},
        lease_owner = null, lease_until = null
      where ${isLeased} returning id`,
  ]);
  const [released, givenUp] = results.map((rows) => idRows.parse(rows).map(({ id }) => id));
  return [
    ...unreadable
      .filter(({ id }) => released?.includes(id))
      .map((delivery) => ({ ...delivery, isGivenUp: false })),
    ...unreadable
      .filter(({ id }) => givenUp?.includes(id))
      .map((delivery) => ({ ...delivery, isGivenUp: true })),
  ];
}

const idRows = z.array(z.object({ id: z.string() }));
