/**
 * Runs a function on a cron expression, never two runs at once, and can be stopped with its last run finished. Expressions
 * mean UTC: by local time an hour comes twice in autumn, and another never in spring.
 */

import { createTask, type ScheduledTask } from 'node-cron';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { createHeartbeat } from './heartbeat.ts';

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
  /** Told for how long nothing has run, ms, after three periods; null once it runs again. */
  readonly onStandstill?: (ms: number | null) => void;
  readonly log: Log;
  /** Monotonic milliseconds; for tests. */
  readonly elapsed?: () => number;
}

export function startSchedule(options: ScheduleOptions): Schedule {
  const { onStandstill = () => undefined, elapsed = () => performance.now() } = options;
  // Never started: node-cron's own timer takes local time for an instant. What it works out from one is right.
  const expression = createTask(options.cron, () => undefined, { timezone: 'UTC' });
  const gaps = gapsOf(expression);
  const heartbeat = createHeartbeat({ periodMs: Math.max(...gaps), onStandstill, elapsed });
  let underWay: Promise<void> | null = null;
  /** One that comes due while the last one goes on is left out: the next one comes. */
  const run = (): void => {
    if (underWay !== null) return;
    const endRun = heartbeat.begin();
    underWay = runOnce(options).finally(() => {
      endRun();
      underWay = null;
    });
  };
  const timer = startTimer(options, { nextAt: () => nextOf(expression, 1)[0] ?? Infinity, run });
  return {
    periodMs: gaps[0] ?? MINUTE_MS,
    async stop() {
      timer.end();
      heartbeat.end();
      await underWay;
    },
  };
}

const LOOK_EVERY_MS = 2_000;
/** Clocks that are kept in step by the network move by less than this between two looks. */
const STEP_MS = 1_000;

/**
 * Sleeps for a short while only: a clock that is set back an hour would have it sleep for an hour. Whenever that clock
 * moves against the monotonic one (set by somebody, or the machine slept), the next time is worked out anew.
 */
function startTimer(
  { name, log, elapsed = () => performance.now() }: ScheduleOptions,
  { nextAt, run }: { readonly nextAt: () => number; readonly run: () => void },
) {
  const difference = (): number => Date.now() - elapsed();
  let known = difference();
  let dueAt = nextAt();
  let timer: NodeJS.Timeout | undefined;
  const sleep = (): void => {
    timer = setTimeout(look, Math.max(0, Math.min(LOOK_EVERY_MS, dueAt - Date.now())));
  };
  const look = (): void => {
    const stepMs = Math.round(difference() - known);
    known += stepMs;
    const isStep = Math.abs(stepMs) > STEP_MS;
    if (isStep)
      log.info({ name, stepMs }, 'the clock was set, or the machine slept: the next run is worked out anew');
    else if (Date.now() >= dueAt) run();
    if (isStep || Date.now() >= dueAt) dueAt = nextAt();
    sleep();
  };
  sleep();
  return { end: () => clearTimeout(timer) };
}

const MINUTE_MS = 60_000;
/** Enough to see a weekend. */
const RUNS_LOOKED_AT = 9;

/** The times between the next runs, ms; never empty. */
function gapsOf(expression: ScheduledTask): readonly number[] {
  const at = nextOf(expression, RUNS_LOOKED_AT);
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? time));
  return gaps.length === 0 ? [MINUTE_MS] : gaps;
}

function nextOf(expression: ScheduledTask, count: number): readonly number[] {
  return expression.getNextRuns(count).map((date) => date.getTime());
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
