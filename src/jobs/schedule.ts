/** Runs a function on a cron expression, never two runs at once, and can be stopped with its last run finished. */

import { schedule as scheduleCron } from 'node-cron';
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
  readonly log: Log;
}

export function startSchedule({ name, cron, run, log }: ScheduleOptions): Schedule {
  let underWay: Promise<void> = Promise.resolve();
  const task = scheduleCron(
    cron,
    () => {
      underWay = run().catch((error: unknown) =>
        log.error({ name, error: messageOf(error) }, 'a scheduled run failed'),
      );
      return underWay;
    },
    { name, noOverlap: true, suppressMissedWarning: true, logger: quiet(log) },
  );
  const [first, second] = task.getNextRuns(2);
  return {
    periodMs: first !== undefined && second !== undefined ? second.getTime() - first.getTime() : 60_000,
    async stop() {
      await task.destroy();
      await underWay;
    },
  };
}

/** A run that is skipped because the last one goes on is no news: the next one comes. */
function quiet(log: Log) {
  const debug = (message: string | Error) => log.debug({ cron: String(message) }, 'schedule');
  return { info: debug, warn: debug, debug, error: debug };
}
