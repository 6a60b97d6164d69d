/**
 * What every caller of a foreign HTTP API needs: one time limit over a whole call, and the reading of `Retry-After`.
 */

export interface TimeLimit {
  /** Aborts when the time is over, or when the outer signal does. */
  readonly signal: AbortSignal;
  /** Sets the clock going; only the first call counts, so that waiting may be left out of the limit. */
  start(ms: number): void;
  /** Ends it before its time. */
  abort(): void;
  /** Must be called once the work is over: it lets go of the timer and of the outer signal. */
  end(): void;
}

// Not AbortSignal.any with AbortSignal.timeout: neither can be let go of, and the outer signal may live as long as
// the process.
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

/** Milliseconds from `Retry-After`, given in seconds or as a date; null where there is none or it makes no sense. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  // Every HTTP date begins with the name of a day; Date.parse alone would take "-1" for a year.
  const at = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
