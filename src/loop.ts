/**
 * Runs a function repeatedly: when it is due, with a minimum interval. A loop survives errors, can be woken, and stops
 * after its current run.
 */

import { createFailureLog, type FailureLog } from './failure-log.ts';
import type { Log } from './log.ts';

export interface LoopOptions {
  readonly name: string;
  /** Due time of the next run, given the current time, both epoch ms; null for none. Left out: always due. */
  readonly next?: (now: number) => number | null | Promise<number | null>;
  readonly run: () => unknown;
  /** Shortest time between two runs, ms, even when woken. */
  readonly minIntervalMs: number;
  /** Longest wait until the next check after a run, ms; left out: `minIntervalMs`. */
  readonly repeatMs?: () => number;
  /** Called with the duration of each run, ms. */
  readonly onRun?: ((name: string, ms: number) => void) | undefined;
  readonly now?: () => number;
  readonly log: Log;
  /** Log line where a run fails; left out: one for all loops. */
  readonly failed?: string;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

export interface Loop {
  /** Something new may be due: check now. */
  readonly wake: () => void;
  /** Starts no further run; resolves after the current one. Never rejects. */
  readonly stop: () => Promise<void>;
}

/** Calls `run` after `ms`; the returned function cancels it. */
export type Alarm = (ms: number, run: () => void) => () => void;

/** Other processes insert work without a wake-up, and the clock may change. */
const IDLE_MS = 2_000;
const AFTER_ERROR_MS = 5_000;
const FAILED = 'loop run failed; trying again';

export function startLoop(options: LoopOptions): Loop {
  const { alarm = setAlarm } = options;
  const woken = createSignal(alarm);
  const stopped = createSignal(alarm);
  const ending = new AbortController();
  const context = createRunContext(options, () => ending.signal.aborted);
  const repeat = async (): Promise<void> => {
    while (!context.isStopped()) {
      const { pauseMs, waitMs } = await runOnce(options, context);
      await stopped.wait(pauseMs);
      await woken.wait(waitMs);
    }
  };
  // The first run may use the returned loop.
  const running = Promise.resolve().then(repeat);
  return {
    wake: woken.notify,
    stop: () => {
      ending.abort();
      stopped.notify();
      woken.notify();
      return running;
    },
  };
}

interface Waits {
  /** Only `stop` ends this wait. */
  readonly pauseMs: number;
  readonly waitMs: number;
}

interface RunContext {
  readonly isStopped: () => boolean;
  readonly dueTimeLog: FailureLog;
  /** A log of its own: a due time that can be read does not mean that the run works. */
  readonly runLog: FailureLog;
}

function createRunContext({ name, log, failed = FAILED }: LoopOptions, isStopped: () => boolean): RunContext {
  const shared = { log, fields: { name } };
  return {
    isStopped,
    dueTimeLog: createFailureLog({ ...shared, failed: FAILED, again: 'loop reads its due time again' }),
    runLog: createFailureLog({ ...shared, failed, again: 'loop runs again' }),
  };
}

async function runOnce(options: LoopOptions, { isStopped, dueTimeLog, runLog }: RunContext): Promise<Waits> {
  const { name, next = () => 0, run, minIntervalMs, repeatMs = () => minIntervalMs } = options;
  const { onRun, now = Date.now } = options;
  let failureLog = dueTimeLog;
  try {
    const at = now();
    const dueAt = await next(at);
    failureLog.worked();
    const waitMs = Math.min(untilNextCheck(at), (dueAt ?? Infinity) - at);
    if (waitMs > 0 || isStopped()) return { pauseMs: 0, waitMs };
    failureLog = runLog;
    const startedAt = performance.now();
    await run();
    onRun?.(name, performance.now() - startedAt);
    failureLog.worked();
    return { pauseMs: minIntervalMs, waitMs: repeatMs() - minIntervalMs };
  } catch (error) {
    failureLog.failed(error);
    return { pauseMs: minIntervalMs, waitMs: AFTER_ERROR_MS - minIntervalMs };
  }
}

/** Ends the current wait, else the next one. */
function createSignal(alarm: Alarm) {
  let isSet = false;
  let cut = (): void => undefined;
  return {
    notify: (): void => {
      isSet = true;
      cut();
    },
    wait: async (ms: number): Promise<void> => {
      if (ms <= 0) return;
      if (!isSet) {
        await new Promise<void>((resolve) => {
          const cancel = alarm(ms, resolve);
          cut = () => {
            cancel();
            resolve();
          };
        });
      }
      isSet = false;
    },
  };
}

/** At the same moment in all loops: each wake-up of an idle process costs more than the check itself. */
function untilNextCheck(now: number): number {
  const waitMs = IDLE_MS - (now % IDLE_MS);
  // A timer may be early by the wall clock.
  return waitMs < IDLE_MS / 10 ? waitMs + IDLE_MS : waitMs;
}

export function setAlarm(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
