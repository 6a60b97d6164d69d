/**
 * Ambiguous posts: Slack has no idempotency key, so the history is searched for the delivery id in the metadata, and
 * the post is repeated only if it is absent for a while.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Found } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import { leaseAmbiguous } from '../store/outbox/lease.ts';
import { type LeasedDelivery, subjectId } from '../store/outbox/load.ts';
import { QUOTAS } from '../store/limits/rate-limits.ts';
import { settleAmbiguous, settleLater, settlePosted } from '../store/outbox/settle.ts';
import { backoffMs } from '../scan/state/poll-interval.ts';
import type { LeaseKeeper } from './timing/lease-keeper.ts';
import { DELIVERY_LEASE_MS, logUnreadable } from './outcome.ts';
import { nextLookupIn } from './settle.ts';

export interface ReconcileOptions {
  readonly database: Database;
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  /** Slack requested a pause of lookups, ms. */
  readonly pause: (forMs: number) => Promise<void>;
  readonly owner: string;
  /** Keeps the lease during a lookup, which may take longer than a lease. */
  readonly leases?: LeaseKeeper;
  readonly now: () => number;
  readonly log: Log;
  /** Called for posts that were found. */
  readonly onSettled: (delivery: LeasedDelivery, outcome: { kind: 'done' }) => void;
}

/** A lookup that failed proves nothing: it is repeated, and not counted as missed. */
const LOOKUP_RETRY_MS = 10_000;
const TOO_MANY_MESSAGES_MS = 30 * 60_000;

/** Leases due ambiguous posts, up to the number of lookups allowed now. */
export async function leaseAmbiguousDeliveries(
  { database, owner, now, log }: ReconcileOptions,
  limit: number,
): Promise<readonly LeasedDelivery[]> {
  if (limit === 0) return [];
  return leaseAmbiguous(database, {
    owner,
    now: now(),
    leaseMs: DELIVERY_LEASE_MS,
    limit,
    quota: QUOTAS.lookups,
    onUnreadable: (delivery) => logUnreadable(log, delivery),
  });
}

/** Searches one post and settles it. Never rejects. */
export async function reconcileDelivery(options: ReconcileOptions, delivery: LeasedDelivery): Promise<void> {
  const held = options.leases?.hold(delivery.id, options.now() + DELIVERY_LEASE_MS);
  try {
    await settleFound(options, delivery, await options.find(delivery));
  } catch (error) {
    // When its lease expires it is searched again.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'reconciliation failed');
  } finally {
    held?.end();
  }
}

async function settleFound(options: ReconcileOptions, delivery: LeasedDelivery, found: Found): Promise<void> {
  const { database, owner, log } = options;
  const now = options.now();
  const settling = { delivery, owner, now };
  const fields = {
    delivery: delivery.id,
    watch: delivery.messageId,
    target: subjectId(delivery.subject),
    kind: delivery.kind,
  };
  switch (found.kind) {
    case 'found':
      if (await settlePosted(database, settling, found.ts)) {
        options.onSettled(delivery, { kind: 'done' });
      }
      log.info(fields, 'ambiguous post found');
      return;
    case 'no-access':
      await settleLater(database, settling, { dueAt: now + repeatIn(delivery), error: found.error });
      log.warn({ ...fields, error: found.error }, 'history not readable; reposting an ambiguous post');
      return;
    case 'absent': {
      const nextLookupDelay = nextLookupIn(delivery.missedLookups + 1);
      if (nextLookupDelay !== null) {
        const lookUpAgain = { dueAt: now + nextLookupDelay, error: 'not in the history yet', missed: 1 };
        await settleAmbiguous(database, settling, lookUpAgain);
        return;
      }
      await settleLater(database, settling, { dueAt: now + repeatIn(delivery), error: 'not in the history' });
      log.warn(fields, 'ambiguous post not found; reposting');
      return;
    }
    case 'too-many-messages':
      await settleTooManyMessages(options, delivery);
      return;
    case 'rate-limited':
      await options.pause(found.retryAfterMs);
      await settleAmbiguous(database, settling, { dueAt: now + found.retryAfterMs, error: 'rate limited' });
      return;
    case 'failed':
      await settleAmbiguous(database, settling, { dueAt: now + LOOKUP_RETRY_MS, error: found.error });
  }
}

/** The conversation has too many messages to search: after half an hour, a duplicate is better than no message. */
async function settleTooManyMessages(
  { database, owner, now, log }: ReconcileOptions,
  delivery: LeasedDelivery,
): Promise<void> {
  const at = now();
  const settling = { delivery, owner, now: at };
  const error = 'too many messages to look through';
  if (at - delivery.attemptedAt < TOO_MANY_MESSAGES_MS) {
    await settleAmbiguous(database, settling, { dueAt: at + LOOKUP_RETRY_MS, error });
    return;
  }
  await settleLater(database, settling, { dueAt: at, error });
  log.warn(
    { delivery: delivery.id, watch: delivery.messageId, error },
    'history not readable; reposting an ambiguous post',
  );
}

/** The first repetition is immediate; Slack may go on refusing with an error of which nothing is known. */
function repeatIn({ attempts }: LeasedDelivery): number {
  return attempts <= 1 ? 0 : backoffMs(attempts - 1, 0, REPEAT);
}

const REPEAT = { baseMs: 2_000, capMs: 60_000 };
