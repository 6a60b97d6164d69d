/** Durations as people say them: "45 s", "1 min 37 s", "1 h 12 min", "3 d 4 h". */

import prettyMilliseconds from 'pretty-ms';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, string>> = { m: 'min' };

/** Two units at most. A clock that was set back yields no negative time. */
export function printDuration(ms: number): string {
  const whole = Number.isFinite(ms) ? Math.max(SECOND, Math.floor(ms / SECOND) * SECOND) : SECOND;
  const printed = prettyMilliseconds(whole, {
    unitCount: 2,
    ...(whole >= HOUR && { hideSeconds: true }),
    // "24 h" is how people name a day's limit; beyond two days they count days.
    ...(whole < 48 * HOUR ? { hideYearAndDays: true } : { hideYear: true }),
  });
  return printed.replace(
    /(\d)([a-z]+)/g,
    (_, digit: string, unit: string) => `${digit} ${UNITS[unit] ?? unit}`,
  );
}

/** Of what is known to the minute at best, and of what grows while it is read: "45 s", "12 min". */
export function printMinutes(ms: number): string {
  return printDuration(ms >= MINUTE ? Math.floor(ms / MINUTE) * MINUTE : ms);
}
