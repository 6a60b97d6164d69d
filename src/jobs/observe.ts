/**
 * The only way to poll the Console: lease, request, plan, record. A response may be the only one that ever says
 * "completed", so every poll is recorded, of a tick or of a person's request. Results consume nothing: they are checked
 * where another client may have consumed an end.
 */

import type { ImageReference } from '../image/reference.ts';
import { type Alarm, setAlarm } from '../loop.ts';
import type { Priority } from '../prisma-cloud/http/permits.ts';
import { planResultsCheck, planStaleObservation, planPoll, type PollSettings } from '../scan/plan.ts';
import type { ResultsObservation } from '../scan/results/result.ts';
import type { Observation, Observed, Scope } from '../scan/snapshot.ts';
import { scanOf } from '../scan/state/target-state.ts';
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
import { POLL_LEASE_MS, record, type RecordOptions } from './record.ts';

export interface ObserverOptions extends RecordOptions {
  /**
   * Never rejects: a failure is an observation. null where no request was sent: at shutdown, where `mayStart` is false
   * when the request could leave, or where the signal aborts before.
   */
  readonly fetchProgress: (
    target: Target,
    options: {
      priority: Priority;
      mayStart: () => boolean;
      leaseSignal: AbortSignal;
      personSignal: AbortSignal;
      foundAs: string | undefined;
    },
  ) => Promise<Observation | null>;
  /** The latest result of each target, in the same order. Never rejects. */
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
  /** Whether a registry specification covers an image, if known without a request; left out where unknown. */
  readonly knownScope?: (reference: ImageReference) => Scope;
  readonly settings: PollSettings;
  /** In [0, 1). */
  readonly random: () => number;
  /** Time between two polls of an idle image, ms; left out for the usual time. */
  readonly idleMs?: () => number;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export interface Observer {
  /** Polls one target, by default with a person's priority; joins a poll in flight. */
  readonly observe: (target: Target, priority?: Priority) => Promise<Observed>;
  /** Polls a target leased by a tick; `onRequest` is called once it has a permit. */
  readonly observeLeased: (leased: StoredTarget, onRequest?: () => void) => Promise<Observed>;
  /** Records a result that was requested for another reason. */
  readonly applyResult: (stored: StoredTarget, reading: ResultsObservation) => Promise<Observed>;
  /** Checks all results that are due once; returns the outcomes in no order. */
  readonly checkResults: () => Promise<readonly ResultsCheck[]>;
  /** Resolves when no poll is in flight: all responses are recorded. */
  readonly end: () => Promise<unknown>;
}

/** The outcome of a results check. */
export interface ResultsCheck extends Observed {
  readonly before: StoredTarget;
}

/** Image names per request: twice as many spellings still fit into a URL that proxies accept. */
const MAX_LOOKUPS = 20;
/** As a rule a check makes two calls, each of 15 s at most; a failed one is repeated after this time. */
const RESULTS_RETRY_MS = 45_000;

export function createObserver(observerOptions: ObserverOptions): Observer {
  const options: ObserverState = { ...observerOptions, leases: createLeases(observerOptions) };
  const underWay = new Map<string, Shared>();
  const share = (id: string, read: (personSignal: AbortSignal) => Promise<Observed>): Promise<Observed> => {
    const joined = underWay.get(id);
    if (joined !== undefined) return joined.reading;
    const person = new AbortController();
    const reading = read(person.signal).finally(() => underWay.delete(id));
    underWay.set(id, { reading, person });
    return reading;
  };
  /** A poll can be joined, a results check cannot: each has something else to record. */
  const serialize = async (id: string, read: () => Promise<Observed>): Promise<Observed> => {
    // Checked again after each wait: another caller may have started the next poll first.
    for (let other = underWay.get(id); other !== undefined; other = underWay.get(id)) {
      await other.reading.catch(() => undefined);
    }
    return share(id, read);
  };
  return {
    end: () => Promise.allSettled([...underWay.values()].map(({ reading }) => reading)),
    observe: (target, priority = 'interactive') => {
      const id = targetId(target);
      // A poll of a tick may wait for its turn behind those of all other targets.
      if (priority === 'interactive') underWay.get(id)?.person.abort();
      return share(id, (personSignal) => observeNow(options, target, { priority, personSignal }));
    },
    observeLeased: (leased, onRequest) => {
      const joined = underWay.get(leased.id);
      // The poll in flight has its own lease: this one would remain and block all polls.
      if (joined !== undefined) return joined.reading.finally(() => releaseLease(options, leased));
      return share(leased.id, (personSignal) =>
        readAndRecord(options, leased, { priority: 'background', onRequest, personSignal }),
      );
    },
    applyResult: (stored, reading) =>
      serialize(stored.id, () => recordResultsCheck(options, stored, reading)),
    checkResults: () => checkResults(options, serialize),
  };
}

/** A poll in flight, and a way to say that a person waits for it. */
interface Shared {
  readonly reading: Promise<Observed>;
  readonly person: AbortController;
}

interface ObserverState extends ObserverOptions {
  readonly leases: LeaseKeeper;
}

function createLeases({ database, owner, now, alarm = setAlarm }: ObserverOptions): LeaseKeeper {
  const renew = (ids: readonly string[], until: number) => renewTargets(database, { ids, owner, until });
  return createLeaseKeeper({ renew, leaseMs: POLL_LEASE_MS, now, alarm });
}

async function observeNow(options: ObserverState, target: Target, caller: PollCaller): Promise<Observed> {
  const { database, owner, now } = options;
  const leased = await leaseTarget(database, target, { owner, now: now(), leaseMs: POLL_LEASE_MS });
  // Another process polls it right now: its last snapshot is the freshest.
  return leased === null ? findObserved(options, target) : readAndRecord(options, leased, caller);
}

async function findObserved({ database }: ObserverOptions, target: Target): Promise<Observed> {
  const found = await findTarget(database, target);
  if (found === null) throw new Error(`target ${targetId(target)} is leased and missing`);
  return toObserved(found);
}

function toObserved({ state: { snapshot, failure } }: StoredTarget): Observed {
  return { snapshot, failure };
}

interface PollCaller {
  readonly priority: Priority;
  /** Aborts once a person joins. */
  readonly personSignal: AbortSignal;
  readonly onRequest?: (() => void) | undefined;
}

async function readAndRecord(
  options: ObserverState,
  leased: StoredTarget,
  caller: PollCaller,
): Promise<Observed> {
  const held = options.leases.hold(leased.id, leased.leaseUntil ?? 0);
  try {
    const recorded = await readHeld(options, { ...caller, leased, held });
    if (recorded !== null) return recorded;
    // Nothing was observed, not even a failure: the next caller may poll immediately.
    await releaseLease(options, { id: leased.id, leaseUntil: held.until() });
    return toObserved(leased);
  } catch (error) {
    await releaseLease(options, { id: leased.id, leaseUntil: held.until() });
    throw error;
  } finally {
    held.end();
  }
}

interface HeldObservation extends PollCaller {
  readonly leased: StoredTarget;
  readonly held: Held;
}

/** null where no request was sent. */
async function readHeld(
  options: ObserverState,
  { leased, priority, personSignal, onRequest, held }: HeldObservation,
): Promise<Observed | null> {
  const { database, settings, random, idleMs } = options;
  // If they change during the request, recordPlan rejects the plan, and it is made again.
  const watches = await watchesOfTarget(database, leased.id);
  // Requested beforehand, so that it may be known by then: between a response and its commit nothing is awaited.
  knownScopeOf(options, leased);
  const mayStart = (): boolean => {
    onRequest?.();
    return held.isOurs();
  };
  // Known to every replica: a poll by another name would take the scan for one that disappeared.
  const { state } = leased;
  const foundAs = scanOf(state) === null ? undefined : state.snapshot.registries[0]?.foundAs;
  const caller = { priority, mayStart, leaseSignal: held.signal, personSignal, foundAs };
  const observation = await options.fetchProgress(leased.target, caller);
  if (observation === null) return null;
  return record(options, {
    leased,
    watches,
    plan: ({ target, state, nextPollAt, isStopRequested }, by) => {
      const scope = knownScopeOf(options, { target, state });
      const input = {
        target,
        state,
        observation,
        watches: by,
        settings,
        isStopRequested,
        scope,
        random: random(),
        ...(idleMs && { idleMs: idleMs() }),
      };
      // It is the same one at the first attempt.
      const isStale = state !== leased.state && JSON.stringify(state) !== JSON.stringify(leased.state);
      return isStale ? planStaleObservation({ ...input, nextPollAt }) : planPoll(input);
    },
  });
}

/** An ongoing scan needs no scope. */
function knownScopeOf(
  { knownScope }: ObserverOptions,
  { target, state }: Pick<StoredTarget, 'target' | 'state'>,
): Scope {
  if (target.kind === 'regular' || scanOf(state) !== null) return 'unknown';
  return knownScope?.(target.reference) ?? 'unknown';
}

/** If that fails, the lease expires. */
async function releaseLease(
  { database, owner }: ObserverOptions,
  { id, leaseUntil }: Pick<StoredTarget, 'id' | 'leaseUntil'>,
): Promise<void> {
  await releaseTarget(database, { id, owner, leaseUntil }).catch(() => undefined);
}

type Serialize = (id: string, read: () => Promise<Observed>) => Promise<Observed>;

async function checkResults(options: ObserverState, serialize: Serialize): Promise<readonly ResultsCheck[]> {
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
    return { before, ...(await serialize(before.id, () => recordResultsCheck(options, before, reading))) };
  });
  return Promise.all(resultsChecks);
}

/** The lease prevents that two processes report the same end; it lasts only as long as the recording. */
async function recordResultsCheck(
  options: ObserverState,
  { id, target }: StoredTarget,
  reading: ResultsObservation,
): Promise<Observed> {
  const { database, owner, now, settings } = options;
  const leased = await leaseTarget(database, target, { owner, now: now(), leaseMs: POLL_LEASE_MS });
  // It is checked again when the other process is done.
  if (leased === null) return findObserved(options, target);
  const held = options.leases.hold(id, leased.leaseUntil ?? 0);
  try {
    return await record(options, {
      leased,
      watches: await watchesOfTarget(database, id),
      plan: ({ state, nextPollAt }, watches) =>
        planResultsCheck({ target, state, results: reading, watches, settings, nextPollAt }),
    });
  } catch (error) {
    await releaseLease(options, { id, leaseUntil: held.until() });
    throw error;
  } finally {
    held.end();
  }
}
