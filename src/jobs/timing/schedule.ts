/** When a loop is due by the clock: at the times of a cron expression, or once a day. */

import { createTask, type ScheduledTask } from 'node-cron';
import type { Log } from '../../log.ts';

export interface ScheduleOptions {
  readonly name: string;
  /** First time of the schedule after now, epoch ms. */
  readonly nextTime: (now: number) => number;
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  readonly log: Log;
}

/** NTP moves the clock by less than this between two checks. */
const STEP_MS = 1_000;

/**
 * The `next` of a loop. Each due time is returned once; times that pass during a run are skipped. Whenever the wall clock
 * moves against the monotonic one (it was set, or the machine slept), the next time is calculated again.
 */
export function createSchedule({ name, nextTime, monotonicNow, log }: ScheduleOptions) {
  let dueAt: number | null = null;
  // Wall clock minus monotonic clock at the last check, ms: it follows NTP's small corrections.
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

/** The next times of a cron expression with seconds, epoch ms. */
export type NextRuns = (cron: string, count: number) => readonly number[];

/** Expressions are in UTC: in local time, daylight saving repeats an hour in autumn and skips one in spring. */
export const nextCronRuns: NextRuns = (cron, count) => {
  // Never started: node-cron's own timer mistakes local time for an instant. Its calculation of the next time is right.
  const expression = expressions.get(cron) ?? createTask(cron, () => undefined, { timezone: 'UTC' });
  expressions.set(cron, expression);
  return expression.getNextRuns(count).map((date) => date.getTime());
};

/** node-cron keeps every task that it creates. */
const expressions = new Map<string, ScheduledTask>();

const MINUTE_MS = 60_000;

/** Times between the runs, ms; never empty. */
export function periodsOf(times: readonly number[]): readonly [number, ...number[]] {
  const [first = MINUTE_MS, ...others] = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return [first, ...others];
}

const DAY_MS = 24 * 3_600_000;

/** First `timeOfDayMs` (UTC) after `now`, epoch ms. */
export function nextDaily(timeOfDayMs: number, now: number): number {
  return Math.floor((now - timeOfDayMs) / DAY_MS + 1) * DAY_MS + timeOfDayMs;
}
