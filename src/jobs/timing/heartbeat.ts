/** Detects that a loop stopped, by the monotonic clock: changes of the wall clock cannot hide it. */

import type { Log } from '../../log.ts';
import { type Alarm, type LoopOptions, startLoop } from '../../loop.ts';

export interface Heartbeat {
  /** Call at the start of a run; call the result at its end. */
  readonly begin: () => () => void;
  readonly stop: () => Promise<void>;
}

export interface HeartbeatOptions extends Pick<LoopOptions, 'now'> {
  /** Longest time between two runs, ms. */
  readonly periodMs: number;
  /** Called with the time without a run, ms; with null once it runs again. Once for each. */
  readonly onStall: (ms: number | null) => void;
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  readonly log: Log;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

/** One period passes between two runs, two when a run was skipped. */
const PERIODS = 3;
/** With ticks each second, a busy second or two is no stall. */
const LEAST_MS = 10_000;
/** Duration of a run with a thousand targets at 30 requests in 30 s. */
const LONGEST_RUN_MS = 20 * 60_000;

export function startHeartbeat({ periodMs, onStall, monotonicNow, ...timing }: HeartbeatOptions): Heartbeat {
  const limitMs = Math.max(LEAST_MS, PERIODS * periodMs);
  let movedAt = monotonicNow();
  let underWay = 0;
  let isStill = false;
  const move = (): void => {
    movedAt = monotonicNow();
    if (isStill) onStall(null);
    isStill = false;
  };
  const isLate = (): boolean =>
    !isStill && monotonicNow() - movedAt > (underWay > 0 ? limitMs + LONGEST_RUN_MS : limitMs);
  const tell = (): void => {
    isStill = true;
    onStall(monotonicNow() - movedAt);
  };
  // Nothing is due otherwise: then it is checked when the other loops are, with one wake-up for all.
  const next = (now: number): number | null => (isLate() ? now : null);
  const { stop } = startLoop({
    name: 'heartbeat',
    next,
    run: tell,
    minIntervalMs: 0,
    ...timing,
  });
  return {
    begin: () => {
      underWay += 1;
      move();
      return () => {
        underWay -= 1;
        move();
      };
    },
    stop,
  };
}
