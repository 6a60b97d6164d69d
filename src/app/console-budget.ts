/** What may be asked of the Console, counted in the database for all who ask: replicas, and the doctor beside them. */

import { type Budget, createBudget } from '../prisma-cloud/http/rate-limiter.ts';
import { createSharedBudget, type SharedTimers } from '../prisma-cloud/http/shared-rate-limiter.ts';
import { COUNTS_MS, ON_ITS_WAY_MS } from '../prisma-cloud/http/slots.ts';
import type { Database } from '../store/database.ts';
import { savePause } from '../store/rate-limits.ts';
import { prolongRequest, recentRequests, takeRequest } from '../store/requests.ts';

export interface ConsoleBudgetOptions {
  readonly onError: (error: unknown) => void;
  /** Epoch ms. */
  readonly now?: () => number;
  /** The budget of this process alone; for tests. */
  readonly createOwn?: typeof createBudget;
  /** Clocks of the shared one; for tests. */
  readonly timers?: SharedTimers;
}

/** What a process that was killed asked a moment ago counts for the Console, and what the other replicas ask. */
export async function createConsoleBudget(
  database: Database,
  { onError, now = Date.now, createOwn = createBudget, timers = {} }: ConsoleBudgetOptions,
): Promise<Budget> {
  const at = now();
  const own = createOwn({ earlier: await recentRequests(database, { since: at - COUNTS_MS, now: at }) });
  const share = {
    take: (limit: number) => takeRequest(database, { now: now(), limit, countsMs: COUNTS_MS }),
    prolong: (id: string) => prolongRequest(database, id, now() - ON_ITS_WAY_MS),
    pause: (forMs: number) => savePause(database, { method: 'console', now: now(), until: now() + forMs }),
  };
  return createSharedBudget({ own, share, onError, ...timers });
}
