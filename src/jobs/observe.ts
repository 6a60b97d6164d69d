/**
 * The one way in which the Console is read: lease, ask, plan, record. Whoever asks, a tick or a person, the answer may be
 * the only one that ever says "completed", so no poll is thrown away unrecorded. Its results consume nothing: they are
 * looked at where an end may have been told to somebody else.
 */

import type { ImageReference } from '../image/reference.ts';
import { type Alarm, setAlarm } from '../loop.ts';
import { planResultsCheck, planStaleObservation, planPoll, type PollSettings } from '../scan/plan.ts';
import type { ResultsObservation } from '../scan/result.ts';
import type { Observation, Scope } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import {
  findTarget,
  leaseTarget,
  releaseTarget,
  renewTargets,
  type StoredTarget,
  claimDueResultChecks,
} from '../store/targets.ts';
import { watchesOfTarget } from '../store/watches.ts';
import { createLeaseKeeper, type Held, type LeaseKeeper } from './timing/lease-keeper.ts';
import { LEASE_MS, type Observed, record, type RecordOptions } from './record.ts';

/** People's questions go before ends that a result showed, and those before the tick's polls. */
export type Priority = 'person' | 'soon' | 'poll';

export interface ObserverOptions extends RecordOptions {
  /**
   * Never rejects: a failure is an observation like any other. null where nothing was asked, as the program stops, `mayStart`
   * says no when the request could leave, or the signal aborts before.
   */
  readonly fetchProgress: (
    target: Target,
    options: { priority: Priority; mayStart: () => boolean; leaseSignal: AbortSignal },
  ) => Promise<Observation | null>;
  /** The latest result of each target, in the same order. Never rejects. */
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
  /** Whether the Console is set up to scan an image, as far as that is known at once; left out where unknown. */
  readonly knownScope?: (reference: ImageReference) => Scope;
  readonly settings: PollSettings;
  /** In [0, 1). */
  readonly random: () => number;
  /** Between two polls of an idle image, ms; left out for the usual time. */
  readonly idleMs?: () => number;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export interface Observer {
  /** Reads one target, for a person unless said otherwise; joins a poll that is under way. */
  readonly observe: (target: Target, priority?: Priority) => Promise<Observed>;
  /** Reads one target that a tick has leased; `onTurn` is called when the Console grants the request, if it does. */
  readonly observeLeased: (leased: StoredTarget, onTurn?: () => void) => Promise<Observed>;
  /** Records a result that was read for other reasons. */
  readonly applyResult: (stored: StoredTarget, reading: ResultsObservation) => Promise<Observed>;
  /** Looks once at the results that are due for it; returns what was made of them, in no order. */
  readonly look: () => Promise<readonly ResultsCheck[]>;
  /** Resolves when no poll is under way: what the Console has answered is recorded. */
  readonly end: () => Promise<unknown>;
}

/** What a look came to. */
export interface ResultsCheck extends Observed {
  readonly before: StoredTarget;
}

/** Names of images in one request: twice as many spellings of them still fit into an address that proxies take. */
const MAX_LOOKUPS = 20;
/** A look takes two calls of 15 s at most; one that failed altogether is made again after this. */
const RESULTS_RETRY_MS = 45_000;

export function createObserver(given: ObserverOptions): Observer {
  const options: Parts = { ...given, leases: createLeases(given) };
  const underWay = new Map<string, Promise<Observed>>();
  const share = (id: string, read: () => Promise<Observed>): Promise<Observed> => {
    const joined = underWay.get(id);
    if (joined !== undefined) return joined;
    const reading = read().finally(() => underWay.delete(id));
    underWay.set(id, reading);
    return reading;
  };
  /** Unlike a poll, a look cannot be joined by one: each has something else to record. */
  const inTurn = async (id: string, read: () => Promise<Observed>): Promise<Observed> => {
    for (let other = underWay.get(id); other !== undefined; other = underWay.get(id)) {
      await other.catch(() => undefined);
    }
    return share(id, read);
  };
  return {
    end: () => Promise.allSettled(underWay.values()),
    observe: (target, priority = 'person') =>
      share(targetId(target), () => observeNow(options, target, priority)),
    observeLeased: (leased, onTurn) => {
      const joined = underWay.get(leased.id);
      // Whoever reads it has a lease of its own: this one would stay behind, and keep everybody from reading on.
      if (joined !== undefined) return joined.finally(() => giveBack(options, leased));
      return share(leased.id, () => readAndRecord(options, leased, { priority: 'poll', onTurn }));
    },
    applyResult: (stored, reading) => inTurn(stored.id, () => recordResultsCheck(options, stored, reading)),
    look: () => checkResults(options, inTurn),
  };
}

interface Parts extends ObserverOptions {
  readonly leases: LeaseKeeper;
}

function createLeases({ database, owner, now, alarm = setAlarm }: ObserverOptions): LeaseKeeper {
  const renew = (ids: readonly string[], until: number) => renewTargets(database, { ids, owner, until });
  return createLeaseKeeper({ renew, leaseMs: LEASE_MS, now, alarm });
}

async function observeNow(options: Parts, target: Target, priority: Priority): Promise<Observed> {
  const { database, owner, now } = options;
  const leased = await leaseTarget(database, target, { owner, now: now(), leaseMs: LEASE_MS });
  // Another process is reading it right now: what it recorded last is as fresh as it gets.
  return leased === null ? findObserved(options, target) : readAndRecord(options, leased, { priority });
}

async function findObserved({ database }: ObserverOptions, target: Target): Promise<Observed> {
  const found = await findTarget(database, target);
  if (found === null) throw new Error(`target ${targetId(target)} is leased and missing`);
  return toObserved(found);
}

function toObserved({ state: { snapshot, failure } }: StoredTarget): Observed {
  return { snapshot, failure };
}

interface Caller {
  readonly priority: Priority;
  readonly onTurn?: (() => void) | undefined;
}

async function readAndRecord(options: Parts, leased: StoredTarget, caller: Caller): Promise<Observed> {
  const held = options.leases.hold(leased.id, leased.leaseUntil ?? 0);
  try {
    const recorded = await readHeld(options, { ...caller, leased, held });
    if (recorded !== null) return recorded;
    // Nothing was learnt, not even a failure: whoever comes next reads it at once.
    await giveBack(options, { id: leased.id, leaseUntil: held.until() });
    return toObserved(leased);
  } catch (error) {
    await giveBack(options, { id: leased.id, leaseUntil: held.until() });
    throw error;
  } finally {
    held.end();
  }
}

interface HeldObservation extends Caller {
  readonly leased: StoredTarget;
  readonly held: Held;
}

/** null where the Console was not asked. */
async function readHeld(
  options: Parts,
  { leased, priority, onTurn, held }: HeldObservation,
): Promise<Observed | null> {
  const { database, settings, random, idleMs } = options;
  const watches = await watchesOfTarget(database, leased.id);
  // Asked for beforehand, it may be known by then; between an answer and its record nothing is waited for.
  scopeOf(options, leased);
  const mayStart = (): boolean => {
    onTurn?.();
    return held.isOurs();
  };
  const caller = { priority, mayStart, leaseSignal: held.signal };
  const observation = await options.fetchProgress(leased.target, caller);
  if (observation === null) return null;
  return record(options, {
    leased,
    watches,
    plan: ({ target, state, nextPollAt, isStopAsked }, by) => {
      const scope = scopeOf(options, { target, state });
      const input = {
        target,
        state,
        observation,
        watches: by,
        settings,
        isStopAsked,
        scope,
        random: random(),
        ...(idleMs && { idleMs: idleMs() }),
      };
      const isOvertaken = JSON.stringify(state) !== JSON.stringify(leased.state);
      return isOvertaken ? planStaleObservation({ ...input, nextPollAt }) : planPoll(input);
    },
  });
}

/** Of a scan that is under way nobody wonders. */
function scopeOf(
  { knownScope }: ObserverOptions,
  { target, state }: Pick<StoredTarget, 'target' | 'state'>,
): Scope {
  if (target.kind === 'regular' || state.scan !== null) return 'unknown';
  return knownScope?.(target.reference) ?? 'unknown';
}

/** Should that fail, too, the lease ends by itself. */
async function giveBack(
  { database, owner }: ObserverOptions,
  { id, leaseUntil }: Pick<StoredTarget, 'id' | 'leaseUntil'>,
): Promise<void> {
  await releaseTarget(database, { id, owner, leaseUntil }).catch(() => undefined);
}

type InTurn = (id: string, read: () => Promise<Observed>) => Promise<Observed>;

async function checkResults(options: Parts, inTurn: InTurn): Promise<readonly ResultsCheck[]> {
  const { database, now, fetchResults } = options;
  const at = now();
  const due = await claimDueResultChecks(database, {
    now: at,
    againAt: at + RESULTS_RETRY_MS,
    limit: MAX_LOOKUPS,
  });
  if (due.length === 0) return [];
  const observations = await fetchResults(due.map(({ target }) => target));
  const resultsChecks = due.map(async (before, index) => {
    const reading = observations[index];
    if (reading === undefined) throw new Error(`no result was read for ${before.id}`);
    return { before, ...(await inTurn(before.id, () => recordResultsCheck(options, before, reading))) };
  });
  return Promise.all(resultsChecks);
}

/** The lease keeps two processes from telling the same end; it is held for no longer than the recording takes. */
async function recordResultsCheck(
  options: Parts,
  { id, target }: StoredTarget,
  reading: ResultsObservation,
): Promise<Observed> {
  const { database, owner, now, settings } = options;
  const leased = await leaseTarget(database, target, { owner, now: now(), leaseMs: LEASE_MS });
  // It is looked at again when whoever reads it is done.
  if (leased === null) return findObserved(options, target);
  const held = options.leases.hold(id, leased.leaseUntil ?? 0);
  try {
    return await record(options, {
      leased,
      watches: await watchesOfTarget(database, id),
      plan: ({ state, nextPollAt }, watches) =>
        planResultsCheck({ target, state, reading, watches, settings, nextPollAt }),
    });
  } catch (error) {
    await giveBack(options, { id, leaseUntil: held.until() });
    throw error;
  } finally {
    held.end();
  }
}
