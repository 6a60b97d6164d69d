/** Notification settings of a channel. */

import type { DigestTime } from './weekly-digest.ts';
import { EVERY_END, type NotificationRule } from './threshold.ts';

export interface ChannelSettings extends NotificationRule {
  /** Subscriptions show a live message during a scan; otherwise they post only its completion. */
  readonly showLiveMessages: boolean;
  /** Post completions below the live message, or in the channel. */
  readonly completionIn: 'thread' | 'channel';
  /** Completions mention the people who requested the watch. */
  readonly areMentionsOn: boolean;
  /** No mentions during these hours; null: always mention. */
  readonly quietHours: QuietHours | null;
  /** When the one post a week is made; null: none is. */
  readonly digest: DigestTime | null;
}

/** Minutes after midnight, 0 to 1439, in an IANA time zone; `from` after `until` spans midnight. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
  readonly timeZone: string;
}

export const DEFAULT_SETTINGS: ChannelSettings = {
  ...EVERY_END,
  showLiveMessages: true,
  completionIn: 'thread',
  areMentionsOn: true,
  quietHours: null,
  digest: null,
};

/** Whether a completion at `now`, epoch ms, mentions people. */
export function mayMention({ areMentionsOn, quietHours }: ChannelSettings, now: number): boolean {
  return areMentionsOn && !(quietHours !== null && isWithin(quietHours, now));
}

/** `from` is inside, `until` is not: two equal times are no quiet hours. */
function isWithin({ from, until, timeZone }: QuietHours, now: number): boolean {
  const minute = minuteOfDay(now, timeZone);
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

function minuteOfDay(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    // With `hour12: false` some locales print midnight as 24.
    hourCycle: 'h23',
  }).formatToParts(now);
  const valueOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return valueOf('hour') * 60 + valueOf('minute');
}
