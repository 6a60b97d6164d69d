/**
 * Posts of which nobody knows whether they happened: Slack has no idempotency key, so they are looked for by the
 * delivery id in their metadata, and posted again only when they do not show for a while.
 */

import type { Found } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import { leaseDoubtful, type LeasedDelivery } from '../store/deliveries.ts';
import { settleAmbiguous, settleLater, settlePosted } from '../store/settlements.ts';
import type { Log } from '../log.ts';

export interface DoubtOptions {
  readonly database: Database;
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
}

/** The contract counts on a message being in the history within a minute. */
const SHOWN_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 10_000;
const LEASE_MS = 30_000;
/** History calls share a limit of 50 a minute with nothing else of ours; four at a time stay far below. */
const LOOKS_AT_ONCE = 4;

/** Looks for what is in doubt and due. Returns how many were settled. */
export async function resolveDoubts(options: DoubtOptions): Promise<number> {
  const { database, owner, now } = options;
  const leased = await leaseDoubtful(database, {
    owner,
    now: now(),
    leaseMs: LEASE_MS,
    limit: LOOKS_AT_ONCE,
  });
  const settled = await Promise.all(leased.map((delivery) => resolveDoubt(options, delivery)));
  return settled.filter(Boolean).length;
}

async function resolveDoubt(options: DoubtOptions, delivery: LeasedDelivery): Promise<boolean> {
  const { database, owner, log } = options;
  const found = await options.find(delivery);
  const now = options.now();
  const settling = { delivery, owner, now };
  const fields = { delivery: delivery.id, watch: delivery.watchId, kind: delivery.kind };
  switch (found.kind) {
    case 'found':
      await settlePosted(database, settling, found.ts);
      log.info(fields, 'it had been posted after all');
      return true;
    case 'hidden':
      await settleLater(database, settling, { dueAt: now, error: found.error });
      log.warn({ ...fields, error: found.error }, 'cannot look whether it was posted; posting it again');
      return true;
    case 'absent':
      if (now - delivery.attemptedAt < SHOWN_WITHIN_MS) {
        return lookLater(options, delivery, { error: 'not in the history yet', inMs: LOOK_AGAIN_MS });
      }
      await settleLater(database, settling, { dueAt: now, error: 'not in the history' });
      log.warn(fields, 'it was not posted; posting it again');
      return true;
    case 'failed':
      return lookLater(options, delivery, { error: found.error, inMs: found.retryAfterMs });
  }
}

async function lookLater(
  { database, owner, now }: DoubtOptions,
  delivery: LeasedDelivery,
  { error, inMs }: { error: string; inMs: number },
): Promise<false> {
  const at = now();
  await settleAmbiguous(database, { delivery, owner, now: at }, { dueAt: at + inMs, error });
  return false;
}
