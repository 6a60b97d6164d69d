/** Notices that a loop has stopped, by the monotonic clock: no setting of the other one hides it. */

import type { Log } from '../../log.ts';
import { type Alarm, startLoop } from '../../loop.ts';

export interface Heartbeat {
  /** A run begins; returns what its end calls. */
  readonly begin: () => () => void;
  readonly stop: () => Promise<void>;
}

export interface HeartbeatOptions {
  /** The longest time between two runs, ms. */
  readonly periodMs: number;
  /** Told for how long nothing has run, ms; null once it runs again. Each is told once. */
  readonly onStall: (ms: number | null) => void;
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  readonly log: Log;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

/** A period, or a bit more, passes between two runs; two is a run that was skipped. */
const PERIODS = 3;
/** With ticks each second, a busy second or two is no standstill. */
const LEAST_MS = 10_000;
/** A run of a thousand targets takes as long at 30 requests in 30 s. */
const LONGEST_RUN_MS = 20 * 60_000;
const CHECK_INTERVAL_MS = 1_000;

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
  const check = (): void => {
    const stillMs = monotonicNow() - movedAt;
    if (isStill || stillMs <= (underWay > 0 ? limitMs + LONGEST_RUN_MS : limitMs)) return;
    isStill = true;
    onStall(stillMs);
  };
  const { stop } = startLoop({ name: 'heartbeat', run: check, minIntervalMs: CHECK_INTERVAL_MS, ...timing });
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
