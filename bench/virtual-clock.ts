/** A clock that stands until it is moved, with the timers that a delivery loop sets. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Alarm } from '../src/loop.ts';

export interface VirtualClock {
  readonly now: () => number;
  readonly alarm: Alarm;
  /** Moves on to `until`, epoch ms, from timer to timer; between two of them everything happens that waits for no time. */
  readonly runUntil: (until: number) => Promise<void>;
}

export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const earliest = () => [...timers].toSorted((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    alarm: (ms, run) => {
      const timer = { at: now + Math.max(0, ms), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async runUntil(until) {
      for (;;) {
        await turn();
        const timer = earliest();
        if (timer === undefined || timer.at > until) break;
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
      }
      now = until;
    },
  };
}

/** Park and Miller's generator: the same numbers every time, in (0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export const exponential = (random: () => number, mean: number): number => -Math.log(random()) * mean;
