/** Parses the choices of the settings modal. */

import type { ChannelSettings, QuietHours } from '../../scan/channel-settings.ts';
import { type Threshold, THRESHOLDS } from '../../scan/threshold.ts';
import { type DigestTime, type Weekday, WEEKDAYS } from '../../scan/weekly-digest.ts';
import { choiceIn, textIn, timeIn } from '../kit/modal.ts';
import { FIELDS, OFF, ON, toTimeZone, ZONE_EXAMPLE } from './words.ts';

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: ChannelSettings }
  /** Block id to what to do about it, as Slack's `response_action: errors` wants them. */
  | { readonly kind: 'invalid'; readonly errors: Readonly<Record<string, string>> };

/** Parses `view.state.values` of the modal. */
export function parseSettingsInput(values: unknown): ParsedSettings {
  const chosen = {
    [FIELDS.threshold]: thresholdIn(values),
    [FIELDS.registryEnds]: switchIn(values, FIELDS.registryEnds),
    [FIELDS.lives]: switchIn(values, FIELDS.lives),
    [FIELDS.completion]: completionTargetIn(values),
    [FIELDS.mentions]: switchIn(values, FIELDS.mentions),
    [FIELDS.quiet]: switchIn(values, FIELDS.quiet),
    [FIELDS.digest]: digestDayIn(values),
  };
  if (!isComplete(chosen)) {
    const missing = Object.entries(chosen).filter(([, choice]) => choice === null);
    return { kind: 'invalid', errors: Object.fromEntries(missing.map(([id]) => [id, 'Choose one.'])) };
  }
  const hours = chosen.quiet ? parseQuietHours(values) : NOTHING;
  const digest = chosen.digest === OFF ? NOTHING : parseDigestTime(values, chosen.digest);
  const errors = { ...hours.errors, ...digest.errors };
  if (Object.keys(errors).length > 0) return { kind: 'invalid', errors };
  return {
    kind: 'settings',
    settings: {
      threshold: chosen.threshold,
      areRegistryEndsPosted: chosen['registry-ends'],
      showLiveMessages: chosen.lives,
      completionIn: chosen.completion,
      areMentionsOn: chosen.mentions,
      quietHours: hours.value,
      digest: digest.value,
    },
  };
}

function isComplete<T extends object>(chosen: T): chosen is { [K in keyof T]: NonNullable<T[K]> } & T {
  return Object.values(chosen).every((choice) => choice !== null);
}

/** Of fields that are filled in. No faults: `value` is what they say. */
interface Parsed<T> {
  readonly value: T | null;
  readonly errors: Readonly<Record<string, string>>;
}

const NOTHING: Parsed<never> = { value: null, errors: {} };

function parseQuietHours(values: unknown): Parsed<QuietHours> {
  const from = parseTime(timeIn(values, FIELDS.from));
  const until = parseTime(timeIn(values, FIELDS.until));
  const { value: timeZone, errors } = parseZone(values);
  if (from !== null && until !== null && from !== until && timeZone !== null) {
    return { value: { from, until, timeZone }, errors: {} };
  }
  return {
    value: null,
    errors: {
      ...(from === null && { [FIELDS.from]: 'Choose a time.' }),
      ...(until === null && { [FIELDS.until]: 'Choose a time.' }),
      ...(from !== null &&
        from === until && { [FIELDS.until]: 'Choose another time than the one they begin at.' }),
      ...errors,
    },
  };
}

function parseDigestTime(values: unknown, weekday: Weekday): Parsed<DigestTime> {
  const minute = parseTime(timeIn(values, FIELDS.digestTime));
  const { value: timeZone, errors } = parseZone(values);
  if (minute !== null && timeZone !== null) return { value: { weekday, minute, timeZone }, errors: {} };
  return {
    value: null,
    errors: { ...(minute === null && { [FIELDS.digestTime]: 'Choose a time.' }), ...errors },
  };
}

function parseZone(values: unknown): Parsed<string> {
  const typed = textIn(values, FIELDS.timeZone).trim();
  const timeZone = toTimeZone(typed);
  return timeZone === null
    ? { value: null, errors: { [FIELDS.timeZone]: zoneError(typed) } }
    : { value: timeZone, errors: {} };
}

function zoneError(typed: string): string {
  return `${typed === '' ? 'The time zone is missing.' : 'This time zone is not known.'} ${ZONE_EXAMPLE}`;
}

function switchIn(values: unknown, id: string): boolean | null {
  const choice = choiceIn(values, id);
  return choice === ON || choice === OFF ? choice === ON : null;
}

function thresholdIn(values: unknown): Threshold | null {
  const choice = choiceIn(values, FIELDS.threshold);
  return THRESHOLDS.find((threshold) => threshold === choice) ?? null;
}

function digestDayIn(values: unknown): Weekday | typeof OFF | null {
  const choice = choiceIn(values, FIELDS.digest);
  return choice === OFF ? OFF : (WEEKDAYS.find((day) => day === choice) ?? null);
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
