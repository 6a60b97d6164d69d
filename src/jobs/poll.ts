/** Ticks: every target that is due is polled once, however many conversations watch it, and none waits for another. */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import {
  leaseDueTargets,
  rescheduleAfterClockChange,
  releaseTarget,
  type StoredTarget,
} from '../store/targets.ts';
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

/**
 * As many as the Console grants in half a minute: each waits for its own turn and answer, and one that hangs takes up a
 * place for the time limit of a call.
 */
const PLACES = 24;
const LEASED_AT_ONCE = 8;
/** So few wait for their turn at the Console: what becomes urgent meanwhile is not kept behind them. */
const WAITING_MAX = 6;

interface Poller {
  /** Begins everything that is due now, as places become free; resolves when all that has a place has begun. Never rejects. */
  readonly tick: () => Promise<void>;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

/**
 * A tick waits for no target, so that the next one comes in its time. Ticks that notice a clock that was set back, between
 * two of them or between two processes, poll all: what waits for its time would wait for the hour to come again.
 */
export function createTicks(options: PollerOptions): () => Promise<void> {
  const { database, now, log } = options;
  const poller = createPoller(options);
  let lastAt = Infinity;
  return async () => {
    const at = now();
    if (at < lastAt) {
      await rescheduleAfterClockChange(database, at).catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, 'due times not moved after a clock change'),
      );
    }
    lastAt = at;
    await poller.tick();
  };
}

/** One tick, and all that it has begun. */
export async function poll(options: PollerOptions): Promise<void> {
  const { tick, idle } = createPoller(options);
  await tick();
  await idle();
}

function createPoller(options: PollerOptions): Poller {
  const underWay = new Set<Promise<void>>();
  const waiting = new Set<string>();
  let current: Tick | null = null;
  let filling: Promise<void> = Promise.resolve();

  /** One after the other: two at once would lease for the same places. */
  function fill(): Promise<void> {
    filling = filling.then(async () => {
      if (current !== null && !(await beginDue(options, current, begin))) current = null;
    });
    return filling;
  }

  function begin(target: StoredTarget): void {
    const onTurn = (): void => {
      if (waiting.delete(target.id)) void fill();
    };
    waiting.add(target.id);
    const polling = pollTarget(options, target, onTurn).then(() => {
      waiting.delete(target.id);
      underWay.delete(polling);
      void fill();
    });
    underWay.add(polling);
  }

  function freePermits(): number {
    return Math.min(PLACES - underWay.size, WAITING_MAX - waiting.size);
  }

  return {
    tick: () => {
      current = { dueBy: options.now(), begun: new Set(), freePermits };
      return fill();
    },
    idle: async () => {
      await filling;
      while (underWay.size > 0) {
        await Promise.all(underWay);
        await filling;
      }
    },
  };
}

interface Tick {
  /** Epoch ms. */
  readonly dueBy: number;
  readonly begun: Set<string>;
  readonly freePermits: () => number;
}

/** False where nothing that was due when the tick began is left. */
async function beginDue(
  options: PollerOptions,
  { dueBy, begun, freePermits }: Tick,
  begin: (target: StoredTarget) => void,
): Promise<boolean> {
  const { database, owner, now, log, signal } = options;
  try {
    for (let free = freePermits(); free > 0; free = freePermits()) {
      if (signal?.aborted === true) return false;
      const limit = Math.min(free, LEASED_AT_ONCE);
      const leased = await leaseDueTargets(database, { owner, now: now(), leaseMs: LEASE_MS, limit, dueBy });
      // What was polled within the very ms in which the tick began is due by then, and waits for the next one.
      const [again, fresh] = [
        leased.filter(({ id }) => begun.has(id)),
        leased.filter(({ id }) => !begun.has(id)),
      ];
      for (const target of fresh) {
        begun.add(target.id);
        begin(target);
      }
      for (const { id, leaseUntil } of again) await releaseTarget(database, { id, owner, leaseUntil });
      if (leased.length < limit || fresh.length === 0) return false;
    }
    return true;
  } catch (error) {
    log.error(
      { error: messageOf(error) },
      'the tick could not read the watch list; the next one tries again',
    );
    return false;
  }
}

async function pollTarget(
  { observer, log }: PollerOptions,
  leased: StoredTarget,
  onTurn: () => void,
): Promise<void> {
  try {
    logObservation(log, leased, await observer.observeLeased(leased, onTurn));
  } catch (error) {
    log.error({ target: leased.id, error: messageOf(error) }, 'observation not saved; polling again');
  }
}

/** A line where something changed: a watch list of hundreds must not fill the log every five seconds. */
function logObservation(log: Log, { id, state }: StoredTarget, { snapshot, failure }: Observed): void {
  if (failure !== null) {
    log.warn({ target: id, cause: failure.cause, detail: failure.detail }, 'Console poll failed');
    return;
  }
  if (state.failures > 0) log.info({ target: id }, 'Console poll recovered');
  if (snapshot.state !== state.snapshot.state || snapshot.scan !== state.snapshot.scan) {
    log.info(
      { target: id, scan: snapshot.scan, from: state.snapshot.state, to: snapshot.state },
      'scan state changed',
    );
  }
}
