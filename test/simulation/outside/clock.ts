/**
 * The time of a run: a queue of what happens when. Nothing waits for real; between two events everything that can go on
 * does so. The clock on the wall, which the program reads, may be set; the time that has passed never jumps.
 */

import { NOON } from '../../support/observations.ts';

export interface Clock {
  /** Ms since the run began. */
  readonly monotonicNow: () => number;
  /** What the wall shows, epoch ms. */
  readonly now: () => number;
  /** Sets the clock on the wall forward, or back. */
  set(byMs: number): void;
  after(ms: number, run: () => void): Alarm;
  /** Lets everything happen up to this time, in order. */
  runUntil(monotonicNow: number): Promise<void>;
  /** Calls `run`, which is over when it returns; the timers that it sets are this clock's, and ring as `pass` allows. */
  lend<T>(run: () => T, pass: (ring: () => void) => void): T;
}

/** Two minutes before the program sweeps its database. */
const START = NOON - 465 * 60_000;

export interface Alarm {
  readonly at: number;
  run: (() => void) | null;
}

export function createClock(): Clock {
  const queue: Alarm[] = [];
  let monotonicNow = 0;
  let wall = START;
  const after = (ms: number, run: () => void): Alarm => {
    const alarm = { at: monotonicNow + Math.max(0, Math.round(ms)), run };
    let conversation = queue.length;
    while (conversation > 0 && (queue[conversation - 1]?.at ?? 0) > alarm.at) conversation -= 1;
    queue.splice(conversation, 0, alarm);
    return alarm;
  };
  return {
    monotonicNow: () => monotonicNow,
    now: () => wall + monotonicNow,
    set: (byMs) => (wall += byMs),
    after,
    async runUntil(until) {
      for (let next = queue[0]; next !== undefined && next.at <= until; next = queue[0]) {
        queue.shift();
        if (next.run === null) continue;
        monotonicNow = next.at;
        next.run();
        // Promises first, then the next event: here nobody waits for anything but promises.
        await settled();
      }
      monotonicNow = Math.max(monotonicNow, until);
    },
    lend: (run, pass) => lendTimers(after, run, pass),
  };
}

/** Node runs what waits for its next tick once all promises have been served. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** The budget of the Console sets its timers itself; it does so only while it is being called. */
function lendTimers<T>(after: Clock['after'], run: () => T, pass: (ring: () => void) => void): T {
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  const set = (ring: () => void, ms = 0): Alarm => after(ms, () => pass(() => lendTimers(after, ring, pass)));
  const clear = (alarm: Alarm | undefined): void => {
    if (alarm !== undefined) alarm.run = null;
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    return run();
  } finally {
    Object.assign(globalThis, { setTimeout: real.set, clearTimeout: real.clear });
  }
}
