/**
 * Work that is due by the database, whenever that is: it waits for no tick, which may be minutes away. While nothing is
 * due, a turn of the loop is one small read.
 */

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Alarm, createBell } from './signal.ts';

export interface LoopOptions {
  readonly name: string;
  /** When the next of it is due, epoch ms; null where nothing is. */
  readonly nextDueAt: () => Promise<number | null>;
  /** Does what is due, as much as it likes of it. */
  readonly run: () => Promise<void>;
  /** The shortest time between two runs, ms: the Console grants few requests, and progress needs most of them. */
  readonly restMs: number;
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
/** What ends within the same tick is asked for together. */
const GATHER_MS = 500;
const AFTER_FAULT_MS = 5_000;

export function createLoop(options: LoopOptions): Loop {
  const news = createBell(options.alarm);
  const rest = createBell(options.alarm);
  const stop = (): void => {
    news.ring();
    rest.ring();
  };
  return {
    wake: news.ring,
    async run(signal) {
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const turn = await takeTurn(options);
        if (turn.kind === 'idle') await news.wait(turn.forMs);
        await rest.wait(turn.kind === 'idle' ? GATHER_MS : turn.restMs);
      }
    },
  };
}

type Turn =
  | { readonly kind: 'idle'; readonly forMs: number }
  /** No look before that, whoever rings. */
  | { readonly kind: 'done'; readonly restMs: number };

async function takeTurn({ name, nextDueAt, run, restMs, onRun, now, log }: LoopOptions): Promise<Turn> {
  try {
    const dueAt = await nextDueAt();
    const waitMs = dueAt === null ? IDLE_MS : dueAt - now();
    if (waitMs > 0) return { kind: 'idle', forMs: Math.max(0, Math.min(IDLE_MS, waitMs) - GATHER_MS) };
    const startedAt = performance.now();
    await run().finally(() => onRun?.(performance.now() - startedAt));
    return { kind: 'done', restMs };
  } catch (error) {
    log.error({ name, error: messageOf(error) }, 'what is due could not be done; it is tried again');
    return { kind: 'done', restMs: Math.max(restMs, AFTER_FAULT_MS) };
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
