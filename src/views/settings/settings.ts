/** A channel's settings, as they are. */

import type { ChannelSettings, QuietHours } from '../../scan/channel-settings.ts';
import { actions, message, type Message, section } from '../kit/blocks.ts';
import { printTimeOfDay } from '../kit/duration.ts';
import { code } from '../kit/mrkdwn.ts';
import { changeSettingsButton } from '../parts/buttons.ts';
import { capital } from '../parts/target-name.ts';
import { digestTimeWords, THRESHOLD_WORDS, ZONE_MAX } from './words.ts';

export function settingsView({
  settings,
  channel,
}: {
  readonly settings: ChannelSettings;
  readonly channel: string;
}): Message {
  const { showLiveMessages, completionIn, areMentionsOn, quietHours } = settings;
  const { threshold, areRegistryEndsPosted, digest } = settings;
  return message('Settings of this channel', [
    section(['*Settings of this channel*']),
    section([
      `*Ends that are posted*  ${THRESHOLD_WORDS[threshold]}${threshold === 'every-end' ? '' : ALWAYS_POSTED}`,
      areRegistryEndsPosted ? null : '*Registry scan*  its ends are not posted, but each failure is',
      `*Live messages*  ${showLiveMessages ? 'on: subscriptions show how far each scan is' : 'off: subscriptions post only the end of each scan'}`,
      `*Completion post*  ${completionIn === 'thread' ? 'in the thread of the live message' : 'in the channel itself'}`,
      `*Mentions*  ${areMentionsOn ? 'on: people who asked are mentioned at the end' : 'off: nobody is mentioned'}`,
      `*Quiet hours*  ${quietHours === null ? 'none' : quietWords(quietHours)}`,
      `*Weekly digest*  ${digest === null ? 'none' : digestTimeWords(digest)}`,
    ]),
    actions([changeSettingsButton(channel)]),
  ]);
}

/** Whatever is chosen. */
const ALWAYS_POSTED = ', and each failure';

/** The same in one line, for a list of several channels. mrkdwn. */
export function settingsLine(settings: ChannelSettings): string {
  const { threshold, areRegistryEndsPosted, showLiveMessages, completionIn, areMentionsOn, quietHours } =
    settings;
  return [
    threshold === 'every-end' ? '' : `posts ${THRESHOLD_WORDS[threshold].replace(/^those/, 'ends')}`,
    areRegistryEndsPosted ? '' : 'no ends of the registry scan',
    `live messages ${showLiveMessages ? 'on' : 'off'}`,
    `completion post in the ${completionIn}`,
    `mentions ${areMentionsOn ? 'on' : 'off'}`,
    quietHours === null
      ? 'no quiet hours'
      : `quiet ${printTimeOfDay(quietHours.from)} to ${printTimeOfDay(quietHours.until)}`,
    settings.digest === null ? '' : `digest on ${capital(settings.digest.weekday)}s`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function quietWords({ from, until, timeZone }: QuietHours): string {
  return `${printTimeOfDay(from)} to ${printTimeOfDay(until)}, ${code(timeZone, ZONE_MAX)}: nobody is mentioned`;
}

export function settingsSavedView(settings: Message): Message {
  return message('Settings saved.', [section(['✅ *Saved.*']), ...settings.blocks]);
}
