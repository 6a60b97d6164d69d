/**
 * The one way in which the Console's progress is read: lease, ask, plan, record. Whoever asks, a tick or a person, the
 * answer may be the only one that ever says "completed", so no reading is thrown away unrecorded.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Observation, Failure, Snapshot } from '../scan/snapshot.ts';
import { planPoll, type Plan, type PollSettings } from '../scan/plan.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Watch } from '../scan/watch.ts';
import type { Database } from '../store/database.ts';
import { recordPlan } from '../store/plans.ts';
import { findTarget, leaseTarget, releaseTarget, type StoredTarget } from '../store/targets.ts';
import { watchesOfTarget } from '../store/watches.ts';

/** People's questions go before the tick's. */
export type Priority = 'person' | 'poll';

export interface ObserverOptions {
  readonly database: Database;
  /** Never rejects: a failure is an observation like any other. */
  readonly fetchProgress: (target: Target, options: { priority: Priority }) => Promise<Observation>;
  readonly settings: PollSettings;
  /** Names this process in leases. */
  readonly owner: string;
  readonly now: () => number;
  /** In [0, 1). */
  readonly chance: () => number;
  /** Waits between two tries to record, ms; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** Called after a plan that has something to deliver was recorded. */
  readonly onRecorded: () => void;
}

export interface Observed {
  readonly snapshot: Snapshot;
  /** Why this reading failed; null where the Console answered. */
  readonly failure: Failure | null;
}

export interface Observer {
  /** Reads one target for a person; joins a reading that is under way. */
  readonly observe: (target: Target) => Promise<Observed>;
  /** Reads one target that a tick has leased. */
  readonly observeLeased: (leased: StoredTarget) => Promise<Observed>;
  /** Resolves when no reading is under way: what the Console has answered is recorded. */
  readonly end: () => Promise<unknown>;
}

/** A call takes 15 s at most, and its turn in the budget may be 30 s away. */
export const LEASE_MS = 60_000;

export function createObserver(options: ObserverOptions): Observer {
  const underWay = new Map<string, Promise<Observed>>();
  const share = (id: string, read: () => Promise<Observed>): Promise<Observed> => {
    const joined = underWay.get(id);
    if (joined !== undefined) return joined;
    const reading = read().finally(() => underWay.delete(id));
    underWay.set(id, reading);
    return reading;
  };
  return {
    end: () => Promise.allSettled(underWay.values()),
    observe: (target) => share(targetId(target), () => observeForPerson(options, target)),
    observeLeased: (leased) => {
      const joined = underWay.get(leased.id);
      // Whoever reads it has a lease of its own: this one would stay behind, and keep everybody from reading on.
      if (joined !== undefined) return joined.finally(() => giveBack(options, leased));
      return share(leased.id, () => readAndRecord(options, leased, 'poll'));
    },
  };
}

async function observeForPerson(options: ObserverOptions, target: Target): Promise<Observed> {
  const { database, owner, now } = options;
  const leased = await leaseTarget(database, target, { owner, now: now(), leaseMs: LEASE_MS });
  if (leased !== null) return readAndRecord(options, leased, 'person');
  // Another process is reading it right now: what it recorded last is as fresh as it gets.
  const found = await findTarget(database, target);
  if (found === null) throw new Error(`target ${targetId(target)} is leased and missing`);
  return { snapshot: found.state.snapshot, failure: found.state.failure };
}

async function readAndRecord(
  options: ObserverOptions,
  leased: StoredTarget,
  priority: Priority,
): Promise<Observed> {
  const { database } = options;
  try {
    const watches = await watchesOfTarget(database, leased.id);
    const observation = await options.fetchProgress(leased.target, { priority });
    return await record(options, { leased, watches, observation });
  } catch (error) {
    await giveBack(options, leased);
    throw error;
  }
}

/** Should that fail, too, the lease ends by itself. */
async function giveBack(
  { database, owner }: ObserverOptions,
  { id, leaseUntil }: StoredTarget,
): Promise<void> {
  await releaseTarget(database, { id, owner, leaseUntil }).catch(() => undefined);
}

interface Reading {
  readonly leased: StoredTarget;
  readonly watches: readonly Watch[];
  readonly observation: Observation;
}

/** A person may begin or stop a watch while the Console answers; a handful of tries outlasts any number of clicks. */
const MAX_TRIES = 10;
/** A database that is locked or full for a moment must not cost a reading that may never come again: 10 × 1 s. */
const RETRY_MS = 1_000;

/**
 * Plans and records without an await in between. Where the watches changed since they were read, the same observation
 * is planned again for the watches as they are now: planPoll is pure, and the Console is not asked twice.
 */
async function record(options: ObserverOptions, reading: Reading): Promise<Observed> {
  let current = reading;
  let fault: unknown = new Error('its watches keep changing, or its lease was lost');
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      const recorded = await recordOnce(options, current);
      if (recorded !== null) return recorded;
      current = await readAgain(options.database, current);
    } catch (error) {
      fault = error;
      await (options.pause ?? sleep)(RETRY_MS);
    }
  }
  throw new Error(`the reading of ${reading.leased.id} could not be recorded: ${messageOf(fault)}`, {
    cause: fault,
  });
}

/** null where the watches changed, or the lease was lost. */
async function recordOnce(options: ObserverOptions, reading: Reading): Promise<Observed | null> {
  const { database, owner, now, onRecorded } = options;
  const { id: targetId, version } = reading.leased;
  const plan = planReading(options, reading);
  const isRecorded = await recordPlan(database, { plan, targetId, owner, version, now: now() });
  if (!isRecorded) return null;
  if (plan.watches.length > 0) onRecorded();
  return { snapshot: plan.state.snapshot, failure: plan.state.failure };
}

function planReading({ settings, chance }: ObserverOptions, { leased, watches, observation }: Reading): Plan {
  const { target, state } = leased;
  return planPoll({ target, state, observation, watches, settings, chance: chance() });
}

async function readAgain(database: Database, reading: Reading): Promise<Reading> {
  const leased = await findTarget(database, reading.leased.target);
  if (leased === null) throw new Error(`target ${reading.leased.id} is gone`);
  return { ...reading, leased, watches: await watchesOfTarget(database, leased.id) };
}
