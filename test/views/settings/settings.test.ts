import type { InputBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelSettings, DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { settingsModal } from '../../../src/views/settings/modal.ts';
import { parseSettingsInput } from '../../../src/views/settings/parse.ts';
import { settingsView } from '../../../src/views/settings/settings.ts';
import * as arbitrary from '../support/report-arbitraries.ts';
import { draw } from '../support/samples.ts';

const NIGHT = { from: 22 * 60, until: 7 * 60 + 30, timeZone: 'Europe/Berlin' };
const OTHER: ChannelSettings = {
  threshold: 'new-high',
  areRegistryEndsPosted: false,
  showLiveMessages: false,
  completionIn: 'channel',
  areMentionsOn: false,
  quietHours: NIGHT,
  digest: { weekday: 'monday', minute: 9 * 60, timeZone: 'Europe/Berlin' },
};

/** `view.state.values` of a modal that is submitted as it was opened. */
function valuesOf({ blocks }: ModalView): Record<string, Record<string, object>> {
  return Object.fromEntries(
    blocks.map((block) => {
      const { block_id: id = '', element } = block as InputBlock;
      return [id, { [(element as { action_id: string }).action_id]: stateOf(element) }];
    }),
  );
}

function stateOf(element: InputBlock['element']): object {
  switch (element.type) {
    case 'radio_buttons':
      return { type: element.type, selected_option: element.initial_option ?? null };
    case 'timepicker':
      return { type: element.type, selected_time: element.initial_time ?? null };
    case 'plain_text_input':
      return { type: element.type, value: element.initial_value ?? null };
    default:
      throw new Error(`no field of ours: ${element.type}`);
  }
}

const opened = (settings: ChannelSettings, timeZone: string | null = null) =>
  valuesOf(settingsModal({ settings, channel: 'C1', timeZone }));

describe('the settings', () => {
  it('say how each of them is', () => {
    expect(draw(settingsView({ settings: DEFAULT_SETTINGS, channel: 'C1' }))).toMatchInlineSnapshot(`
        "*Settings of this channel*
        *Ends that are posted*  every end of a scan
        *Live messages*  on: subscriptions show how far each scan is
        *Completion post*  in the thread of the live message
        *Mentions*  on: people who asked are mentioned at the end
        *Quiet hours*  none
        *Weekly digest*  none
        [Change…]"
      `);
    expect(draw(settingsView({ settings: OTHER, channel: 'C1' }))).toMatchInlineSnapshot(`
        "*Settings of this channel*
        *Ends that are posted*  those with new critical or high findings, and each failure
        *Registry scan*  its ends are not posted, but each failure is
        *Live messages*  off: subscriptions post only the end of each scan
        *Completion post*  in the channel itself
        *Mentions*  off: nobody is mentioned
        *Quiet hours*  22:00 to 07:30, \`Europe/Berlin\`: nobody is mentioned
        *Weekly digest*  every Monday at 09:00, \`Europe/Berlin\`
        [Change…]"
      `);
  });

  it('carry their channel in the button', () => {
    const { blocks } = settingsView({ settings: OTHER, channel: 'C1' });
    expect(JSON.stringify(blocks)).toContain('"action_id":"change-settings"');
    expect(JSON.stringify(blocks)).toContain('"value":"C1"');
  });
});

describe('the dialog of settings', () => {
  const UNKNOWN_ZONE = { 'time-zone': 'This time zone is not known. Use a name such as Europe/Berlin.' };
  const NO_ZONE = { 'time-zone': 'The time zone is missing. Use a name such as Europe/Berlin.' };
  const EQUAL_TIMES = { until: 'Choose another time than the one they begin at.' };

  it('comes back as the settings that it was opened with', () => {
    fc.assert(
      fc.property(arbitrary.settings, fc.option(arbitrary.timeZone), (settings, timeZone) => {
        expect(parseSettingsInput(opened(settings, timeZone))).toEqual({ kind: 'settings', settings });
      }),
    );
  });

  it('knows its channel', () => {
    const dialog = settingsModal({ settings: OTHER, channel: 'C1', timeZone: null });
    expect(dialog).toMatchObject({ callback_id: 'settings', private_metadata: '{"channel":"C1"}' });
  });

  it.each([
    [null, 'Asia/Kolkata', 'Asia/Kolkata'],
    [NIGHT, 'Asia/Kolkata', 'Europe/Berlin'],
    [null, 'Mars/Olympus', null],
    [null, null, null],
  ])('offers the time zone that is set (%o), else the person’s: %s', (quietHours, timeZone, offered) => {
    const values = opened({ ...DEFAULT_SETTINGS, quietHours }, timeZone);
    expect(values['time-zone']!['time-zone']).toMatchObject({ value: offered });
  });

  it.each([
    ['an unknown time zone', { 'time-zone': { value: 'Mars/Olympus' } }, UNKNOWN_ZONE],
    ['no time zone', { 'time-zone': { value: null } }, NO_ZONE],
    ['an offset', { 'time-zone': { value: '+01:00' } }, UNKNOWN_ZONE],
    ['equal times', { until: { selected_time: '22:00' } }, EQUAL_TIMES],
    ['no time of the digest', { 'digest-time': {} }, { 'digest-time': 'Choose a time.' }],
    ['another day', { digest: { selected_option: { value: 'someday' } } }, { digest: 'Choose one.' }],
    ['no time', { from: { selected_time: null } }, { from: 'Choose a time.' }],
    [
      'nonsense',
      { from: { selected_time: '25:00' }, until: { selected_time: 7 } },
      { from: 'Choose a time.', until: 'Choose a time.' },
    ],
    ['another choice', { lives: { selected_option: { value: 'x' } } }, { lives: 'Choose one.' }],
    ['no choice', { completion: { selected_option: null } }, { completion: 'Choose one.' }],
  ])('says what to do about %s', (_, change: Record<string, object>, faults) => {
    const changed = Object.fromEntries(
      Object.entries(change).map(([id, element]) => [id, { [id]: element }]),
    );
    expect(parseSettingsInput({ ...opened(OTHER), ...changed })).toEqual({ kind: 'invalid', errors: faults });
  });

  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    [' EUROPE/BERLIN ', 'Europe/Berlin'],
    ['EUrope/BERLIN', 'Europe/Berlin'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['us/eastern', 'America/New_York'],
    ['utc', 'UTC'],
  ])('takes the time zone %j for %s', (typed, timeZone) => {
    const values = { ...opened(OTHER), 'time-zone': { 'time-zone': { value: typed } } };
    expect(parseSettingsInput(values)).toMatchObject({ settings: { quietHours: { timeZone } } });
  });

  it('does not look at the times where no hours are quiet', () => {
    const values = { ...opened(DEFAULT_SETTINGS), from: {}, 'time-zone': { 'time-zone': { value: '?' } } };
    expect(parseSettingsInput(values)).toEqual({ kind: 'settings', settings: DEFAULT_SETTINGS });
  });

  it('survives anything that comes back', () => {
    fc.assert(
      fc.property(fc.anything(), (values) => {
        expect(Object.keys((parseSettingsInput(values) as { errors: object }).errors)).toHaveLength(7);
      }),
    );
  });
});
