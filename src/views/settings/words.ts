/** Shared by the settings and their modal: names of fields and choices, times of day, and time zones. */

import type { Threshold } from '../../scan/threshold.ts';
import type { DigestTime } from '../../scan/weekly-digest.ts';
import { printTimeOfDay } from '../kit/duration.ts';
import { code } from '../kit/mrkdwn.ts';
import { capital } from '../parts/target-name.ts';

export const FIELDS = {
  threshold: 'threshold',
  registryEnds: 'registry-ends',
  lives: 'lives',
  completion: 'completion',
  mentions: 'mentions',
  quiet: 'quiet',
  digest: 'digest',
  digestTime: 'digest-time',
  from: 'from',
  until: 'until',
  timeZone: 'time-zone',
} as const;
export const ON = 'on';
export const OFF = 'off';
/** The longest name of a time zone has 32 characters. */
export const ZONE_MAX = 64;

export const ZONE_EXAMPLE = 'Use a name such as Europe/Berlin.';

/** In the order in which they are offered: each tells less than the one before it. */
export const THRESHOLD_WORDS: Readonly<Record<Threshold, string>> = {
  'every-end': 'every end of a scan',
  new: 'those with anything new since the scan before',
  high: 'those with critical or high findings',
  'new-high': 'those with new critical or high findings',
  critical: 'those with critical findings',
  'new-critical': 'those with new critical findings',
};

/**
 * As the runtime spells it that later tells the time there, null where it knows none; offsets such as `+01:00` know no
 * summer time and are none. It calls some by an old name (`Asia/Calcutta`): who writes the new one keeps it.
 */
export function toTimeZone(name: string): string | null {
  if (!/^[a-z][\w/+-]*$/i.test(name) || name.length > ZONE_MAX) return null;
  try {
    const { timeZone } = Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions();
    const isSpelledOut = /^[A-Z][^/]*[a-z]/.test(name) && timeZone.toLowerCase() !== name.toLowerCase();
    return isSpelledOut ? name : timeZone;
  } catch {
    // Intl has no other test: its list of names omits common aliases.
    return null;
  }
}

/** "Every Monday at 09:00, `Europe/Berlin`". mrkdwn. */
export function digestTimeWords({ weekday, minute, timeZone }: DigestTime): string {
  return `Every ${capital(weekday)} at ${printTimeOfDay(minute)}, ${code(timeZone, ZONE_MAX)}`;
}
