/** Status of the whole workspace: ongoing scans, and whether the Console responds. */

import * as z from 'zod';
import type { ConsoleHealth, Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { scanOf, type TargetState } from '../scan/state/target-state.ts';
import type { Database } from './database.ts';
import { parseTargetState } from '../scan/state/stored-state.ts';
import { parseTarget } from './targets.ts';
import { type Fragment, sql } from './sql.ts';

/** Watched scans that are ongoing, as of the last poll, latest progress first. */
export async function runningScans(
  database: Database,
): Promise<readonly { readonly target: Target; readonly snapshot: Snapshot }[]> {
  const states = await readTargets(
    database,
    sql`id in (select s.target_id from scans s where s.ended_at is null)`,
  );
  return states
    .filter(({ state }) => scanOf(state) !== null && state.snapshot.emptyAnswers === 0)
    .map(({ target, state }) => ({ target, snapshot: state.snapshot }))
    .sort((a, b) => (b.snapshot.movedAt ?? 0) - (a.snapshot.movedAt ?? 0));
}

/**
 * A failed request counts most, then the latest response: of any request of this process (`own`), and of polls of
 * watched targets by any process.
 */
export async function consoleHealth(database: Database, own: ConsoleHealth): Promise<ConsoleHealth> {
  const states = (await readTargets(database, POLLED_LAST)).map(({ state }) => state);
  const answers = [own, ...states.map(({ snapshot }) => snapshot)].flatMap(
    (snapshot) => snapshot.answeredAt ?? [],
  );
  const answeredAt = answers.length === 0 ? null : Math.max(...answers);
  const failure = own.failure ?? states.find(({ failures }) => failures > 0)?.failure ?? null;
  const isReachable = answeredAt === null && failure === null ? null : failure === null;
  return { isReachable, answeredAt, failure };
}

/** As many as tell how the Console is. */
const POLLED_LAST = sql`id in (
  select p.id from targets p where p.next_poll_at is not null order by p.last_requested_at desc limit 100)`;

/** Those that are polled. `condition` is over `targets`. */
async function readTargets(
  database: Database,
  condition: Fragment,
): Promise<readonly { readonly target: Target; readonly state: TargetState }[]> {
  const rows = await database.query(
    sql`select reference, state from targets where next_poll_at is not null and ${condition}`,
  );
  return rows.map((row) => {
    const { reference, state } = targetRow.parse(row);
    return { target: parseTarget(reference), state: parseTargetState(state) };
  });
}

const targetRow = z.object({ reference: z.string().nullable(), state: z.string() });
