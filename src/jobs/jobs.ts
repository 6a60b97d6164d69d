/** All loops except delivery: those that poll the Console, and those that run by the clock. */

import type { Log } from '../log.ts';
import { type Alarm, type Loop, type LoopOptions, startLoop } from '../loop.ts';
import { noticeSilentStarts } from '../store/scans/silent-starts.ts';
import { nextReportAt } from '../store/reports.ts';
import { firstResultsCheckAt } from '../store/targets.ts';
import { createImageMemory } from './known-images.ts';
import { checkDueResults } from './check-results.ts';
import { createNewestCheck, NEWEST_EVERY_MS, type NewestOptions } from './newest.ts';
import { createObserver, type Observer, type ObserverOptions } from './observe.ts';
import { createTicks } from './poll.ts';
import { prune } from './prune.ts';
import { enqueueDigests } from './reports/digests.ts';
import { report, type ReportOptions } from './reports/reports.ts';
import { startHeartbeat } from './timing/heartbeat.ts';
import { createSchedule, nextCronRuns, nextDaily, type NextRuns, periodsOf } from './timing/schedule.ts';

type Polling = Omit<ObserverOptions, 'onRecorded' | 'idleMs'> &
  Omit<ReportOptions, 'onReported' | 'rememberImages'> &
  Pick<NewestOptions, 'fetchNewest' | 'fewImages'>;

export interface JobsOptions extends Polling {
  /** node-cron expression of the ticks, with seconds. */
  readonly cron: string;
  /** RETENTION, ms. */
  readonly retentionMs: number;
  readonly log: Log;
  /** Something new is to be sent. */
  readonly wake: () => void;
  /** Called with the duration of each run, ms. */
  readonly onRun?: (name: string, ms: number) => void;
  /** Called when a tick starts; for tests. */
  readonly onTick?: () => void;
  /** Called with the time without a tick, ms; with null once one runs. */
  readonly onStall?: (ms: number | null) => void;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
  readonly monotonicNow?: () => number;
  readonly nextRuns?: NextRuns;
}

export interface Jobs {
  readonly observer: Observer;
  /** Time between two ticks, ms. */
  readonly tickMs: number;
  /** Resolves when no run is in flight and none will start. */
  readonly stop: () => Promise<unknown>;
}

/** Messages wait for reports; scans that end within this time of the last request share the next one. */
const REPORT_PAUSE_MS = 1_000;
/** As a rule two requests per check: a fifth of the Console's limit, however many are due. */
const RESULTS_CHECK_PAUSE_MS = 10_000;
/** Started scans that do not show up; that is known after a minute at the earliest. */
const SILENT_STARTS_EVERY_MS = 15_000;
/** A digest is due on a minute. */
const DIGESTS_EVERY_MS = 20_000;
/** 04:17 UTC: a minute when few other jobs start. */
const PRUNE_AT_MS = (4 * 60 + 17) * 60_000;

export function startJobs(options: JobsOptions): Jobs {
  const { database, wake } = options;
  const start = starterOf(options);
  const observer: Observer = createObserver({
    ...options,
    // `newest` and `reports` need the observer first; loops call these only after this function returned.
    idleMs: () => newest.idleMs(),
    onRecorded: () => {
      wake();
      reports.wake();
    },
  });
  const rememberImages = createImageMemory(options);
  const newest = createNewestCheck({ ...options, observer, rememberImages });
  const reports = start({
    name: 'report',
    next: () => nextReportAt(database),
    run: () => report({ ...options, rememberImages, onReported: wake }),
    minIntervalMs: REPORT_PAUSE_MS,
    failed: 'report failed; messages go without it',
  });
  const checks = startResultsChecks({ ...options, observer }, start);
  const newestChecks = start({
    name: 'newest',
    next: newest.nextDueAt,
    run: newest.run,
    minIntervalMs: NEWEST_EVERY_MS,
  });
  const polling = startPolling({ ...options, observer }, start);
  const { tickMs } = polling;
  const loops = [reports, checks, newestChecks, polling, ...startUpkeep(options, start, tickMs)];
  return { observer, tickMs, stop: () => Promise.all(loops.map((loop) => loop.stop())) };
}

/** `name` is a label of `scanprogress_tick_duration_seconds`, which dashboards show: it stays. */
type OwnOptions = Pick<LoopOptions, 'name' | 'next' | 'run' | 'minIntervalMs' | 'failed'>;
type StartLoop = (own: OwnOptions) => Loop;

function starterOf({ now, log, alarm, onRun }: JobsOptions): StartLoop {
  return (own) => startLoop({ ...own, now, log, alarm, onRun });
}

interface ObservedOptions extends JobsOptions {
  readonly observer: Observer;
}

/** Separate from the ticks: results may take long, and progress must not wait for them. */
function startResultsChecks({ database, observer, log }: ObservedOptions, start: StartLoop): Loop {
  return start({
    name: 'look',
    next: () => firstResultsCheckAt(database),
    run: () => checkDueResults({ observer, log }),
    minIntervalMs: RESULTS_CHECK_PAUSE_MS,
    failed: 'results check failed; trying again',
  });
}

function startPolling(options: ObservedOptions, start: StartLoop) {
  const { cron, owner, onTick, onStall = () => undefined, log } = options;
  const { monotonicNow = () => performance.now(), nextRuns = nextCronRuns } = options;
  const [tickMs, ...periods] = periodsOf(nextRuns(cron, COMPARED_PERIODS + 1));
  const shutdown = new AbortController();
  const tick = createTicks({ ...options, signal: shutdown.signal });
  const periodMs = Math.max(tickMs, ...periods);
  const heartbeat = startHeartbeat({ ...options, periodMs, onStall, monotonicNow });
  const nextTime = (): number => nextRuns(cron, 1)[0] ?? Infinity;
  const loop = start({
    name: 'poll',
    next: createSchedule({ name: 'poll', nextTime, monotonicNow, log }),
    run: () => {
      onTick?.();
      // `begin` is called now, and what it returns at the end.
      return tick().finally(heartbeat.begin());
    },
    minIntervalMs: 0,
  });
  // Leases in the database carry this owner.
  log.info({ cron, everyMs: tickMs, owner }, 'polling');
  const stop = (): Promise<unknown> => {
    shutdown.abort();
    return Promise.all([loop.stop(), heartbeat.stop()]);
  };
  return { tickMs, stop };
}

/** Enough to include a weekend. */
const COMPARED_PERIODS = 8;

function startUpkeep(options: JobsOptions, start: StartLoop, tickMs: number): readonly Loop[] {
  const { database, settings, now, log, monotonicNow = () => performance.now() } = options;
  const noticeStarts = () =>
    noticeSilentStarts(database, { now: now(), waitMs: settings.reportWaitMs, tickMs });
  const nextTime = (at: number): number => nextDaily(PRUNE_AT_MS, at);
  const next = createSchedule({ name: 'sweep', nextTime, monotonicNow, log });
  return [
    start({ name: 'start', run: noticeStarts, minIntervalMs: SILENT_STARTS_EVERY_MS }),
    start({ name: 'digest', run: () => enqueueDigests(options), minIntervalMs: DIGESTS_EVERY_MS }),
    start({ name: 'sweep', next, run: () => prune(options), minIntervalMs: 0 }),
  ];
}
