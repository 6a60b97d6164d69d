/**
 * Runs work when it is due in the database, independent of ticks, which may be minutes apart. While nothing is due, an
 * iteration is one small read.
 */

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Alarm, createSignal } from './signal.ts';

export interface LoopOptions {
  readonly name: string;
  /** Next due time, epoch ms; null for none. */
  readonly nextDueAt: () => Promise<number | null>;
  /** Handles the due work. */
  readonly run: () => Promise<void>;
  /** Shortest time between two runs, ms: the Console allows few requests, and progress needs most of them. */
  readonly minIntervalMs: number;
  /** Called with the duration of each run, ms. */
  readonly onRun?: (ms: number) => void;
  readonly now: () => number;
  readonly log: Log;
  /** Timers; for tests. */
  readonly alarm?: Alarm | undefined;
}

export interface Loop {
  /** Runs until the signal aborts, and resolves after the current run. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Something new may be due: check now. */
  readonly wake: () => void;
}

/** Other processes insert work without a wake-up, and the clock may change. */
const IDLE_MS = 2_000;
/** Scans that end within the same tick share a request. */
const BATCH_WINDOW_MS = 500;
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
        await pause.wait(turn.kind === 'idle' ? BATCH_WINDOW_MS : turn.minIntervalMs);
      }
    },
  };
}

type Turn =
  | { readonly kind: 'idle'; readonly forMs: number }
  /** No earlier check, even after a wake-up. */
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
    if (waitMs > 0) return { kind: 'idle', forMs: Math.max(0, Math.min(IDLE_MS, waitMs) - BATCH_WINDOW_MS) };
    const startedAt = performance.now();
    await run().finally(() => onRun?.(performance.now() - startedAt));
    return { kind: 'done', minIntervalMs };
  } catch (error) {
    log.error({ name, error: messageOf(error) }, 'loop run failed; trying again');
    return { kind: 'done', minIntervalMs: Math.max(minIntervalMs, AFTER_ERROR_MS) };
  }
}

/** Starts a loop; the returned function stops it and waits for its last run. */
export function runUntilStopped(run: Loop['run']): () => Promise<void> {
  const abort = new AbortController();
  const running = run(abort.signal);
  return () => {
    abort.abort();
    return running;
  };
}
