/**
 * Runs a function on a cron expression, never concurrently, and stops after the last run. Expressions are in UTC: in
 * local time, daylight saving repeats an hour in autumn and skips one in spring.
 */

import { createTask } from 'node-cron';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Alarm, setAlarm } from './signal.ts';
import { createHeartbeat } from './heartbeat.ts';

export interface Schedule {
  /** Resolves when no run is in flight and none will start. */
  stop(): Promise<void>;
  /** Time between two runs, ms; where it varies, between the next two. */
  readonly periodMs: number;
}

/** Clocks and timers; for tests. */
export interface Timers {
  /** The wall clock, epoch ms. */
  readonly now?: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow?: () => number;
  readonly alarm?: Alarm;
  /** The next times of an expression, epoch ms. */
  readonly nextRuns?: (cron: string, count: number) => readonly number[];
}

export interface ScheduleOptions extends Timers {
  readonly name: string;
  /** node-cron expression, with seconds. */
  readonly cron: string;
  readonly run: () => Promise<void>;
  /** Called with the duration of each run, ms. */
  readonly onRun?: (ms: number) => void;
  /** Called with the time without a run, ms, after three periods; with null once it runs again. */
  readonly onStall?: (ms: number | null) => void;
  readonly log: Log;
}

export function startSchedule(options: ScheduleOptions): Schedule {
  const { onStall = () => undefined, monotonicNow = () => performance.now(), alarm } = options;
  const nextRuns = createNextRuns(options);
  const gaps = gapsOf(nextRuns(RUNS_LOOKED_AT));
  const heartbeat = createHeartbeat({ periodMs: Math.max(...gaps), onStall, monotonicNow, alarm });
  let underWay: Promise<void> | null = null;
  /** A run that is due while the last one is in flight is skipped. */
  const run = (): void => {
    if (underWay !== null) return;
    const endRun = heartbeat.begin();
    underWay = runOnce(options).finally(() => {
      endRun();
      underWay = null;
    });
  };
  const timer = startTimer(options, { nextAt: () => nextRuns(1)[0] ?? Infinity, run });
  return {
    periodMs: gaps[0] ?? MINUTE_MS,
    async stop() {
      timer.end();
      heartbeat.end();
      await underWay;
    },
  };
}

const CHECK_INTERVAL_MS = 2_000;
/** NTP moves the clock by less than this between two checks. */
const STEP_MS = 1_000;

/**
 * Sleeps in short intervals: after the clock moved back an hour, one long sleep would last an hour more. Whenever the
 * wall clock moves against the monotonic one (it was set, or the machine slept), the next time is calculated again.
 */
function startTimer(
  { name, log, now = Date.now, monotonicNow = () => performance.now(), alarm = setAlarm }: ScheduleOptions,
  { nextAt, run }: { readonly nextAt: () => number; readonly run: () => void },
) {
  const difference = (): number => now() - monotonicNow();
  let known = difference();
  let dueAt = nextAt();
  let end = (): void => undefined;
  const sleep = (): void => {
    end = alarm(Math.max(0, Math.min(CHECK_INTERVAL_MS, dueAt - now())), look);
  };
  const look = (): void => {
    const stepMs = Math.round(difference() - known);
    known += stepMs;
    const isStep = Math.abs(stepMs) > STEP_MS;
    if (isStep) log.info({ name, stepMs }, 'clock changed, or the machine slept; next run recalculated');
    else if (now() >= dueAt) run();
    if (isStep || now() >= dueAt) dueAt = nextAt();
    sleep();
  };
  sleep();
  return { end: () => end() };
}

const MINUTE_MS = 60_000;
/** Enough to include a weekend. */
const RUNS_LOOKED_AT = 9;

/** Times between the next runs, ms; never empty. */
function gapsOf(at: readonly number[]): readonly number[] {
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? time));
  return gaps.length === 0 ? [MINUTE_MS] : gaps;
}

function createNextRuns({ cron, nextRuns }: ScheduleOptions): (count: number) => readonly number[] {
  if (nextRuns !== undefined) return (count) => nextRuns(cron, count);
  // Never started: node-cron's own timer mistakes local time for an instant. Its calculation of the next time is right.
  const expression = createTask(cron, () => undefined, { timezone: 'UTC' });
  return (count) => expression.getNextRuns(count).map((date) => date.getTime());
}

async function runOnce({
  name,
  run,
  onRun,
  log,
  monotonicNow = () => performance.now(),
}: ScheduleOptions): Promise<void> {
  const attempt = async (what: () => unknown): Promise<void> => {
    try {
      await what();
    } catch (error) {
      log.error({ name, error: messageOf(error) }, 'scheduled run failed');
    }
  };
  const startedAt = monotonicNow();
  await attempt(run);
  await attempt(() => onRun?.(monotonicNow() - startedAt));
}
