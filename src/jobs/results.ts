/**
 * Loops for results checks and reports, each run when due in the database: ticks may be minutes apart, but a message
 * waits only seconds for a report.
 */

import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { nextReportAt } from '../store/reports.ts';
import { firstResultsCheckAt } from '../store/targets.ts';
import type { Alarm } from './timing/signal.ts';
import { createLoop, type Loop, type LoopOptions } from './timing/loop.ts';
import { NEWEST_EVERY_MS, type NewestCheck } from './newest.ts';

interface ResultLoopsOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly log: Log;
  /** Neither rejects. */
  readonly checkResults: () => Promise<void>;
  readonly report: () => Promise<void>;
  readonly newest: Pick<NewestCheck, 'nextDueAt' | 'run'>;
  /** Called with the duration of each run, ms. */
  readonly onRun?: (name: string, ms: number) => void;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

export interface ResultLoops {
  readonly checks: Loop;
  readonly reports: Loop;
  readonly newest: Loop;
}

/** At most two requests per check: a fifth of the Console's limit, even where checks are due one by one. */
const RESULTS_CHECK_PAUSE_MS = 10_000;
/** Messages wait for reports. */
const REPORT_PAUSE_MS = 1_000;

export function createResultLoops(options: ResultLoopsOptions): ResultLoops {
  const { database, now, log, onRun, alarm } = options;
  const create = (loop: Pick<LoopOptions, 'name' | 'nextDueAt' | 'run' | 'minIntervalMs'>): Loop =>
    createLoop({ ...loop, now, log, alarm, onRun: (ms) => onRun?.(loop.name, ms) });
  return {
    checks: create({
      name: 'look',
      nextDueAt: () => firstResultsCheckAt(database),
      run: options.checkResults,
      minIntervalMs: RESULTS_CHECK_PAUSE_MS,
    }),
    reports: create({
      name: 'report',
      nextDueAt: () => nextReportAt(database),
      run: options.report,
      minIntervalMs: REPORT_PAUSE_MS,
    }),
    newest: create({ ...options.newest, name: 'newest', minIntervalMs: NEWEST_EVERY_MS }),
  };
}
