/**
 * The delivery loop: lease what is due, hand it to `send`, settle what Slack answered. Ends go before updates, and an
 * outage or a limit of Slack costs freshness alone: an unsent update is overwritten by the next snapshot.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import { leaseDeliveries, type LeasedDelivery, recoverAbandoned } from '../store/deliveries.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import { leaseDoubts, resolveDoubt } from './doubts.ts';
import { createLateEdits, LANDS_WITHIN_MS, type LateEdits } from './late-edits.ts';
import { applySettlement, type Outcome } from './outcome.ts';
import { planSettlement, restMs, type Settlement } from './settle.ts';

export interface DelivererOptions {
  readonly database: Database;
  /** Renders and sends. Never rejects: whatever Slack or the network does is a receipt. */
  readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
  /** Looks for a post in its conversation. */
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  readonly owner: string;
  readonly now: () => number;
  readonly chance: () => number;
  readonly log: Log;
  /** Told of every settled attempt. */
  readonly onSettled: (delivery: LeasedDelivery, outcome: Outcome) => void;
}

export interface Deliverer {
  /** Sends until the signal aborts; what is under way then is settled before the promise resolves. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Something new is due: do not wait for the next look. */
  readonly wake: () => void;
  /** Sends what is due now, once, and waits for it; for tests. Returns how many calls that took. */
  readonly deliverDue: () => Promise<number>;
}

const POSTS: readonly DeliveryKind[] = ['live', 'completion'];
/** Slack grants 50 edits a minute; two are left for clocks that disagree on where the minute begins. */
const EDITS_A_MINUTE = 48;
/** Of these, final states may use all, updates leave some: an end is never delayed by progress. */
const UPDATES_A_MINUTE = 42;
/** The history is read on a limit of its own, as high as that of edits. */
const LOOKS_A_MINUTE = 48;
/** About one message per second and channel. */
const CHANNEL_PAUSE_MS = 1_000;
const AT_ONCE = 8;
/** A call that hangs takes up a place for ten seconds: updates leave some of them, too. */
const UPDATES_AT_ONCE = 6;
const LOOKS_AT_ONCE = 4;
/** Slack's call takes 10 s at most. */
const LEASE_MS = 30_000;
/** Without a wake-up the outbox is looked at this often: retries become due by the clock. */
const LOOK_EVERY_MS = 500;
const LOOK_AFTER_FAULT_MS = 5_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  const bell = createBell();
  const state: State = {
    limits: createLimits(),
    lanes: createLanes(bell.ring),
    lateEdits: createLateEdits(),
  };
  const begin = () => beginDue(options, state);
  return {
    wake: bell.ring,
    async deliverDue() {
      const begun = await begin();
      await Promise.all(begun);
      return begun.length;
    },
    async run(signal) {
      signal.addEventListener('abort', bell.ring, { once: true });
      while (!signal.aborted) {
        const waitMs = await begin().then(
          () => LOOK_EVERY_MS,
          (error: unknown) => {
            options.log.error({ error: messageOf(error) }, 'the outbox could not be read; trying again');
            return LOOK_AFTER_FAULT_MS;
          },
        );
        await bell.wait(waitMs);
      }
      await Promise.all(Object.values(state.lanes).map((lane) => lane.end()));
    },
  };
}

type Limits = ReturnType<typeof createLimits>;

interface State {
  readonly limits: Limits;
  readonly lanes: ReturnType<typeof createLanes>;
  readonly lateEdits: LateEdits;
}

function createLimits() {
  const windowMs = 60_000;
  return {
    edits: createAllowance({ calls: EDITS_A_MINUTE, windowMs }),
    updates: createAllowance({ calls: UPDATES_A_MINUTE, windowMs }),
    looks: createAllowance({ calls: LOOKS_A_MINUTE, windowMs }),
    posts: createAllowance({ calls: Number.MAX_SAFE_INTEGER, windowMs: 0 }),
  };
}

/** Nothing waits for a call that hangs but what wants its place. */
function createLanes(onFree: () => void) {
  return {
    looks: createLane(LOOKS_AT_ONCE, onFree),
    posts: createLane(AT_ONCE, onFree),
    edits: createLane(AT_ONCE, onFree),
  };
}

interface Lane {
  /** How many calls may be begun. */
  free(): number;
  /** `call` never rejects. */
  begin(call: Promise<void>): Promise<void>;
  /** Resolves when no call is under way. */
  end(): Promise<unknown>;
}

function createLane(size: number, onFree: () => void): Lane {
  const underWay = new Set<Promise<void>>();
  return {
    free: () => size - underWay.size,
    begin(call) {
      const ended = call.then(() => {
        underWay.delete(ended);
        onFree();
      });
      underWay.add(ended);
      return ended;
    },
    end: () => Promise.all(underWay),
  };
}

/** Waits that can be cut short; a ring between two waits cuts the next one. */
function createBell() {
  let hasRung = false;
  let onRing = (): void => undefined;
  return {
    ring: (): void => {
      hasRung = true;
      onRing();
    },
    wait: async (ms: number): Promise<void> => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          onRing = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      hasRung = false;
    },
  };
}

/** Begins what is due and has a place; every one of the promises is a call that has begun. */
async function beginDue(
  options: DelivererOptions,
  { limits, lanes, lateEdits }: State,
): Promise<Promise<void>[]> {
  const { database, now, log } = options;
  const abandoned = await recoverAbandoned(database, now());
  if (abandoned > 0) log.warn({ abandoned }, 'taking up what an earlier process was sending');
  const doubtOptions = { ...options, looks: limits.looks };
  const looks = await leaseDoubts(doubtOptions, lanes.looks.free());
  const begun = looks.map((delivery) => lanes.looks.begin(resolveDoubt(doubtOptions, delivery)));
  for (const delivery of await leasePosts(options, limits, lanes.posts.free())) {
    begun.push(lanes.posts.begin(deliver(options, { limit: limits.posts, lateEdits }, delivery)));
  }
  for (const delivery of await leaseEdits(options, limits, lanes.edits.free())) {
    begun.push(lanes.edits.begin(deliver(options, { limit: limits.edits, lateEdits }, delivery)));
  }
  return begun;
}

async function leasePosts(
  { database, owner, now }: DelivererOptions,
  limits: Limits,
  free: number,
): Promise<LeasedDelivery[]> {
  const at = now();
  const limit = Math.min(free, limits.posts.left(at));
  if (limit === 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, channelPauseMs: CHANNEL_PAUSE_MS };
  return leaseDeliveries(database, { ...lease, kinds: POSTS, limit });
}

/** Final states first; updates have an allowance of their own, within the same one. */
async function leaseEdits(
  { database, owner, now }: DelivererOptions,
  limits: Limits,
  free: number,
): Promise<LeasedDelivery[]> {
  const at = now();
  const left = Math.min(free, limits.edits.left(at));
  if (left === 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, channelPauseMs: 0 };
  const finals = await leaseDeliveries(database, { ...lease, kinds: ['final'], limit: left });
  limits.edits.take(at, finals.length);
  const places = Math.min(left, free - (AT_ONCE - UPDATES_AT_ONCE)) - finals.length;
  const updatesLeft = Math.min(places, limits.updates.left(at));
  if (updatesLeft <= 0) return finals;
  const updates = await leaseDeliveries(database, { ...lease, kinds: ['update'], limit: updatesLeft });
  limits.edits.take(at, updates.length);
  limits.updates.take(at, updates.length);
  return [...finals, ...updates];
}

async function deliver(
  options: DelivererOptions,
  { limit, lateEdits }: { limit: Allowance; lateEdits: LateEdits },
  delivery: LeasedDelivery,
): Promise<void> {
  const { kind, attempts, isPlain, messageTs, place } = delivery;
  try {
    // A process that was stopped for longer than its lease may find that another one has sent it meanwhile.
    if (options.now() - delivery.attemptedAt >= LEASE_MS) return;
    const receipt = await options.send(delivery);
    const isBelowLive = kind === 'completion' && messageTs !== null && place.thread === '';
    const chance = options.chance();
    const planned = planSettlement({ kind, receipt, attempts, isPlain, isBelowLive, chance });
    limit.pause(options.now(), restMs(planned));
    const settlement = outlastLateEdits(lateEdits, { delivery, receipt, planned, now: options.now() });
    options.onSettled(delivery, await applySettlement(options, delivery, settlement));
  } catch (error) {
    // It stays `sending`: when its lease is over it is taken up like one of a process that died.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'a delivery could not be settled');
  }
}

interface Sent {
  readonly delivery: LeasedDelivery;
  readonly receipt: Receipt;
  readonly planned: Settlement;
  readonly now: number;
}

function outlastLateEdits(lateEdits: LateEdits, { delivery, receipt, planned, now }: Sent): Settlement {
  const { kind, watchId } = delivery;
  if (kind === 'update' && receipt.kind === 'unknown') lateEdits.note(watchId, now);
  if (kind !== 'final' || planned.kind !== 'done' || !lateEdits.take(watchId, now)) return planned;
  return { kind: 'later', inMs: LANDS_WITHIN_MS, pauseMs: 0, error: 'an edit before it may still land' };
}
