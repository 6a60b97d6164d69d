/** Durations as people write them: "45 s", "1 min 37 s", "1 h 12 min", "3 d 4 h". */

import prettyMilliseconds from 'pretty-ms';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, string>> = { m: 'min' };

/** At most two units, and never less than 1 s, even after the clock moved back. */
export function printDuration(ms: number): string {
  const whole = Number.isFinite(ms) ? Math.max(SECOND, Math.floor(ms / SECOND) * SECOND) : SECOND;
  const printed = prettyMilliseconds(whole, {
    unitCount: 2,
    ...(whole >= HOUR && { hideSeconds: true }),
    // "24 h" is the usual name of a day's limit; beyond two days people count days.
    ...(whole < 48 * HOUR ? { hideYearAndDays: true } : { hideYear: true }),
  });
  return printed.replace(
    /(\d)([a-z]+)/g,
    (_, digit: string, unit: string) => `${digit} ${UNITS[unit] ?? unit}`,
  );
}

/** For times known to the minute, or growing while being read: "45 s", "12 min". */
export function printMinutes(ms: number): string {
  return printDuration(ms >= MINUTE ? Math.floor(ms / MINUTE) * MINUTE : ms);
}

/** "07:30", of minutes after midnight. */
export function printTimeOfDay(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
