/**
 * The delivery loop: lease due deliveries, `send` each, settle the receipt. Ends go before updates, and an outage or
 * rate limit of Slack costs freshness only: an unsent update is overwritten by the next snapshot.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Alarm, type Loop, setAlarm, startLoop } from '../loop.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import {
  expireFutureLeases,
  type DeliveryLease,
  leaseDeliveries,
  type OpenDeliveries,
  rescheduleDeliveriesAfterClockChange,
  readOpen,
  recoverExpired,
  renewDeliveries,
  rescheduleAllAfterClockChange,
} from '../store/outbox/lease.ts';
import { farthestEnd } from '../store/sql.ts';
import type { LeasedDelivery } from '../store/outbox/load.ts';
import type { SettledUnreadable } from '../store/outbox/unreadable.ts';
import { nextCallAt, QUOTAS, rescheduleLimits, savePause } from '../store/limits/rate-limits.ts';
import { leaseAmbiguousDeliveries, reconcileDelivery } from './reconcile.ts';
import { CONCURRENCY, createPools, type Pools } from './pools.ts';
import { createLeaseKeeper, type LeaseKeeper } from './timing/lease-keeper.ts';
import {
  applySettlement,
  MAY_STILL_APPLY_MS,
  DELIVERY_LEASE_MS,
  logUnreadable,
  type Outcome,
} from './outcome.ts';
import { isEdit, planSettlement, pauseOf } from './settle.ts';
import { createTokenGate, recordToken, type TokenGate, type TokenReport } from './token-gate.ts';

export interface DelivererOptions extends TokenReport {
  readonly database: Database;
  /** Renders and sends. Never rejects: every failure of Slack or the network is a receipt. */
  readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
  /** Searches a post in its conversation. */
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  /** How far Slack's clock is ahead of ours, ms, if known. */
  readonly slackAheadMs?: () => number;
  /** Polled while a rejected token blocks all deliveries; null where Slack does not say. Never rejects. */
  readonly isTokenGood?: () => Promise<boolean | null>;
  readonly owner: string;
  readonly random: () => number;
  readonly log: Log;
  /** Called after every settled attempt. */
  readonly onSettled: (delivery: LeasedDelivery, outcome: Outcome) => void;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export interface Deliverer {
  /** Sends until stopped; `stop` resolves when the calls in flight are settled. To be called once. */
  readonly start: () => Loop;
  /** Sends the due deliveries once and waits for them; for tests. Returns the number of calls. */
  readonly deliverDue: () => Promise<number>;
}

const POSTS: readonly DeliveryKind[] = ['live', 'notice', 'stopped-by', 'completion', 'digest'];
/** Slack's limit: about one message per second and channel. */
const CHANNEL_PAUSE_MS = 1_000;
/** A hanging call blocks a permit for ten seconds, so updates leave some free. */
const UPDATES_AT_ONCE = 6;
/** Time limit of a Slack call. */
const CALL_MS = 10_000;
/** Poll interval while deliveries are due: limits and pools become free. */
const POLL_INTERVAL_MS = 500;
/** Slack requests pauses of minutes at most; a later retry was scheduled by another clock. */
const LONGEST_WAIT_MS = 15 * 60_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  let loop: Loop | null = null;
  const state: State = {
    notBefore: { posts: 0, edits: 0, looks: 0 },
    pools: createPools(() => loop?.wake()),
    token: createTokenGate(options.isTokenGood ?? (() => Promise.resolve(null))),
    leases: createLeases(options),
    polledAt: null,
    open: [],
  };
  const next = () => nextDueAt(options, state);
  const begin = () => beginDue(options, state);
  return {
    async deliverDue() {
      await next();
      const begun = await begin();
      await Promise.all(begun);
      return begun.length;
    },
    start() {
      const timing = { minIntervalMs: 0, repeatMs: () => nextPollIn(options, state) };
      const { wake, stop } = (loop = startLoop({ ...options, name: 'deliver', next, run: begin, ...timing }));
      return {
        wake,
        stop: async () => {
          await stop();
          await Promise.all(Object.values(state.pools).map((pool) => pool.end()));
        },
      };
    },
  };
}

/** Infinity for none: an idle outbox costs this read alone. */
async function nextDueAt(options: DelivererOptions, state: State): Promise<number> {
  await followClock(options, state);
  state.open = await recoverLeases(options, await readOpen(options.database));
  return Math.min(...state.open.map(({ dueAt }) => dueAt));
}

/** The next edit leaves as soon as its spacing allows it. */
function nextPollIn({ now }: DelivererOptions, { notBefore }: State): number {
  const editIn = notBefore.edits - now();
  return editIn <= 0 ? POLL_INTERVAL_MS : Math.min(POLL_INTERVAL_MS, editIn);
}

/**
 * Recovers leases of crashed processes, and leases from before the clock moved back; returns the open deliveries after
 * that.
 */
async function recoverLeases(
  { database, now, log }: DelivererOptions,
  open: readonly OpenDeliveries[],
): Promise<readonly OpenDeliveries[]> {
  const at = now();
  const farthest = farthestEnd({ now: at, leaseMs: DELIVERY_LEASE_MS });
  const hasFutureLeases = open.some(({ leasedUntil }) => (leasedUntil ?? 0) > farthest);
  if (hasFutureLeases) await expireFutureLeases(database, { now, leaseMs: DELIVERY_LEASE_MS });
  const isAbandoned = open.some(({ state, dueAt }) => state === 'sending' && dueAt <= at);
  if (!hasFutureLeases && !isAbandoned) return open;
  const abandoned = await recoverExpired(database, { now: now(), mayStillApplyMs: MAY_STILL_APPLY_MS });
  if (abandoned > 0) log.warn({ abandoned }, 'recovering deliveries of a crashed process');
  return readOpen(database);
}

const METHODS = ['posts', 'edits', 'looks'] as const;
type Method = (typeof METHODS)[number];

interface State {
  /**
   * Earliest time of the next call, epoch ms, as far as this process knows: the database counts the calls. A pause holds
   * here even where it could not be saved.
   */
  readonly notBefore: Record<Method, number>;
  readonly pools: Pools;
  readonly token: TokenGate;
  readonly leases: LeaseKeeper;
  /** When the outbox was last polled, epoch ms. */
  polledAt: number | null;
  /** What was open then. */
  open: readonly OpenDeliveries[];
}

function createLeases({ database, owner, now, alarm = setAlarm }: DelivererOptions): LeaseKeeper {
  const renew = (ids: readonly string[], until: number) => renewDeliveries(database, { ids, owner, until });
  return createLeaseKeeper({ renew, leaseMs: DELIVERY_LEASE_MS, now, alarm });
}

/** Starts the due deliveries that a pool has room for; each promise is a started call. */
async function beginDue(options: DelivererOptions, state: State): Promise<Promise<void>[]> {
  const { notBefore, pools, leases, token, open } = state;
  const at = options.now();
  const due = open.filter(({ dueAt }) => dueAt <= at);
  const begun: Promise<void>[] = [];
  if (at >= notBefore.looks && due.some((delivery) => delivery.state === 'ambiguous')) {
    const pauseLookups = (forMs: number) => pause(options, state, { method: 'looks', forMs });
    const reconcileOptions = { ...options, pause: pauseLookups, leases };
    for (const delivery of await leaseAmbiguousDeliveries(reconcileOptions, pools.lookups.free()))
      begun.push(pools.lookups.begin(reconcileDelivery(reconcileOptions, delivery)));
  }
  const pending = due.filter((delivery) => delivery.state === 'pending').map(({ kind }) => kind);
  if (pending.length === 0) return begun;
  // Only where something is due: while the token is rejected, a call may use up the minute's one attempt.
  const allowed = token.allowed(options.now());
  const isPostDue = pending.some((kind) => !isEdit(kind));
  const free = Math.min(allowed, pools.posts.free());
  const posts = isPostDue && at >= notBefore.posts ? await leasePosts(options, free) : [];
  for (const delivery of posts) begun.push(pools.posts.begin(deliver(options, state, delivery)));
  const most = allowed - posts.length;
  const edits = await leaseEdits(options, state, { most, pending });
  for (const delivery of edits) begun.push(pools.edits.begin(deliver(options, state, delivery)));
  return begun;
}

/** After the clock moved back, due times move back with it. */
async function followClock({ database, now }: DelivererOptions, state: State): Promise<void> {
  const at = now();
  const before = state.polledAt;
  if (before === null)
    await rescheduleDeliveriesAfterClockChange(database, { now: at, longestWaitMs: LONGEST_WAIT_MS });
  else if (at < before) {
    const backMs = before - at;
    await rescheduleAllAfterClockChange(database, { backMs, now: at });
    await rescheduleLimits(database, { backMs, now: at });
    for (const method of METHODS) state.notBefore[method] -= backMs;
  }
  // Only now: after an error the next poll tries again.
  state.polledAt = at;
}

function leasePosts(options: DelivererOptions, limit: number): Promise<readonly LeasedDelivery[]> {
  const { slackAheadMs = () => 0 } = options;
  const spacing = { slackAheadMs: slackAheadMs(), channelPauseMs: CHANNEL_PAUSE_MS };
  return lease(options, { ...spacing, kinds: POSTS, quota: QUOTAS.posts, limit });
}

async function lease(
  { database, owner, now, log }: DelivererOptions,
  wanted: Omit<DeliveryLease, 'owner' | 'now' | 'leaseMs' | 'onUnreadable'>,
): Promise<readonly LeasedDelivery[]> {
  if (wanted.limit <= 0) return [];
  const onUnreadable = (delivery: SettledUnreadable): void => logUnreadable(log, delivery);
  return leaseDeliveries(database, {
    ...wanted,
    owner,
    now: now(),
    leaseMs: DELIVERY_LEASE_MS,
    onUnreadable,
  });
}

/** Final states first; updates leave some permits to them. */
async function leaseEdits(
  options: DelivererOptions,
  { notBefore, pools }: State,
  { most, pending }: { most: number; pending: readonly DeliveryKind[] },
): Promise<readonly LeasedDelivery[]> {
  const at = options.now();
  if (at < notBefore.edits || !pending.some(isEdit)) return [];
  const free = pools.edits.free();
  const left = Math.min(free, most);
  const finals = pending.includes('final') ? await leaseEdit(options, { kind: 'final', limit: left }) : [];
  const updatesMax = Math.min(left, free - (CONCURRENCY - UPDATES_AT_ONCE)) - finals.length;
  const updates = pending.includes('update')
    ? await leaseEdit(options, { kind: 'update', limit: updatesMax })
    : [];
  // A pause that was requested meanwhile stays.
  notBefore.edits = Math.max(notBefore.edits, await nextCallAt(options.database, QUOTAS.edits, at));
  return [...finals, ...updates];
}

function leaseEdit(
  options: DelivererOptions,
  { kind, limit }: { readonly kind: 'final' | 'update'; readonly limit: number },
): Promise<readonly LeasedDelivery[]> {
  return lease(options, { channelPauseMs: 0, kinds: [kind], quota: QUOTAS.edits, limit });
}

async function deliver(options: DelivererOptions, state: State, delivery: LeasedDelivery): Promise<void> {
  const { kind, attempts, isPlain } = delivery;
  const held = state.leases.hold(delivery.id, delivery.attemptedAt + DELIVERY_LEASE_MS);
  try {
    // After a suspension, another process may have sent it, or may do so before this call ends.
    if (options.now() - delivery.attemptedAt >= DELIVERY_LEASE_MS - CALL_MS) return;
    const receipt = await options.send(delivery);
    const isInThread = !isEdit(kind) && delivery.thread !== '';
    const random = options.random();
    const settlement = planSettlement({ kind, receipt, attempts, isPlain, isInThread, random });
    recordToken(options, state.token, settlement);
    await pause(options, state, {
      method: isEdit(kind) ? 'edits' : 'posts',
      forMs: pauseOf(settlement),
    });
    const outcome = await applySettlement(options, delivery, settlement);
    if (outcome.kind !== 'superseded') options.onSettled(delivery, outcome);
  } catch (error) {
    // It stays `sending` and is recovered when its lease expires.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'delivery not settled');
  } finally {
    held.end();
  }
}

/** Written first: until then another replica may still call. */
async function pause(
  { database, now }: DelivererOptions,
  { notBefore }: State,
  { method, forMs }: { method: Method; forMs: number },
): Promise<void> {
  if (forMs === 0) return;
  const at = now();
  notBefore[method] = Math.max(notBefore[method], at + forMs);
  await savePause(database, { method, now: at, until: at + forMs });
}
