/** What may be asked of the Console, counted in the database for all who ask: replicas, and the doctor beside them. */

import { type Budget, createBudget } from './prisma-cloud/budget.ts';
import { createSharedBudget } from './prisma-cloud/shared-budget.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from './prisma-cloud/slots.ts';
import type { Database } from './store/database.ts';
import { savePause } from './store/limits.ts';
import { prolongRequest, recentRequests, takeRequest } from './store/requests.ts';

/** What a process that was killed asked a moment ago counts for the Console, and what the other replicas ask. */
export async function createConsoleBudget(
  database: Database,
  onError: (error: unknown) => void,
): Promise<Budget> {
  const since = { since: Date.now() - COUNTS_MS, now: Date.now() };
  const own = createBudget({ earlier: await recentRequests(database, since) });
  const share = {
    take: (limit: number) => takeRequest(database, { now: Date.now(), limit, countsMs: COUNTS_MS }),
    prolong: (id: string) => prolongRequest(database, id, Date.now() - ON_ITS_WAY_MS),
    pause: (forMs: number) =>
      savePause(database, { method: 'console', now: Date.now(), until: Date.now() + forMs }),
  };
  return createSharedBudget({ own, share, onError });
}
