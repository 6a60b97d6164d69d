/** Parses Retry-After, whatever it contains. */

/** Where Slack names no time: its own limits are counted per minute. */
export const DEFAULT_RETRY_AFTER_SECONDS = 60;

const LONGEST_SECONDS = 24 * 60 * 60;

/** Seconds from the header: a number, or an HTTP date compared with Slack's own `Date`; otherwise the default. */
export function toRetryAfterSeconds(retryAfter: string | undefined, date: string | undefined): number {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return toWait(Number(text));
  // Both by Slack's clock: ours may be an hour off.
  return toWait((Date.parse(text) - Date.parse(date ?? '')) / 1000);
}

/**
 * At least a second, because 0 would retry without pause; at most a day, because a corrupt value must not silence the
 * bot forever.
 */
export function toWait(seconds: number): number {
  if (Number.isNaN(seconds)) return DEFAULT_RETRY_AFTER_SECONDS;
  return Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_SECONDS);
}
