/**
 * Runs a function on a cron expression, never concurrently, and stops after the last run. Expressions are in UTC: in
 * local time, daylight saving repeats an hour in autumn and skips one in spring.
 */

import { createTask } from 'node-cron';
import type { Log } from '../../log.ts';

export interface ScheduleOptions {
  readonly name: string;
  /** The first of its times after now, epoch ms. */
  readonly nextTime: (now: number) => number;
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  readonly log: Log;
}

/** Clocks that are kept in step by the network move by less than this between two looks. */
const STEP_MS = 1_000;

/**
 * The `next` of a loop. A time that has come is returned once; those that pass during its run are left out. Where the clock
 * moves against the monotonic one (it was set, or the machine slept), the next time is calculated again.
 */
export function createSchedule({ name, nextTime, monotonicNow, log }: ScheduleOptions) {
  let dueAt: number | null = null;
  let clockOffset: number | null = null;
  return (now: number): number => {
    const offset = now - monotonicNow();
    const stepMs = Math.round(offset - (clockOffset ?? offset));
    clockOffset = (clockOffset ?? offset) + stepMs;
    if (Math.abs(stepMs) > STEP_MS) {
      log.info({ name, stepMs }, 'clock changed, or the machine slept; next run recalculated');
      dueAt = null;
    }
    const next = dueAt ?? nextTime(now);
    dueAt = now < next ? next : null;
    return next;
  };
}

/** Enough to include a weekend. */
export type NextRuns = (cron: string, count: number) => readonly number[];

/** Times between the next runs, ms; never empty. */
export const nextCronRuns: NextRuns = (cron, count) => {
  // Never started: node-cron's own timer mistakes local time for an instant. Its calculation of the next time is right.
  const expression = createTask(cron, () => undefined, { timezone: 'UTC' });
  return expression.getNextRuns(count).map((date) => date.getTime());
};

const MINUTE_MS = 60_000;

/** The ms between one time and the next. */
export function periodsOf(times: readonly number[]): readonly [number, ...number[]] {
  const [first = MINUTE_MS, ...others] = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return [first, ...others];
}

const DAY_MS = 24 * 3_600_000;

/** The first time after `now` at which the day (UTC) is so old. */
export function nextDaily(ageMs: number, now: number): number {
  return Math.floor((now - ageMs) / DAY_MS + 1) * DAY_MS + ageMs;
}
