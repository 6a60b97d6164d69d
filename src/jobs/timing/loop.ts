/**
 * Work that is due by the database, whenever that is: it waits for no tick, which may be minutes away. While nothing is
 * due, a turn of the loop is one small read.
 */

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Alarm, createSignal } from './signal.ts';

export interface LoopOptions {
  readonly name: string;
  /** When the next of it is due, epoch ms; null where nothing is. */
  readonly nextDueAt: () => Promise<number | null>;
  /** Handles what has become due. */
  readonly run: () => Promise<void>;
  /** The shortest time between two runs, ms: the Console grants few requests, and progress needs most of them. */
  readonly minIntervalMs: number;
  /** Told how long each run took, ms. */
  readonly onRun?: (ms: number) => void;
  readonly now: () => number;
  readonly log: Log;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

export interface Loop {
  /** Runs until the signal aborts; a run that goes on is finished before the promise resolves. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Something new may be due: do not wait for the next look. */
  readonly wake: () => void;
}

/** Other processes put something in without a wake-up, and a clock may be set. */
const IDLE_MS = 2_000;
const AFTER_ERROR_MS = 5_000;

export function createLoop(options: LoopOptions): Loop {
  const news = createSignal(options.alarm);
  const pause = createSignal(options.alarm);
  const stop = (): void => {
    news.notify();
    pause.notify();
  };
  return {
    wake: news.notify,
    async run(signal) {
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const turn = await takeTurn(options);
        if (turn.kind === 'idle') await news.wait(turn.forMs);
        // What is put in during the pause is handled together.
        else await pause.wait(turn.minIntervalMs);
      }
    },
  };
}

type Turn =
  | { readonly kind: 'idle'; readonly forMs: number }
  /** No look before that, whoever rings. */
  | { readonly kind: 'done'; readonly minIntervalMs: number };

async function takeTurn({
  name,
  nextDueAt,
  run,
  minIntervalMs,
  onRun,
  now,
  log,
}: LoopOptions): Promise<Turn> {
  try {
    const dueAt = await nextDueAt();
    const waitMs = dueAt === null ? IDLE_MS : dueAt - now();
    if (waitMs > 0) return { kind: 'idle', forMs: Math.min(IDLE_MS, waitMs) };
    const startedAt = performance.now();
    await run().finally(() => onRun?.(performance.now() - startedAt));
    return { kind: 'done', minIntervalMs };
  } catch (error) {
    log.error({ name, error: messageOf(error) }, 'loop run failed; trying again');
    return { kind: 'done', minIntervalMs: Math.max(minIntervalMs, AFTER_ERROR_MS) };
  }
}

/** Starts a loop; the function that comes back ends it and waits until its last work is done. */
export function runUntilStopped(run: Loop['run']): () => Promise<void> {
  const abort = new AbortController();
  const running = run(abort.signal);
  return () => {
    abort.abort();
    return running;
  };
}
