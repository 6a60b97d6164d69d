/**
 * The delivery loop: lease due deliveries, hand each to `send`, settle what Slack answered. Ends go before updates, and an
 * outage or a limit of Slack costs freshness alone: an unsent update is overwritten by the next snapshot.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Readiness } from '../readiness.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import {
  expireFutureLeases,
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
import { savePause, QUOTAS } from '../store/limits/rate-limits.ts';
import { createLimits, type Limits } from './allowance.ts';
import { type Alarm, createSignal, setAlarm } from './timing/signal.ts';
import { leaseAmbiguousDeliveries, reconcileDelivery } from './reconcile.ts';
import { CONCURRENCY, createPools, type Pools } from './pools.ts';
import { createLeaseKeeper, type LeaseKeeper } from './timing/lease-keeper.ts';
import { applySettlement, MAY_STILL_APPLY_MS, LEASE_MS, type Outcome } from './outcome.ts';
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
  readonly random: () => number;
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
  /** Sends the due deliveries, once, and waits for it; for tests. Returns how many calls that took. */
  readonly deliverDue: () => Promise<number>;
}

const POSTS: readonly DeliveryKind[] = ['live', 'notice', 'stopped-by', 'completion'];
/** About one message per second and channel. */
const CHANNEL_PAUSE_MS = 1_000;
/** A call that hangs takes up a place for ten seconds: updates leave some of them, too. */
const UPDATES_AT_ONCE = 6;
/** Slack's call takes so long at most. */
const CALL_MS = 10_000;
/** While something is due, the outbox is looked at this often: limits and lanes become free. */
const POLL_INTERVAL_MS = 500;
/** Else at its next due time; but other processes put something in without a wake-up. */
const IDLE_MS = 2_000;
/** No retry waits for longer than Slack asks us to, which is minutes; what seems to was put off by another clock. */
const LONGEST_WAIT_MS = 15 * 60_000;
const POLL_AFTER_ERROR_MS = 5_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  const wakeSignal = createSignal(options.alarm);
  const state: State = {
    limits: createLimits(),
    pools: createPools(wakeSignal.notify),
    token: createTokenGate(options.isTokenGood ?? (() => Promise.resolve(null))),
    leases: createLeases(options),
    lookedAt: null,
  };
  return {
    wake: wakeSignal.notify,
    async deliverDue() {
      const { begun } = await pollOutbox(options, state);
      await Promise.all(begun);
      return begun.length;
    },
    async run(signal) {
      signal.addEventListener('abort', wakeSignal.notify, { once: true });
      while (!signal.aborted) {
        const looked = await pollOutbox(options, state).catch((error: unknown) => {
          options.log.error({ error: messageOf(error) }, 'could not lease deliveries; trying again');
          return { waitMs: POLL_AFTER_ERROR_MS };
        });
        await wakeSignal.wait(looked.waitMs);
      }
      await Promise.all(Object.values(state.pools).map((lane) => lane.end()));
    },
  };
}

interface OutboxPoll {
  /** Calls that have begun. */
  readonly begun: readonly Promise<void>[];
  /** How long nothing else will be due, ms. */
  readonly waitMs: number;
}

/** Begins due deliveries. An idle outbox costs one read. */
async function pollOutbox(options: DelivererOptions, state: State): Promise<OutboxPoll> {
  const { database, now } = options;
  await followClock(options, state);
  const open = await recoverLeases(options, await readOpen(database));
  const at = now();
  const due = open.filter(({ dueAt }) => dueAt <= at);
  if (due.length > 0) {
    const begun = await beginDue(options, state, due);
    return { begun, waitMs: nextPollIn(state, due, now()) };
  }
  return { begun: [], waitMs: Math.min(IDLE_MS, ...open.map(({ dueAt }) => dueAt - at)) };
}

/** The next edit leaves as soon as their pace allows it. */
function nextPollIn({ limits }: State, due: readonly OpenDeliveries[], at: number): number {
  const editIn = due.some(({ kind }) => isEdit(kind)) ? limits.edits.nextIn(at) : 0;
  return editIn === 0 ? POLL_INTERVAL_MS : Math.min(POLL_INTERVAL_MS, editIn);
}

/** Takes up what was leased by a process that died, or before the clock was set back; returns what is open then. */
async function recoverLeases(
  { database, now, log }: DelivererOptions,
  open: readonly OpenDeliveries[],
): Promise<readonly OpenDeliveries[]> {
  const at = now();
  const farthest = farthestEnd({ now: at, leaseMs: LEASE_MS });
  const hasStrayed = open.some(({ leasedUntil }) => (leasedUntil ?? 0) > farthest);
  if (hasStrayed) await expireFutureLeases(database, { now, leaseMs: LEASE_MS });
  const isAbandoned = open.some(({ state, dueAt }) => state === 'sending' && dueAt <= at);
  if (!hasStrayed && !isAbandoned) return open;
  const abandoned = await recoverExpired(database, { now: now(), mayStillApplyMs: MAY_STILL_APPLY_MS });
  if (abandoned > 0) log.warn({ abandoned }, 'recovering deliveries of a crashed process');
  return readOpen(database);
}

interface State {
  readonly limits: Limits;
  readonly pools: Pools;
  readonly token: TokenGate;
  readonly leases: LeaseKeeper;
  /** When the outbox was last looked at, epoch ms. */
  lookedAt: number | null;
}

function createLeases({ database, owner, now, alarm = setAlarm }: DelivererOptions): LeaseKeeper {
  const renew = (ids: readonly string[], until: number) => renewDeliveries(database, { ids, owner, until });
  return createLeaseKeeper({ renew, leaseMs: LEASE_MS, now, alarm });
}

/** Begins the due deliveries that have a place; every one of the promises is a call that has begun. */
async function beginDue(
  options: DelivererOptions,
  state: State,
  due: readonly OpenDeliveries[],
): Promise<Promise<void>[]> {
  const { limits, pools, leases, token } = state;
  const begun: Promise<void>[] = [];
  if (due.some((one) => one.state === 'ambiguous')) {
    const reconcileOptions = { ...options, lookups: limits.lookups, leases };
    for (const delivery of await leaseAmbiguousDeliveries(reconcileOptions, pools.lookups.free()))
      begun.push(pools.lookups.begin(reconcileDelivery(reconcileOptions, delivery)));
  }
  const pending = due.filter((one) => one.state === 'pending').map(({ kind }) => kind);
  if (pending.length === 0) return begun;
  const allowed = token.allowed(options.now());
  const isPostDue = pending.some((kind) => !isEdit(kind));
  const free = Math.min(allowed, pools.posts.free());
  const posts = isPostDue ? await leasePosts(options, limits, free) : [];
  for (const delivery of posts) begun.push(pools.posts.begin(deliver(options, state, delivery)));
  const most = allowed - posts.length;
  const edits = await leaseEdits(options, limits, { free: pools.edits.free(), most, pending });
  for (const delivery of edits) begun.push(pools.edits.begin(deliver(options, state, delivery)));
  return begun;
}

/** What waits for its time must not wait an hour longer when clocks go back. */
async function followClock({ database, now }: DelivererOptions, state: State): Promise<void> {
  const at = now();
  const before = state.lookedAt;
  state.lookedAt = at;
  if (before === null)
    await rescheduleDeliveriesAfterClockChange(database, { now: at, longestWaitMs: LONGEST_WAIT_MS });
  else if (at < before) await rescheduleAllAfterClockChange(database, { backMs: before - at, now: at });
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

/** Final states first; updates leave some places to them. */
async function leaseEdits(
  options: DelivererOptions,
  { edits }: Limits,
  { free, most, pending }: { free: number; most: number; pending: readonly DeliveryKind[] },
): Promise<LeasedDelivery[]> {
  const at = options.now();
  const left = Math.min(free, most, edits.left(at));
  const finals = pending.includes('final')
    ? await leaseEdit(options, { kind: 'final', at, limit: left })
    : [];
  const places = Math.min(left, free - (CONCURRENCY - UPDATES_AT_ONCE)) - finals.length;
  const drawn = pending.includes('update')
    ? await leaseEdit(options, { kind: 'update', at, limit: places })
    : [];
  edits.take(at, finals.length + drawn.length);
  return [...finals, ...drawn];
}

async function leaseEdit(
  { database, owner }: DelivererOptions,
  { kind, at, limit }: { readonly kind: 'final' | 'update'; readonly at: number; readonly limit: number },
): Promise<LeasedDelivery[]> {
  if (limit <= 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, channelPauseMs: 0 };
  return leaseDeliveries(database, { ...lease, kinds: [kind], quota: QUOTAS.edits, limit });
}

async function deliver(options: DelivererOptions, state: State, delivery: LeasedDelivery): Promise<void> {
  const { kind, attempts, isPlain } = delivery;
  const held = state.leases.hold(delivery.id, delivery.attemptedAt + LEASE_MS);
  try {
    // A process that was suspended may find that another one has sent it meanwhile, or does so before this call is over.
    if (options.now() - delivery.attemptedAt >= LEASE_MS - CALL_MS) return;
    const receipt = await options.send(delivery);
    const isInThread = !isEdit(kind) && delivery.thread !== '';
    const random = options.random();
    const settlement = planSettlement({ kind, receipt, attempts, isPlain, isInThread, random });
    recordToken(options, state.token, settlement);
    await pause(options, state.limits, {
      method: isEdit(kind) ? 'edits' : 'posts',
      forMs: restMs(settlement),
    });
    const outcome = await applySettlement(options, delivery, settlement);
    if (outcome.kind !== 'superseded') options.onSettled(delivery, outcome);
  } catch (error) {
    // It stays `sending`: when its lease is over it is taken up like one of a process that died.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'delivery not settled');
  } finally {
    held.end();
  }
}

/** Before anything else is written: until then another replica may still call. */
async function pause(
  { database, now }: DelivererOptions,
  limits: Limits,
  { method, forMs }: { method: 'posts' | 'edits'; forMs: number },
): Promise<void> {
  if (forMs === 0) return;
  const at = now();
  limits[method].pause(at, forMs);
  await savePause(database, { method, now: at, until: at + forMs });
}

function recordToken({ readiness, now }: DelivererOptions, token: TokenGate, settlement: Settlement): void {
  if (settlement.kind === 'unauthorized') {
    token.refuse(now());
    readiness?.report('token', tokenError(settlement.error));
  }
  if (settlement.kind === 'done') {
    token.accept();
    readiness?.report('token', null);
  }
}

function tokenError(error: string): string {
  return `Slack refuses SLACK_BOT_TOKEN (${error}): reinstall the app or set the new token, and start again if it changed; everything stays queued`;
}
