/** What asks the Console: for progress and results, and for what messages wait for. */

import type { Log } from '../log.ts';
import type { Alarm } from './timing/signal.ts';
import { look } from './look.ts';
import { createObserver, type Observer, type ObserverOptions } from './observe.ts';
import { report, type ReportOptions } from './reports/reports.ts';
import { createNewestCheck, type NewestOptions } from './newest.ts';
import { createResultLoops, type ResultLoops } from './results.ts';

type Asking = Omit<ObserverOptions, 'onRecorded' | 'idleMs'> &
  Omit<ReportOptions, 'onReported'> &
  Pick<NewestOptions, 'fetchNewest' | 'fewImages'>;

export interface ReadersOptions extends Asking {
  readonly log: Log;
  /** Something new is to be sent. */
  readonly wake: () => void;
  /** Told how long each run took, ms. */
  readonly onRun?: (name: string, ms: number) => void;
  /** Timers; for tests. */
  readonly alarm?: Alarm;
}

export interface Readers {
  readonly observer: Observer;
  /** They do not run yet. */
  readonly loops: ResultLoops;
}

export function createReaders(options: ReadersOptions): Readers {
  const { wake, log } = options;
  const observer: Observer = createObserver({
    ...options,
    idleMs: () => newest.idleMs(),
    onRecorded: () => {
      wake();
      loops.reports.wake();
    },
  });
  const newest = createNewestCheck({ ...options, observer });
  const loops = createResultLoops({
    ...options,
    newest,
    checkResults: () => look({ observer, log }),
    report: () => report({ ...options, onReported: wake }),
  });
  return { observer, loops };
}
