/** How a channel wants to be told: every change of behaviour is somebody's choice there. */

import { EVERY_END, type TellingRule } from './threshold.ts';

export interface ChannelSettings extends TellingRule {
  /** Subscriptions show a live message while a scan goes on; without, only its end is told. */
  readonly showLiveMessages: boolean;
  /** Where a completion goes: below its live message, or into the channel itself. */
  readonly completionIn: 'thread' | 'channel';
  /** Completions mention those who asked. */
  readonly areMentionsOn: boolean;
  /** While it is quiet nobody is mentioned; null: never quiet. */
  readonly quietHours: QuietHours | null;
}

/** Minutes after midnight, 0 to 1439, in an IANA time zone; `from` later than `until` spans midnight. */
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
};

/** Whether an end that is told now mentions people; `now` is epoch ms. */
export function mayMention({ areMentionsOn, quietHours }: ChannelSettings, now: number): boolean {
  return areMentionsOn && !(quietHours !== null && isWithin(quietHours, now));
}

function isWithin({ from, until, timeZone }: QuietHours, now: number): boolean {
  const minute = minuteOfDay(now, timeZone);
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

function minuteOfDay(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(now);
  const valueOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return valueOf('hour') * 60 + valueOf('minute');
}
