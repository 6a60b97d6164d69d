/** How the program does, by one cheap read: asked for at every look of a monitoring system. */

import * as z from 'zod';
import type { Database } from '../database.ts';
import { OPEN } from '../sql.ts';

export interface Stats {
  /** Each image of a board by itself, and not the board as well. */
  readonly activeWatches: number;
  /** Neither sent nor given up. */
  readonly queued: number;
  /** When the completion was recorded that waits longest, epoch ms; null where none waits. */
  readonly completionSince: number | null;
  /** When the live message that is out of date for longest became so, epoch ms; null where all are up to date. */
  readonly staleSince: number | null;
  readonly dueTargets: number;
  /** For when the poll was planned that is overdue for longest, epoch ms; null where none is. */
  readonly dueSince: number | null;
  /** When the polled target was last read that was not read for longest, epoch ms; null where none is polled. */
  readonly observedSince: number | null;
}

const NO_DELIVERIES: ReadonlySet<string> = new Set(['watch', 'due', 'polled']);

const row = z.object({ kind: z.string(), number: z.coerce.number(), since: z.coerce.number().nullable() });

/** Both halves are answered from indexes that hold what is open alone, however many messages were sent before. */
export async function readStats(database: Database, now: number): Promise<Stats> {
  const rows = await database.query(
    `select kind, count(*) as number, min(created_at) as since from deliveries where ${OPEN} group by kind
      union all
      select 'watch', count(*), null from watches where state = 'active' and target_id is not null
      union all
      select 'due', count(*), min(next_poll_at) from targets where next_poll_at is not null and next_poll_at <= $1
      union all
      select 'polled', count(*), min(last_requested_at) from targets where next_poll_at is not null`,
    [now],
  );
  const groups = rows.map((one) => row.parse(one));
  const since = (...kinds: readonly string[]): number | null => {
    const times = groups.flatMap((one) => (kinds.includes(one.kind) ? [one.since ?? 0] : []));
    return times.length === 0 ? null : Math.min(...times);
  };
  const deliveries = groups.filter(({ kind }) => !NO_DELIVERIES.has(kind));
  const due = groups.find(({ kind }) => kind === 'due');
  return {
    activeWatches: groups.find(({ kind }) => kind === 'watch')?.number ?? 0,
    queued: deliveries.reduce((sum, { number }) => sum + number, 0),
    completionSince: since('completion'),
    // A newer snapshot overwrites an unsent one and leaves the time of the first.
    staleSince: since('update', 'final'),
    dueTargets: due?.number ?? 0,
    dueSince: due?.since ?? null,
    observedSince: groups.find(({ kind }) => kind === 'polled')?.since ?? null,
  };
}
