/** Alarms that ring when a test moves its clock. */

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface FakeAlarms {
  /** How many are set. */
  readonly count: () => number;
  readonly alarm: (ms: number, run: () => void) => () => void;
  /** None of those that are set rings any more. */
  clear(): void;
  /** Lets time pass, second by second. */
  pass(ms: number): Promise<void>;
}

export function createAlarms(clock: { now: () => number; pass: (ms: number) => void }): FakeAlarms {
  const set = new Map<() => void, number>();
  return {
    count: () => set.size,
    alarm(ms, run) {
      const ring = () => set.delete(ring) && run();
      set.set(ring, clock.now() + ms);
      return () => set.delete(ring);
    },
    clear: () => set.clear(),
    async pass(ms) {
      for (const until = clock.now() + ms; clock.now() < until;) {
        clock.pass(1_000);
        for (const [ring, at] of [...set]) if (at <= clock.now()) ring();
        await nextTurn();
      }
    },
  };
}
