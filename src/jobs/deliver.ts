/**
 * The delivery loop: lease what is due, hand it to `send`, settle what Slack answered. Ends go before updates, and an
 * outage or a limit of Slack costs freshness alone: an unsent update is overwritten by the next snapshot.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import { leaseDeliveries, type LeasedDelivery, recoverAbandoned } from '../store/deliveries.ts';
import { createAllowance } from './allowance.ts';
import { resolveDoubts } from './doubts.ts';
import { applySettlement, type Outcome } from './outcome.ts';
import { planSettlement } from './settle.ts';

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
  run(signal: AbortSignal): Promise<void>;
  /** Something new is due: do not wait for the next look. */
  wake(): void;
  /** Sends what is due now, once; for tests and for the loop. Returns how many were attempted. */
  deliverDue(): Promise<number>;
}

const EDITS: readonly DeliveryKind[] = ['final', 'update'];
const POSTS: readonly DeliveryKind[] = ['live', 'completion'];
/** Slack grants 50 edits a minute; two are left for clocks that disagree on where the minute begins. */
const EDITS_A_MINUTE = 48;
/** Of these, final states may use all, updates leave some: an end is never delayed by progress. */
const UPDATES_A_MINUTE = 42;
/** About one message per second and channel. */
const CHANNEL_PAUSE_MS = 1_000;
const AT_ONCE = 8;
/** Slack's call takes 10 s at most. */
const LEASE_MS = 30_000;
/** Without a wake-up the outbox is looked at this often: retries become due by the clock. */
const LOOK_EVERY_MS = 500;
const LOOK_AFTER_FAULT_MS = 5_000;

export function createDeliverer(options: DelivererOptions): Deliverer {
  const limits = {
    edits: createAllowance({ calls: EDITS_A_MINUTE, windowMs: 60_000 }),
    updates: createAllowance({ calls: UPDATES_A_MINUTE, windowMs: 60_000 }),
    posts: createAllowance({ calls: Number.MAX_SAFE_INTEGER, windowMs: 0 }),
  };
  const bell = createBell();
  const deliverDue = () => deliverOnce(options, limits);
  return {
    deliverDue,
    wake: bell.ring,
    async run(signal) {
      signal.addEventListener('abort', bell.ring, { once: true });
      while (!signal.aborted) {
        const waitMs = await deliverDue().then(
          (attempted) => (attempted > 0 ? 0 : LOOK_EVERY_MS),
          (error: unknown) => {
            options.log.error({ error: messageOf(error) }, 'the outbox could not be read; trying again');
            return LOOK_AFTER_FAULT_MS;
          },
        );
        if (waitMs > 0) await bell.wait(waitMs);
      }
    },
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

type Limits = Readonly<Record<'edits' | 'updates' | 'posts', ReturnType<typeof createAllowance>>>;

async function deliverOnce(options: DelivererOptions, limits: Limits): Promise<number> {
  const { database, now, log } = options;
  const abandoned = await recoverAbandoned(database, now());
  if (abandoned > 0) log.warn({ abandoned }, 'taking up what an earlier process was sending');
  const doubtful = await resolveDoubts(options);
  const leased = [...(await leasePosts(options, limits)), ...(await leaseEdits(options, limits))];
  await Promise.all(leased.map((delivery) => deliver(options, limits, delivery)));
  return doubtful + leased.length;
}

async function leasePosts(
  { database, owner, now }: DelivererOptions,
  limits: Limits,
): Promise<LeasedDelivery[]> {
  const limit = Math.min(AT_ONCE, limits.posts.left(now()));
  if (limit === 0) return [];
  const lease = { owner, now: now(), leaseMs: LEASE_MS, channelPauseMs: CHANNEL_PAUSE_MS };
  return leaseDeliveries(database, { ...lease, kinds: POSTS, limit });
}

/** Final states first; updates have an allowance of their own, within the same one. */
async function leaseEdits(
  { database, owner, now }: DelivererOptions,
  limits: Limits,
): Promise<LeasedDelivery[]> {
  const at = now();
  const left = Math.min(AT_ONCE, limits.edits.left(at));
  if (left === 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, channelPauseMs: 0 };
  const finals = await leaseDeliveries(database, { ...lease, kinds: EDITS.slice(0, 1), limit: left });
  const updatesLeft = Math.min(left - finals.length, limits.updates.left(at));
  const updates =
    updatesLeft > 0 ? await leaseDeliveries(database, { ...lease, kinds: EDITS, limit: updatesLeft }) : [];
  limits.edits.take(at, finals.length + updates.length);
  limits.updates.take(at, updates.length);
  return [...finals, ...updates];
}

async function deliver(options: DelivererOptions, limits: Limits, delivery: LeasedDelivery): Promise<void> {
  const { kind, attempts, isPlain } = delivery;
  try {
    const receipt = await options.send(delivery);
    const settlement = planSettlement({ kind, receipt, attempts, isPlain, chance: options.chance() });
    const outcome = await applySettlement(options, delivery, settlement);
    if (outcome.pauseMs > 0) pause(limits, kind, options.now() + outcome.pauseMs);
    options.onSettled(delivery, outcome);
  } catch (error) {
    // It stays `sending`: when its lease is over it is taken up like one of a process that died.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'a delivery could not be settled');
  }
}

function pause({ edits, posts }: Limits, kind: DeliveryKind, until: number): void {
  (EDITS.includes(kind) ? edits : posts).pause(until);
}
