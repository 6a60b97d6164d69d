/** Metrics from the database, in one cheap read per scrape. */

import * as z from 'zod';
import type { Database } from '../database.ts';
import { OPEN, sql } from '../sql.ts';

export interface Stats {
  readonly activeWatches: number;
  /** Neither sent nor failed. */
  readonly queued: number;
  /** Creation of the oldest waiting completion, epoch ms; null for none. */
  readonly completionSince: number | null;
  /** Since when the stalest live message is out of date, epoch ms; null where all are up to date. */
  readonly staleSince: number | null;
  readonly dueTargets: number;
  /** Due time of the longest overdue poll, epoch ms; null for none. */
  readonly dueSince: number | null;
  /** Time of the oldest last poll among polled targets, epoch ms; null where none is polled. */
  readonly observedSince: number | null;
}

const NO_DELIVERIES: ReadonlySet<string> = new Set(['watch', 'due', 'polled']);

const row = z.object({ kind: z.string(), number: z.coerce.number(), since: z.coerce.number().nullable() });

/** Both halves use partial indexes of open rows, so sent messages cost nothing. */
export async function readStats(database: Database, now: number): Promise<Stats> {
  const rows = await database.query(
    sql`select kind, count(*) as number, min(created_at) as since from deliveries where ${OPEN} group by kind
      union all
      select 'watch', count(*), null from watches where state = 'active'
      union all
      select 'due', count(*), min(next_poll_at) from targets where next_poll_at is not null and next_poll_at <= ${now}
      union all
      select 'polled', count(*), min(last_requested_at) from targets where next_poll_at is not null`,
  );
  const groups = rows.map((group) => row.parse(group));
  const since = (...kinds: readonly string[]): number | null => {
    const times = groups.flatMap((group) => (kinds.includes(group.kind) ? [group.since ?? 0] : []));
    return times.length === 0 ? null : Math.min(...times);
  };
  const deliveries = groups.filter(({ kind }) => !NO_DELIVERIES.has(kind));
  const due = groups.find(({ kind }) => kind === 'due');
  return {
    activeWatches: groups.find(({ kind }) => kind === 'watch')?.number ?? 0,
    queued: deliveries.reduce((sum, { number }) => sum + number, 0),
    completionSince: since('completion'),
    // A newer snapshot overwrites an unsent one and keeps the time of the first.
    staleSince: since('update', 'final'),
    dueTargets: due?.number ?? 0,
    dueSince: due?.since ?? null,
    observedSince: groups.find(({ kind }) => kind === 'polled')?.since ?? null,
  };
}
