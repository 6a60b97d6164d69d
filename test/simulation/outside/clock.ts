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
  /** What was taken back is passed over. */
  const takeNext = (until: number): Alarm | null => {
    for (let next = queue[0]; next !== undefined && next.at <= until; next = queue[0]) {
      queue.shift();
      if (next.run !== null) return next;
    }
    return null;
  };
  return {
    monotonicNow: () => monotonicNow,
    now: () => wall + monotonicNow,
    set: (byMs) => (wall += byMs),
    after,
    runUntil(until) {
      return new Promise((resolve, reject) => {
        // Promises first, then the next event: nothing here waits for anything but promises.
        const settle = (): void => void NOW.then(step);
        const step = (): void => {
          const next = takeNext(until);
          if (next === null) {
            monotonicNow = Math.max(monotonicNow, until);
            resolve();
            return;
          }
          monotonicNow = next.at;
          try {
            next.run?.();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return;
          }
          // Node runs what waits for its next tick once all promises have been served.
          process.nextTick(settle);
        };
        step();
      });
    },
  };
}

const NOW = Promise.resolve();
