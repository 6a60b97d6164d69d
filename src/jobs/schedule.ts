/** Runs a function on a cron expression, never two runs at once, and can be stopped with its last run finished. */

import { schedule as scheduleCron, type ScheduledTask } from 'node-cron';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

export interface Schedule {
  /** Resolves when no run is under way and none will begin. */
  stop(): Promise<void>;
  /** The time between two runs, ms; where it varies, the time between the next two. */
  readonly periodMs: number;
}

export interface ScheduleOptions {
  readonly name: string;
  /** node-cron expression, with seconds. */
  readonly cron: string;
  readonly run: () => Promise<void>;
  /** Told how long each run took, ms. */
  readonly onRun?: (ms: number) => void;
  readonly log: Log;
  /** Monotonic milliseconds; for tests. */
  readonly elapsed?: () => number;
}

export function startSchedule(options: ScheduleOptions): Schedule {
  let underWay: Promise<void> | null = null;
  // A task that was made anew knows nothing of the last run of the one before.
  const run = async (): Promise<void> => {
    if (underWay !== null) return;
    underWay = runOnce(options);
    try {
      await underWay;
    } finally {
      underWay = null;
    }
  };
  let task = startTask(options, run);
  const clock = watchClock(options, () => {
    void task.destroy();
    task = startTask(options, run);
  });
  const [first, second] = task.getNextRuns(2);
  return {
    periodMs: first !== undefined && second !== undefined ? second.getTime() - first.getTime() : 60_000,
    async stop() {
      clock.end();
      await task.destroy();
      await underWay;
    },
  };
}

async function runOnce({
  name,
  run,
  onRun,
  log,
  elapsed = () => performance.now(),
}: ScheduleOptions): Promise<void> {
  const attempt = async (what: () => unknown): Promise<void> => {
    try {
      await what();
    } catch (error) {
      log.error({ name, error: messageOf(error) }, 'a scheduled run failed');
    }
  };
  const startedAt = elapsed();
  await attempt(run);
  await attempt(() => onRun?.(elapsed() - startedAt));
}

function startTask({ name, cron, log }: ScheduleOptions, run: () => Promise<void>): ScheduledTask {
  return scheduleCron(cron, run, { name, noOverlap: true, suppressMissedWarning: true, logger: quiet(log) });
}

const WATCH_EVERY_MS = 2_000;
/** Clocks that are kept in step by the network move by less than this between two looks. */
const STEP_MS = 1_000;

/**
 * node-cron sleeps until a time of the wall clock: set back an hour, it would sleep for an hour. So whenever that clock
 * moves against the monotonic one (set by somebody, or the machine slept), the next time is worked out anew.
 */
function watchClock({ name, log, elapsed = () => performance.now() }: ScheduleOptions, onStep: () => void) {
  const difference = (): number => Date.now() - elapsed();
  let known = difference();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const stepMs = Math.round(difference() - known);
    known += stepMs;
    if (Math.abs(stepMs) > STEP_MS) {
      log.info({ name, stepMs }, 'the clock was set, or the machine slept: the next run is worked out anew');
      onStep();
    }
    timer = setTimeout(look, WATCH_EVERY_MS).unref();
  };
  timer = setTimeout(look, WATCH_EVERY_MS).unref();
  return { end: () => clearTimeout(timer) };
}

/** A run that is skipped because the last one goes on is no news: the next one comes. */
function quiet(log: Log) {
  const debug = (message: string | Error) => log.debug({ cron: String(message) }, 'schedule');
  return { info: debug, warn: debug, debug, error: debug };
}
