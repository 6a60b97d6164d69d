/**
 * Settings of a channel: the view, the modal that changes them, and its parsing. Modal and parsing are together,
 * because both spell the fields' IDs and values.
 */

import type { ModalView } from '@slack/types';
import type { ChannelSettings, QuietHours } from '../../scan/channel-settings.ts';
import { actions, context, message, type Message, section } from '../kit/blocks.ts';
import { choiceField, choiceIn, modal, textField, textIn, timeField, timeIn } from '../kit/modal.ts';
import { code } from '../kit/mrkdwn.ts';
import { CALLBACK_IDS, changeSettingsButton } from '../parts/buttons.ts';

interface SettingsInput {
  readonly settings: ChannelSettings;
  readonly channel: string;
  /** The person may change them. */
  readonly isChangeable: boolean;
}

export function settingsView({ settings, channel, isChangeable }: SettingsInput): Message {
  const { showLiveMessages, completionIn, areMentionsOn, quietHours } = settings;
  return message('Settings of this channel', [
    section(['*Settings of this channel*']),
    section([
      `*Live messages*  ${showLiveMessages ? 'on: subscriptions show how far each scan is' : 'off: subscriptions post only the end of each scan'}`,
      `*Completion post*  ${completionIn === 'thread' ? 'in the thread of the live message' : 'in the channel itself'}`,
      `*Mentions*  ${areMentionsOn ? 'on: people who asked are mentioned at the end' : 'off: nobody is mentioned'}`,
      `*Quiet hours*  ${quietHours === null ? 'none' : quietWords(quietHours)}`,
    ]),
    context([isChangeable ? null : 'You cannot change these. Ask the people who run this bot.']),
    actions([isChangeable ? changeSettingsButton(channel) : null]),
  ]);
}

/** Same in one line, for a list of several channels. mrkdwn. */
export function settingsLine({
  showLiveMessages,
  completionIn,
  areMentionsOn,
  quietHours,
}: ChannelSettings): string {
  return [
    `live messages ${showLiveMessages ? 'on' : 'off'}`,
    `completion post in the ${completionIn}`,
    `mentions ${areMentionsOn ? 'on' : 'off'}`,
    quietHours === null
      ? 'no quiet hours'
      : `quiet ${printTime(quietHours.from)} to ${printTime(quietHours.until)}`,
  ].join(' · ');
}

function quietWords({ from, until, timeZone }: QuietHours): string {
  return `${printTime(from)} to ${printTime(until)}, ${code(timeZone, ZONE_MAX)}: nobody is mentioned`;
}

const FIELDS = {
  lives: 'lives',
  completion: 'completion',
  mentions: 'mentions',
  quiet: 'quiet',
  from: 'from',
  until: 'until',
  timeZone: 'time-zone',
} as const;
const ON = 'on';
const OFF = 'off';
/** The longest name of a time zone has 32 characters. */
const ZONE_MAX = 64;
/** Default for people without quiet hours. */
const NIGHT = { from: 22 * 60, until: 7 * 60 };

interface ModalInput {
  readonly settings: ChannelSettings;
  readonly channel: string;
  /** Time zone of the person who opens it, from Slack. */
  readonly timeZone: string | null;
}

export function settingsModal({ settings, channel, timeZone }: ModalInput): ModalView {
  return modal({
    callbackId: CALLBACK_IDS.settings,
    title: 'Channel settings',
    submit: 'Save',
    metadata: { channel },
    blocks: [...tellingFields(settings), ...quietFields(settings.quietHours, timeZone)],
  });
}

function tellingFields({ showLiveMessages, completionIn, areMentionsOn }: ChannelSettings) {
  return [
    choiceField(
      { id: FIELDS.lives, label: 'While a scan goes on, a subscription shows' },
      { [ON]: 'a live message that is edited silently', [OFF]: 'nothing until its end' },
      showLiveMessages ? ON : OFF,
    ),
    choiceField(
      { id: FIELDS.completion, label: 'Completion post' },
      { thread: 'in the thread of the live message', channel: 'in the channel itself' },
      completionIn,
    ),
    choiceField(
      { id: FIELDS.mentions, label: 'The completion post mentions' },
      { [ON]: 'the people who asked', [OFF]: 'nobody' },
      areMentionsOn ? ON : OFF,
    ),
  ];
}

function quietFields(quiet: QuietHours | null, timeZone: string | null) {
  const { from, until } = quiet ?? NIGHT;
  const zone = quiet?.timeZone ?? timeZone ?? '';
  return [
    choiceField(
      { id: FIELDS.quiet, label: 'Quiet hours, in which nobody is mentioned' },
      { [OFF]: 'none', [ON]: 'every day, between these times:' },
      quiet === null ? OFF : ON,
    ),
    timeField({ id: FIELDS.from, label: 'From' }, printTime(from)),
    timeField({ id: FIELDS.until, label: 'Until' }, printTime(until)),
    textField(
      { id: FIELDS.timeZone, label: 'Time zone', hint: ZONE_EXAMPLE },
      { text: toTimeZone(zone) ?? '', max: ZONE_MAX },
    ),
  ];
}

const ZONE_EXAMPLE = 'Use a name such as Europe/Berlin.';

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: ChannelSettings }
  /** Block ID → error, the shape of Slack's `response_action: errors`. */
  | { readonly kind: 'faults'; readonly faults: Readonly<Record<string, string>> };

/** Parses `view.state.values` of the modal. */
export function parseSettings(values: unknown): ParsedSettings {
  const lives = switchIn(values, FIELDS.lives);
  const mentions = switchIn(values, FIELDS.mentions);
  const quiet = switchIn(values, FIELDS.quiet);
  const completionIn = completionTargetIn(values);
  if (lives === null || completionIn === null || mentions === null || quiet === null) {
    const chosen = {
      [FIELDS.lives]: lives,
      [FIELDS.completion]: completionIn,
      [FIELDS.mentions]: mentions,
      [FIELDS.quiet]: quiet,
    };
    const missing = Object.entries(chosen).filter(([, choice]) => choice === null);
    return { kind: 'faults', faults: Object.fromEntries(missing.map(([id]) => [id, 'Choose one.'])) };
  }
  const base = { showLiveMessages: lives, completionIn, areMentionsOn: mentions };
  if (!quiet) return { kind: 'settings', settings: { ...base, quietHours: null } };
  const hours = parseQuietHours(values);
  return hours.kind === 'faults'
    ? hours
    : { kind: 'settings', settings: { ...base, quietHours: hours.hours } };
}

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

function completionTargetIn(values: unknown): ChannelSettings['completionIn'] | null {
  const conversation = choiceIn(values, FIELDS.completion);
  return conversation === 'thread' || conversation === 'channel' ? conversation : null;
}

/** Minutes after midnight of `HH:mm`. */
function parseTime(text: string): number | null {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined || minute === undefined ? null : Number(hour) * 60 + Number(minute);
}

function printTime(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * In the spelling of the runtime that will format times; null for an unknown zone. Offsets such as `+01:00` have no
 * daylight saving time and are rejected. The runtime knows some zones by an old name (`Asia/Calcutta`): the new name is
 * kept as typed.
 */
function toTimeZone(name: string): string | null {
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

export function settingsSavedView(settings: Message): Message {
  return message('Settings saved.', [section(['✅ *Saved.*']), ...settings.blocks]);
}
