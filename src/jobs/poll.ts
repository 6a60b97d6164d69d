/** One tick: every target that is due is read once, however many conversations watch it. */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { leaseDueTargets, pullReadings, releaseTarget, type StoredTarget } from '../store/targets.ts';
import type { Observer } from './observe.ts';
import { LEASE_MS, type Observed } from './record.ts';

export interface PollerOptions {
  readonly database: Database;
  readonly observer: Observer;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  /** Aborted: what is under way ends, and no further turn begins. */
  readonly signal?: AbortSignal;
}

/** Eight calls are ten seconds of polling's share of the budget: leased targets never wait longer for their turn. */
const TARGETS_PER_TURN = 8;

/**
 * Ticks that notice a clock that was set back, between two of them or between two processes: what waits for its time
 * would wait for the hour to come again.
 */
export function createTicks(options: PollerOptions): () => Promise<void> {
  const { database, now, log } = options;
  let seenAt = Infinity;
  return async () => {
    const at = now();
    if (at < seenAt) {
      await pullReadings(database, at).catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, 'what is due could not be set by the new time'),
      );
    }
    seenAt = at;
    await poll(options);
  };
}

/** Reads everything that was due when the tick began, once. Never rejects. */
export async function poll(options: PollerOptions): Promise<void> {
  const { database, owner, now, log } = options;
  const dueBy = now();
  const seen = new Set<string>();
  try {
    for (;;) {
      const lease = { owner, now: now(), leaseMs: LEASE_MS, limit: TARGETS_PER_TURN, dueBy };
      const leased = await leaseDueTargets(database, lease);
      const fresh = leased.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      // A target that was read within the very ms in which the tick began is due by then, and waits for the next one.
      const again = leased.filter((target) => !fresh.includes(target));
      await Promise.all(
        again.map(({ id, leaseUntil }) => releaseTarget(database, { id, owner, leaseUntil })),
      );
      await Promise.all(fresh.map((target) => pollOne(options, target)));
      if (leased.length < TARGETS_PER_TURN || fresh.length === 0 || options.signal?.aborted === true) return;
    }
  } catch (error) {
    log.error(
      { error: messageOf(error) },
      'the tick could not read the watch list; the next one tries again',
    );
  }
}

async function pollOne({ observer, log }: PollerOptions, leased: StoredTarget): Promise<void> {
  try {
    logReading(log, leased, await observer.observeLeased(leased));
  } catch (error) {
    log.error({ target: leased.id, error: messageOf(error) }, 'a reading was not recorded; it is made again');
  }
}

/** A line where something changed: a watch list of hundreds must not fill the log every five seconds. */
function logReading(log: Log, { id, state }: StoredTarget, { snapshot, failure }: Observed): void {
  if (failure !== null) {
    log.warn({ target: id, cause: failure.cause, detail: failure.detail }, 'the Console did not tell');
    return;
  }
  if (state.failures > 0) log.info({ target: id }, 'the Console tells again');
  if (snapshot.state !== state.snapshot.state || snapshot.scan !== state.snapshot.scan) {
    log.info(
      { target: id, scan: snapshot.scan, from: state.snapshot.state, to: snapshot.state },
      'scan state changed',
    );
  }
}
