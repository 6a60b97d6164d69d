/**
 * The delivery loop: lease what is due, hand it to `send`, settle what Slack answered. Ends go before updates, and an
 * outage or a limit of Slack costs freshness alone: an unsent update is overwritten by the next snapshot.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Readiness } from '../readiness.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import {
  endStrayedLeases,
  leaseDeliveries,
  nextDueAt,
  pullDeliveries,
  recoverAbandoned,
  renewDeliveries,
  shiftDueTimes,
} from '../store/delivery-leases.ts';
import type { LeasedDelivery } from '../store/leased-delivery.ts';
import { savePause } from '../store/limits.ts';
import { QUOTAS } from '../store/quotas.ts';
import { createLimits, type Limits } from './allowance.ts';
import { type Alarm, createBell, setAlarm } from './bell.ts';
import { leaseDoubts, resolveDoubt } from './doubts.ts';
import { createLeaseKeeper, type LeaseKeeper } from './lease-keeper.ts';
import { applySettlement, LANDS_WITHIN_MS, LEASE_MS, type Outcome } from './outcome.ts';
import { isEdit, planSettlement, restMs, type Settlement } from './settle.ts';
import { createTokenGate, type TokenGate } from './token-gate.ts';

export interface DelivererOptions {
  readonly database: Database;
  /** Renders and sends. Never rejects: whatever Slack or the network does is a receipt. */
  readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
  /** Looks for a post in its conversation. */
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  /** How far Slack's clock is ahead of ours, ms, as far as it is known. */
  readonly slackAheadMs?: () => number;
  /** Asked while a refused token keeps everything waiting; null where Slack does not tell. Never rejects. */
  readonly isTokenGood?: () => Promise<boolean | null>;
  /** Told whether Slack takes the token. */
  readonly readiness?: Readiness;
  readonly owner: string;
  readonly now: () => number;
  readonly chance: () => number;
  readonly log: Log;
  /** Told of every settled attempt. */
  readonly onSettled: (delivery: LeasedDelivery, outcome: Outcome) => void;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export interface Deliverer {
  /** Sends until the signal aborts; what is under way then is settled before the promise resolves. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Something new is due: do not wait for the next look. */
  readonly wake: () => void;
  /** Sends what is due now, once, and waits for it; for tests. Returns how many calls that took. */
  readonly deliverDue: () => Promise<number>;
}

const POSTS: readonly DeliveryKind[] = ['live', 'notice', 'stopped-by', 'completion'];
/** About one message per second and channel. */
const CHANNEL_PAUSE_MS = 1_000;
const AT_ONCE = 8;
/** A call that hangs takes up a place for ten seconds: updates leave some of them, too. */
const UPDATES_AT_ONCE = 6;
const LOOKS_AT_ONCE = 4;
/** Slack's call takes so long at most. */
const CALL_MS = 10_000;
/** While something is due, the outbox is looked at this often: limits and lanes become free. */
const LOOK_EVERY_MS = 500;
/** Else at its next due time; but other processes put something in without a wake-up. */
const IDLE_MS = 2_000;
/** No retry waits for longer than Slack asks us to, which is minutes; what seems to was put off by another clock. */
const LONGEST_WAIT_MS = 15 * 60_000;
const LOOK_AFTER_FAULT_MS = 5_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  const bell = createBell();
  const state: State = {
    limits: createLimits(),
    lanes: createLanes(bell.ring),
    token: createTokenGate(options.isTokenGood ?? (() => Promise.resolve(null))),
    leases: createLeases(options),
    lookedAt: null,
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
        const waitMs = await lookAndBegin(options, begin).catch((error: unknown) => {
          options.log.error({ error: messageOf(error) }, 'the outbox could not be read; trying again');
          return LOOK_AFTER_FAULT_MS;
        });
        await bell.wait(waitMs);
      }
      await Promise.all(Object.values(state.lanes).map((lane) => lane.end()));
    },
  };
}

/** Begins what is due; returns how long nothing else will be, ms. An idle outbox costs one read. */
async function lookAndBegin(
  { database, now }: DelivererOptions,
  begin: () => Promise<unknown>,
): Promise<number> {
  const dueAt = await nextDueAt(database);
  const at = now();
  if (dueAt === null) return IDLE_MS;
  // A lease that reaches too far ahead is over as well: whoever is late by so much looks again.
  if (dueAt > at && dueAt <= at + 2 * LEASE_MS) return Math.min(IDLE_MS, dueAt - at);
  await begin();
  return LOOK_EVERY_MS;
}

interface State {
  readonly limits: Limits;
  readonly lanes: ReturnType<typeof createLanes>;
  readonly token: TokenGate;
  readonly leases: LeaseKeeper;
  /** When the outbox was last looked at, epoch ms. */
  lookedAt: number | null;
}

function createLeases({ database, owner, now, alarm = setAlarm }: DelivererOptions): LeaseKeeper {
  const renew = (ids: readonly string[], until: number) => renewDeliveries(database, { ids, owner, until });
  return createLeaseKeeper({ renew, leaseMs: LEASE_MS, now, alarm });
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

/** Begins what is due and has a place; every one of the promises is a call that has begun. */
async function beginDue(options: DelivererOptions, state: State): Promise<Promise<void>[]> {
  const { database, now, log } = options;
  const { limits, lanes, token } = state;
  await followClock(options, state);
  await endStrayedLeases(database, { now, leaseMs: LEASE_MS });
  const abandoned = await recoverAbandoned(database, { now: now(), landsWithinMs: LANDS_WITHIN_MS });
  if (abandoned > 0) log.warn({ abandoned }, 'taking up what an earlier process was sending');
  const doubtOptions = { ...options, looks: limits.looks, leases: state.leases };
  const looks = await leaseDoubts(doubtOptions, lanes.looks.free());
  const begun = looks.map((delivery) => lanes.looks.begin(resolveDoubt(doubtOptions, delivery)));
  const allowed = token.allowed(now());
  const posts = await leasePosts(options, limits, Math.min(allowed, lanes.posts.free()));
  for (const delivery of posts) begun.push(lanes.posts.begin(deliver(options, state, delivery)));
  const edits = await leaseEdits(options, limits, { free: lanes.edits.free(), most: allowed - posts.length });
  for (const delivery of edits) begun.push(lanes.edits.begin(deliver(options, state, delivery)));
  return begun;
}

/** What waits for its time must not wait for an hour that comes twice. */
async function followClock({ database, now }: DelivererOptions, state: State): Promise<void> {
  const at = now();
  const before = state.lookedAt;
  state.lookedAt = at;
  if (before === null) await pullDeliveries(database, { now: at, longestWaitMs: LONGEST_WAIT_MS });
  else if (at < before) await shiftDueTimes(database, { backMs: before - at, now: at });
}

async function leasePosts(
  { database, owner, now, slackAheadMs = noSkew }: DelivererOptions,
  limits: Limits,
  free: number,
): Promise<LeasedDelivery[]> {
  const at = now();
  const limit = Math.min(free, limits.posts.left(at));
  if (limit === 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, slackAheadMs: slackAheadMs() };
  return leaseDeliveries(database, {
    ...lease,
    channelPauseMs: CHANNEL_PAUSE_MS,
    kinds: POSTS,
    quota: QUOTAS.posts,
    limit,
  });
}

const noSkew = (): number => 0;

/** Final states first; updates have an allowance of their own, within the same one. */
async function leaseEdits(
  { database, owner, now }: DelivererOptions,
  limits: Limits,
  { free, most }: { free: number; most: number },
): Promise<LeasedDelivery[]> {
  const at = now();
  const left = Math.min(free, most, limits.edits.left(at));
  if (left <= 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, channelPauseMs: 0 };
  const finals = await leaseDeliveries(database, {
    ...lease,
    kinds: ['final'],
    quota: QUOTAS.finals,
    limit: left,
  });
  limits.edits.take(at, finals.length);
  const places = Math.min(left, free - (AT_ONCE - UPDATES_AT_ONCE)) - finals.length;
  const updatesLeft = Math.min(places, limits.updates.left(at));
  if (updatesLeft <= 0) return finals;
  const updates = await leaseDeliveries(database, {
    ...lease,
    kinds: ['update'],
    quota: QUOTAS.updates,
    limit: updatesLeft,
  });
  limits.edits.take(at, updates.length);
  limits.updates.take(at, updates.length);
  return [...finals, ...updates];
}

async function deliver(options: DelivererOptions, state: State, delivery: LeasedDelivery): Promise<void> {
  const { kind, attempts, isPlain } = delivery;
  const held = state.leases.hold(delivery.id, delivery.attemptedAt + LEASE_MS);
  try {
    // A process that stood still may find that another one has sent it meanwhile, or does so before this call is over.
    if (options.now() - delivery.attemptedAt >= LEASE_MS - CALL_MS) return;
    const receipt = await options.send(delivery);
    const isInThread = !isEdit(kind) && delivery.thread !== '';
    const chance = options.chance();
    const settlement = planSettlement({ kind, receipt, attempts, isPlain, isInThread, chance });
    noteToken(options, state.token, settlement);
    await rest(options, state.limits, {
      method: isEdit(kind) ? 'edits' : 'posts',
      forMs: restMs(settlement),
    });
    const outcome = await applySettlement(options, delivery, settlement);
    if (outcome.kind !== 'superseded') options.onSettled(delivery, outcome);
  } catch (error) {
    // It stays `sending`: when its lease is over it is taken up like one of a process that died.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'a delivery could not be settled');
  } finally {
    held.end();
  }
}

/** Before anything else is written: until then another replica may still call. */
async function rest(
  { database, now }: DelivererOptions,
  limits: Limits,
  { method, forMs }: { method: 'posts' | 'edits'; forMs: number },
): Promise<void> {
  if (forMs === 0) return;
  const at = now();
  limits[method].pause(at, forMs);
  await savePause(database, { method, now: at, until: at + forMs });
}

function noteToken({ readiness, now }: DelivererOptions, token: TokenGate, settlement: Settlement): void {
  if (settlement.kind === 'unauthorized') {
    token.refuse(now());
    readiness?.report('token', tokenProblem(settlement.error));
  }
  if (settlement.kind === 'done') {
    token.accept();
    readiness?.report('token', null);
  }
}

function tokenProblem(error: string): string {
  return `Slack refuses SLACK_BOT_TOKEN (${error}): reinstall the app or set the new token, and start again if it changed; everything stays queued`;
}
