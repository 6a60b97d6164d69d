/** The modal that changes a channel's settings. */

import type { ModalView } from '@slack/types';
import type { ChannelSettings, QuietHours } from '../../scan/channel-settings.ts';
import { type DigestTime, WEEKDAYS } from '../../scan/weekly-digest.ts';
import { choiceField, modal, textField, timeField } from '../kit/modal.ts';
import { CALLBACK_IDS } from '../parts/buttons.ts';
import { capital } from '../parts/target-name.ts';
import { printTimeOfDay } from '../kit/duration.ts';
import { FIELDS, OFF, ON, THRESHOLD_WORDS, toTimeZone, ZONE_EXAMPLE, ZONE_MAX } from './words.ts';

/** Offered to those who have no quiet hours yet. */
const NIGHT = { from: 22 * 60, until: 7 * 60 };

interface SettingsModalInput {
  readonly settings: ChannelSettings;
  readonly channel: string;
  /** Of the person who opens it, as Slack knows it. */
  readonly timeZone: string | null;
}

export function settingsModal({ settings, channel, timeZone }: SettingsModalInput): ModalView {
  return modal({
    callbackId: CALLBACK_IDS.settings,
    title: 'Channel settings',
    submit: 'Save',
    metadata: { channel },
    blocks: [
      ...endFields(settings),
      ...notificationFields(settings),
      ...quietFields(settings.quietHours),
      ...digestFields(settings.digest),
      zoneField(settings.quietHours?.timeZone ?? settings.digest?.timeZone ?? timeZone ?? ''),
    ],
  });
}

function endFields({ threshold, areRegistryEndsPosted }: ChannelSettings) {
  return [
    choiceField(
      { id: FIELDS.threshold, label: 'Ends that are posted; a failure always is' },
      THRESHOLD_WORDS,
      threshold,
    ),
    choiceField(
      { id: FIELDS.registryEnds, label: 'The end of the registry scan' },
      { [ON]: 'is posted, whatever it found', [OFF]: 'is not posted, unless something in it failed' },
      areRegistryEndsPosted ? ON : OFF,
    ),
  ];
}

function notificationFields({ showLiveMessages, completionIn, areMentionsOn }: ChannelSettings) {
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

function quietFields(quiet: QuietHours | null) {
  const { from, until } = quiet ?? NIGHT;
  return [
    choiceField(
      { id: FIELDS.quiet, label: 'Quiet hours, in which nobody is mentioned' },
      { [OFF]: 'none', [ON]: 'every day, between these times:' },
      quiet === null ? OFF : ON,
    ),
    timeField({ id: FIELDS.from, label: 'From' }, printTimeOfDay(from)),
    timeField({ id: FIELDS.until, label: 'Until' }, printTimeOfDay(until)),
  ];
}

/** Offered to those who have no digest yet. */
const NINE = 9 * 60;

function digestFields(digest: DigestTime | null) {
  const days = Object.fromEntries(WEEKDAYS.map((day) => [day, `on ${capital(day)}s, at this time:`]));
  return [
    choiceField(
      { id: FIELDS.digest, label: 'A digest of the week is posted' },
      { [OFF]: 'never', ...days },
      digest?.weekday ?? OFF,
    ),
    timeField({ id: FIELDS.digestTime, label: 'Time of the digest' }, printTimeOfDay(digest?.minute ?? NINE)),
  ];
}

function zoneField(zone: string) {
  return textField(
    { id: FIELDS.timeZone, label: 'Time zone of all these times', hint: ZONE_EXAMPLE },
    { text: toTimeZone(zone) ?? '', max: ZONE_MAX },
  );
}
