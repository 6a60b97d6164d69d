/** All that runs by the clock, and the loops that read results: begun together, and stopped together. */

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
  /** How long messages wait for what is asked of the Console apart, ms. */
  readonly reportWaitMs: number;
  /** How long what was seen is kept, ms. */
  readonly retentionMs: number;
  /** Names this process in leases. */
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  /** Told how long each run took, ms. */
  readonly onRun?: (name: string, ms: number) => void;
  /** Told when a tick begins; for tests. */
  readonly onTick?: () => void;
  /** Told for how long no tick has come, ms; null once one does. */
  readonly onStall?: (ms: number | null) => void;
  /** For tests. */
  readonly timers?: Timers;
}

export interface Schedules {
  /** The time between two ticks. */
  readonly tickMs: number;
  /** Resolves when no run is under way and none will begin. */
  readonly stop: () => Promise<unknown>;
}

/** Scans that were asked for and do not show: nobody knows earlier than after a minute. */
const START_CRON = '*/15 * * * * *';
/** Once a day, at a minute when few other things begin. */
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
  // Apart from the ticks: results may take their time, and progress must not wait for them.
  const stopLoops = [loops.checks, loops.reports, loops.newest].map(({ run }) => runUntilStopped(run));
  // Leases in the database carry this name.
  log.info({ cron, everyMs: tickMs, owner: options.owner }, 'polling');
  return {
    tickMs,
    stop: () => {
      stopping.abort();
      return Promise.all([ticks.stop(), starts.stop(), sweeps.stop(), ...stopLoops.map((stop) => stop())]);
    },
  };
}
