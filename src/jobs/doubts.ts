/**
 * Posts of which nobody knows whether they happened: Slack has no idempotency key, so they are looked for by the
 * delivery id in their metadata, and posted again only when they do not show for a while.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Found } from '../scan/delivery.ts';
import type { Database } from '../store/database.ts';
import { leaseDoubtful } from '../store/delivery-leases.ts';
import { type LeasedDelivery, subjectId } from '../store/leased-delivery.ts';
import { savePause } from '../store/limits.ts';
import { QUOTAS } from '../store/quotas.ts';
import { settleAmbiguous, settleLater, settlePosted } from '../store/settlements.ts';
import type { Allowance } from './allowance.ts';

export interface DoubtOptions {
  readonly database: Database;
  readonly find: (delivery: LeasedDelivery) => Promise<Found>;
  /** Of the calls that look. */
  readonly looks: Allowance;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  /** Told of what was posted after all. */
  readonly onSettled: (delivery: LeasedDelivery, outcome: { kind: 'done'; error: null }) => void;
}

/** The contract counts on a message being in the history within a minute. */
const SHOWN_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 10_000;
/**
 * A clock that was put forward makes a minute of an instant, and one that was set back makes an hour of it: so many looks
 * in vain, each ten seconds after the one before, are asked for as well, or are as good as the minute.
 */
const ABSENCES_AT_LEAST = 4;
const ABSENCES_ENOUGH = 7;
const CROWDED_MS = 30 * 60_000;
const LEASE_MS = 30_000;

/** Leases what is in doubt and due, as many as may be looked for now. */
export async function leaseDoubts(
  { database, owner, now, looks }: DoubtOptions,
  limit: number,
): Promise<LeasedDelivery[]> {
  const at = now();
  const left = Math.min(limit, looks.left(at));
  if (left === 0) return [];
  const lease = { owner, now: at, leaseMs: LEASE_MS, limit: left, quota: QUOTAS.looks };
  const leased = await leaseDoubtful(database, lease);
  looks.take(at, leased.length);
  return leased;
}

/** Looks for one of them and settles it. Never rejects. */
export async function resolveDoubt(options: DoubtOptions, delivery: LeasedDelivery): Promise<void> {
  try {
    await settleFound(options, delivery, await options.find(delivery));
  } catch (error) {
    // When its lease is over it is looked for again.
    options.log.error({ delivery: delivery.id, error: messageOf(error) }, 'a doubt could not be resolved');
  }
}

async function settleFound(options: DoubtOptions, delivery: LeasedDelivery, found: Found): Promise<void> {
  const { database, owner, log, looks } = options;
  const now = options.now();
  const settling = { delivery, owner, now };
  const fields = {
    delivery: delivery.id,
    watch: delivery.watchId,
    target: subjectId(delivery.subject),
    kind: delivery.kind,
  };
  switch (found.kind) {
    case 'found':
      if (await settlePosted(database, settling, found.ts)) {
        options.onSettled(delivery, { kind: 'done', error: null });
      }
      log.info(fields, 'it had been posted after all');
      return;
    case 'hidden':
      await settleLater(database, settling, { dueAt: now, error: found.error });
      log.warn({ ...fields, error: found.error }, 'cannot look whether it was posted; posting it again');
      return;
    case 'absent':
      if (!isSurelyAbsent(delivery, now)) {
        const lookAgain = { dueAt: now + LOOK_AGAIN_MS, error: 'not in the history yet', isAbsent: true };
        await settleAmbiguous(database, settling, lookAgain);
        return;
      }
      await settleLater(database, settling, { dueAt: now, error: 'not in the history' });
      log.warn(fields, 'it was not posted; posting it again');
      return;
    case 'crowded':
      await settleCrowded(options, delivery);
      return;
    case 'rate-limited':
      looks.pause(now, found.retryAfterMs);
      await savePause(database, { method: 'looks', now, until: now + found.retryAfterMs });
      await settleAmbiguous(database, settling, { dueAt: now + found.retryAfterMs, error: 'rate limited' });
      return;
    case 'failed':
      await settleAmbiguous(database, settling, { dueAt: now + LOOK_AGAIN_MS, error: found.error });
  }
}

/** A conversation may be too busy to be looked through: after half an hour, twice is better than never. */
async function settleCrowded(
  { database, owner, now, log }: DoubtOptions,
  delivery: LeasedDelivery,
): Promise<void> {
  const at = now();
  const settling = { delivery, owner, now: at };
  const error = 'too many messages to look through';
  if (at - delivery.attemptedAt < CROWDED_MS) {
    await settleAmbiguous(database, settling, { dueAt: at + LOOK_AGAIN_MS, error });
    return;
  }
  await settleLater(database, settling, { dueAt: at, error });
  log.warn({ delivery: delivery.id, watch: delivery.watchId, error }, 'posting it again without a look');
}

function isSurelyAbsent({ attemptedAt, absences }: LeasedDelivery, now: number): boolean {
  const looks = absences + 1;
  if (looks >= ABSENCES_ENOUGH) return true;
  return looks >= ABSENCES_AT_LEAST && now - attemptedAt >= SHOWN_WITHIN_MS;
}
