/**
 * Records observations: plan and commit without an await in between, repeated until it succeeds. The Console may report
 * an end only once, so it is not polled again.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Plan } from '../scan/plan.ts';
import type { Observed } from '../scan/snapshot.ts';
import type { Watch } from '../scan/watch.ts';
import type { Database } from '../store/database.ts';
import { recordPlan } from '../store/record-plan.ts';
import { renewLease, type StoredTarget } from '../store/targets.ts';
import { watchesOfTarget } from '../store/watches.ts';

export interface RecordOptions {
  readonly database: Database;
  /** Identifies this process in leases. */
  readonly owner: string;
  readonly now: () => number;
  /** Pauses between attempts, ms; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** Called after recording a plan with deliveries or reports. */
  readonly onRecorded: () => void;
}

/** A leased target and its watches. */
export interface Recording {
  readonly leased: StoredTarget;
  readonly watches: readonly Watch[];
  /** Plans the observation for the target and its current watches; pure. */
  readonly plan: (leased: StoredTarget, watches: readonly Watch[]) => Plan;
}

/** Renewed while a poll is in flight; a tick takes over from a crashed process within 15 s. */
export const POLL_LEASE_MS = 9_000;

/**
 * A locked or full database must not lose a poll that cannot be repeated: an operator has an hour to free space. If the
 * process is killed meanwhile, its expired lease marks the poll, and the results are checked.
 */
const MAX_TRIES = 400;
const PAUSE_STEP_MS = 1_000;
const PAUSE_MAX_MS = 10_000;

/** Rejects where all attempts failed. */
export async function record(options: RecordOptions, recording: Recording): Promise<Observed> {
  const pause = options.pause ?? sleep;
  let current = recording;
  let lastError: unknown = 'its watches keep changing, or its lease was lost';
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    try {
      const recorded = await recordOnce(options, current);
      if (recorded !== null) return recorded;
      const again = await readAgain(options, current);
      if (again === null) await pause(PAUSE_STEP_MS);
      else current = again;
    } catch (error) {
      lastError = error;
      await pause(Math.min(PAUSE_STEP_MS * tries, PAUSE_MAX_MS));
    }
  }
  throw new Error(`the reading of ${recording.leased.id} could not be recorded: ${messageOf(lastError)}`, {
    cause: lastError,
  });
}

/** null where the watches changed or the lease was lost. */
async function recordOnce(
  { database, owner, now, onRecorded }: RecordOptions,
  { leased, watches, plan: planFor }: Recording,
): Promise<Observed | null> {
  const { id: targetId, version } = leased;
  // Nothing is awaited from here to the commit: on SQLite no other task runs in between.
  const plan = planFor(leased, watches);
  const isRecorded = await recordPlan(database, { plan, targetId, owner, version, now: now() });
  if (!isRecorded) return null;
  if (plan.watches.length > 0 || plan.report !== null) onRecorded();
  return { snapshot: plan.state.snapshot, failure: plan.state.failure };
}

/**
 * Plans the same observation for the current watches. null while another process, which took over the expired lease,
 * polls the target.
 */
async function readAgain(
  { database, owner, now }: RecordOptions,
  recording: Recording,
): Promise<Recording | null> {
  const { id } = recording.leased;
  const leased = await renewLease(database, id, { owner, now: now(), leaseMs: POLL_LEASE_MS });
  return leased === null ? null : { ...recording, leased, watches: await watchesOfTarget(database, id) };
}
