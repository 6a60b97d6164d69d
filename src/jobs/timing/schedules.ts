/** All schedules and result loops: started and stopped together. */

import type { Log } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { noticeSilentStarts } from '../../store/scans/silent-starts.ts';
import { runUntilStopped } from './loop.ts';
import { createTicks } from '../poll.ts';
import type { Readers } from '../readers.ts';
import { startSchedule, type Timers } from './schedule.ts';
import { prune } from '../prune.ts';

export interface SchedulesOptions extends Readers {
  readonly database: Database;
  /** node-cron expression of the ticks, with seconds. */
  readonly cron: string;
  /** How long messages wait for a report, ms. */
  readonly reportWaitMs: number;
  /** RETENTION, ms. */
  readonly retentionMs: number;
  /** Identifies this process in leases. */
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  /** Called with the duration of each run, ms. */
  readonly onRun?: (name: string, ms: number) => void;
  /** Called when a tick starts; for tests. */
  readonly onTick?: () => void;
  /** Called with the time without a tick, ms; with null once one runs. */
  readonly onStall?: (ms: number | null) => void;
  /** For tests. */
  readonly timers?: Timers;
}

export interface Schedules {
  /** Time between two ticks, ms. */
  readonly tickMs: number;
  /** Resolves when no run is in flight and none will start. */
  readonly stop: () => Promise<unknown>;
}

/** For started scans that do not show up; that is known after a minute at the earliest. */
const START_CRON = '*/15 * * * * *';
/** Once a day, at a minute when few other jobs start. */
const PRUNE_CRON = '0 17 4 * * *';

export function startSchedules(options: SchedulesOptions): Schedules {
  const { database, cron, reportWaitMs, retentionMs, now, log, loops, onRun, onStall, timers } = options;
  const stopping = new AbortController();
  const of = (name: string, when: string, run: () => Promise<void>) => ({
    ...{ name, cron: when, run, log, ...timers },
    onRun: (ms: number) => onRun?.(name, ms),
  });
  const tick = createTicks({ ...options, signal: stopping.signal });
  const poll = (): Promise<void> => {
    options.onTick?.();
    return tick();
  };
  const ticks = startSchedule({ ...of('poll', cron, poll), ...(onStall && { onStall }) });
  const tickMs = ticks.periodMs;
  const noticeStarts = async (): Promise<void> => {
    const noticed = await noticeSilentStarts(database, { now: now(), waitMs: reportWaitMs, tickMs });
    if (noticed > 0) loops.reports.wake();
  };
  const starts = startSchedule(of('start', START_CRON, noticeStarts));
  const sweeps = startSchedule(of('sweep', PRUNE_CRON, () => prune({ database, now, log, retentionMs })));
  // Separate from the ticks: results may take long, and progress must not wait for them.
  const stopLoops = [loops.checks, loops.reports, loops.newest].map(({ run }) => runUntilStopped(run));
  // Leases in the database carry this owner.
  log.info({ cron, everyMs: tickMs, owner: options.owner }, 'polling');
  return {
    tickMs,
    stop: () => {
      stopping.abort();
      return Promise.all([ticks.stop(), starts.stop(), sweeps.stop(), ...stopLoops.map((stop) => stop())]);
    },
  };
}
