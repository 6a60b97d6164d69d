/** How long a Retry-After means, whatever is in it. */

/** Where Slack names no time: its own limits are counted per minute. */
export const DEFAULT_RETRY_AFTER_SECONDS = 60;

const LONGEST_SECONDS = 24 * 60 * 60;

/** Seconds from a header's text: a number, or an HTTP date compared with Slack's own `Date`; anything else is the default. */
export function toRetryAfterSeconds(retryAfter: string | undefined, date: string | undefined): number {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return toWait(Number(text));
  // Both ends by Slack's clock: ours may be an hour off.
  return toWait((Date.parse(text) - Date.parse(date ?? '')) / 1000);
}

/** At least a second, since 0 would hammer on; at most a day, since a corrupt value must not silence the bot for good. */
export function toWait(seconds: number): number {
  if (Number.isNaN(seconds)) return DEFAULT_RETRY_AFTER_SECONDS;
  return Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_SECONDS);
}
