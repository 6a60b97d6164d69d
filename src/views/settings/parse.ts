/** Parses the choices of the settings modal. */

import type { ChannelSettings, QuietHours } from '../../scan/channel-settings.ts';
import { type Threshold, THRESHOLDS } from '../../scan/threshold.ts';
import { choiceIn, textIn, timeIn } from '../kit/modal.ts';
import { FIELDS, OFF, ON, toTimeZone, ZONE_EXAMPLE } from './words.ts';

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: ChannelSettings }
  /** Block id to what to do about it, as Slack's `response_action: errors` wants them. */
  | { readonly kind: 'faults'; readonly faults: Readonly<Record<string, string>> };

/** Parses `view.state.values` of the modal. */
export function parseSettings(values: unknown): ParsedSettings {
  const chosen = {
    [FIELDS.threshold]: thresholdIn(values),
    [FIELDS.registryEnds]: switchIn(values, FIELDS.registryEnds),
    [FIELDS.lives]: switchIn(values, FIELDS.lives),
    [FIELDS.completion]: completionTargetIn(values),
    [FIELDS.mentions]: switchIn(values, FIELDS.mentions),
    [FIELDS.quiet]: switchIn(values, FIELDS.quiet),
  };
  if (!isComplete(chosen)) {
    const missing = Object.entries(chosen).filter(([, choice]) => choice === null);
    return { kind: 'faults', faults: Object.fromEntries(missing.map(([id]) => [id, 'Choose one.'])) };
  }
  const hours = chosen.quiet ? parseQuietHours(values) : NEVER_QUIET;
  if (hours.kind === 'faults') return hours;
  return {
    kind: 'settings',
    settings: {
      threshold: chosen.threshold,
      areRegistryEndsPosted: chosen['registry-ends'],
      showLiveMessages: chosen.lives,
      completionIn: chosen.completion,
      areMentionsOn: chosen.mentions,
      quietHours: hours.hours,
    },
  };
}

function isComplete<T extends object>(chosen: T): chosen is { [K in keyof T]: NonNullable<T[K]> } & T {
  return Object.values(chosen).every((choice) => choice !== null);
}

const NEVER_QUIET = { kind: 'hours', hours: null } as const;

type ParsedHours =
  { readonly kind: 'hours'; readonly hours: QuietHours } | Extract<ParsedSettings, { kind: 'faults' }>;

function parseQuietHours(values: unknown): ParsedHours {
  const from = parseTime(timeIn(values, FIELDS.from));
  const until = parseTime(timeIn(values, FIELDS.until));
  const typed = textIn(values, FIELDS.timeZone).trim();
  const timeZone = toTimeZone(typed);
  if (from !== null && until !== null && from !== until && timeZone !== null) {
    return { kind: 'hours', hours: { from, until, timeZone } };
  }
  const faults = {
    ...(from === null && { [FIELDS.from]: 'Choose a time.' }),
    ...(until === null && { [FIELDS.until]: 'Choose a time.' }),
    ...(from !== null &&
      from === until && { [FIELDS.until]: 'Choose another time than the one they begin at.' }),
    ...(timeZone === null && { [FIELDS.timeZone]: zoneFault(typed) }),
  };
  return { kind: 'faults', faults };
}

function zoneFault(typed: string): string {
  return `${typed === '' ? 'The time zone is missing.' : 'This time zone is not known.'} ${ZONE_EXAMPLE}`;
}

function switchIn(values: unknown, id: string): boolean | null {
  const choice = choiceIn(values, id);
  return choice === ON || choice === OFF ? choice === ON : null;
}

function thresholdIn(values: unknown): Threshold | null {
  const choice = choiceIn(values, FIELDS.threshold);
  return THRESHOLDS.find((one) => one === choice) ?? null;
}

function completionTargetIn(values: unknown): ChannelSettings['completionIn'] | null {
  const conversation = choiceIn(values, FIELDS.completion);
  return conversation === 'thread' || conversation === 'channel' ? conversation : null;
}

/** Minutes after midnight of `HH:mm`. */
function parseTime(text: string): number | null {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined || minute === undefined ? null : Number(hour) * 60 + Number(minute);
}
