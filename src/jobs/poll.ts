/** Ticks: every due target is polled once, however many conversations watch it, and no target waits for another. */

import { messageOf } from '../errors.ts';
import { createFailureLog, type FailureLog } from '../failure-log.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import {
  leaseDueTargets,
  rescheduleAfterClockChange,
  releaseTarget,
  type StoredTarget,
} from '../store/targets.ts';
import type { Observer } from './observe.ts';
import { POLL_LEASE_MS } from './record.ts';
import type { Observed } from '../scan/snapshot.ts';

export interface PollerOptions {
  readonly database: Database;
  readonly observer: Observer;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  /** On abort: polls in flight complete, none is started. */
  readonly signal?: AbortSignal;
}

/** As many as the Console allows in 30 s. A hanging poll occupies one for the time limit of a call. */
const POLLS_AT_A_TIME = 24;
/** Polls queued for a request permit; more would delay urgent ones. */
const WAITING_MAX = 6;
/** While more than these wait, no others are leased. */
const WAITING_FEW = 3;

interface Poller {
  /** Starts all due polls as places become free; resolves when all are started. Never rejects. */
  readonly tick: () => Promise<void>;
  /** Resolves when no poll is in flight. */
  readonly idle: () => Promise<void>;
}

/**
 * A tick awaits no target, so that the next one is on time. After the clock moved back, in this process or while it was
 * down, a tick polls all: everything due in the future is due now.
 */
export function createTicks(options: PollerOptions): () => Promise<void> {
  const { database, now, log } = options;
  const poller = createPoller(options);
  const failureLog = createFailureLog({
    log,
    level: 'warn',
    failed: 'due times not moved after a clock change; trying again',
    again: 'due times are moved again',
  });
  // Infinity: the first tick reschedules, because the clock may have moved back while no process ran.
  let lastAt = Infinity;
  return async () => {
    const at = now();
    try {
      if (at < lastAt) {
        await rescheduleAfterClockChange(database, at);
        failureLog.worked();
      }
      lastAt = at;
    } catch (error) {
      failureLog.failed(error);
    }
    await poller.tick();
  };
}

/** One tick, and all that it started. */
export async function poll(options: PollerOptions): Promise<void> {
  const { tick, idle } = createPoller(options);
  await tick();
  await idle();
}

function createPoller(options: PollerOptions): Poller {
  const underWay = new Set<Promise<void>>();
  const waiting = new Set<string>();
  const failureLog = createLeaseLog(options.log);
  let current: Tick | null = null;
  let filling: Promise<void> = Promise.resolve();

  /** One after the other: two concurrent runs would lease for the same places. */
  function fill(): Promise<void> {
    return (filling = filling.then(async () => {
      if (current !== null && !(await beginDue(options, current, begin))) current = null;
    }));
  }

  function begin(target: StoredTarget): void {
    const onRequest = (): void => {
      if (waiting.delete(target.id)) void fill();
    };
    waiting.add(target.id);
    const polling = pollTarget(options, target, onRequest).then(() => {
      waiting.delete(target.id);
      underWay.delete(polling);
      void fill();
    });
    underWay.add(polling);
  }

  /** A few are leased by one statement, before the last of those that wait has its turn. */
  function freePermits(): number {
    if (waiting.size > WAITING_FEW) return 0;
    return Math.min(POLLS_AT_A_TIME - underWay.size, WAITING_MAX - waiting.size);
  }

  return {
    tick: () => {
      // What an unfinished tick has left is due for this one, too.
      current = { dueBy: options.now(), begun: new Set(), freePermits, failureLog };
      return fill();
    },
    idle: async () => {
      do {
        await Promise.all(underWay);
        await filling;
      } while (underWay.size > 0);
    },
  };
}

function createLeaseLog(log: Log): FailureLog {
  return createFailureLog({
    log,
    failed: 'the tick could not read the watch list; the next one tries again',
    again: 'the tick reads the watch list again',
  });
}

interface Tick {
  /** Epoch ms. */
  readonly dueBy: number;
  readonly begun: Set<string>;
  readonly freePermits: () => number;
  readonly failureLog: FailureLog;
}

/** False where nothing that was due at the start of the tick is left. */
async function beginDue(
  options: PollerOptions,
  { dueBy, begun, freePermits, failureLog }: Tick,
  begin: (target: StoredTarget) => void,
): Promise<boolean> {
  const { database, owner, now, signal } = options;
  try {
    for (let free = freePermits(); free > 0 && signal?.aborted !== true; free = freePermits()) {
      const lease = { owner, now: now(), leaseMs: POLL_LEASE_MS, limit: free, dueBy };
      const leased = await leaseDueTargets(database, lease);
      failureLog.worked();
      // A target polled within the millisecond of the tick's start is due again by then; it waits for the next tick.
      const [again, fresh] = [
        leased.filter(({ id }) => begun.has(id)),
        leased.filter(({ id }) => !begun.has(id)),
      ];
      for (const target of fresh) {
        begun.add(target.id);
        begin(target);
      }
      for (const { id, leaseUntil } of again) await releaseTarget(database, { id, owner, leaseUntil });
      // Without a fresh one, the same targets would be leased and released without end.
      if (leased.length < free || fresh.length === 0) return false;
    }
    return true;
  } catch (error) {
    failureLog.failed(error);
    return false;
  }
}

async function pollTarget(
  { observer, log }: PollerOptions,
  leased: StoredTarget,
  onRequest: () => void,
): Promise<void> {
  try {
    logObservation(log, leased, await observer.observeLeased(leased, onRequest));
  } catch (error) {
    log.error({ target: leased.id, error: messageOf(error) }, 'observation not saved; polling again');
  }
}

/** Logs changes only: hundreds of targets must not fill the log every five seconds. */
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
