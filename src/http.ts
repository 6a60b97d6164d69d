/** For every caller of an external HTTP API: one time limit over a whole call, and parsing of `Retry-After`. */

export interface TimeLimit {
  /** Aborts when the time limit expires, or when the outer signal aborts. */
  readonly signal: AbortSignal;
  /** Starts the limit. Only the first call counts, so that queueing can be excluded from it. */
  start(ms: number): void;
  /** Aborts before the limit. */
  abort(): void;
  /** Must be called after the work: releases the timer and the listener on the outer signal. */
  end(): void;
}

// AbortSignal.any with AbortSignal.timeout cannot be released, and the outer signal may live as long as the process.
export function createTimeLimit(outer?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => controller.abort();
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    abort,
    start: (ms) => {
      timer ??= setTimeout(abort, ms);
    },
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** A date written with a wrong clock must not silence a program for longer. */
export const LONGEST_PAUSE_MS = 3_600_000;

/** Milliseconds from `Retry-After` (seconds or an HTTP date), an hour at most; null where missing or invalid. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  const ms = /^\d{1,9}(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1_000) : untilDate(text, now);
  return ms === null ? null : Math.min(Math.max(0, ms), LONGEST_PAUSE_MS);
}

function untilDate(text: string, now: number): number | null {
  // Every HTTP date starts with a weekday; Date.parse alone would read "-1" as a year.
  const at = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at - now;
}
