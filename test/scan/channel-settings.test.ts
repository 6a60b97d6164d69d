import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, mayMention } from '../../src/scan/channel-settings.ts';

it('a channel that has set nothing shows all of it in the thread, and mentions who asked', () => {
  expect(DEFAULT_SETTINGS).toEqual({
    threshold: 'every-end',
    areRegistryEndsPosted: true,
    showLiveMessages: true,
    completionIn: 'thread',
    areMentionsOn: true,
    quietHours: null,
    digest: null,
  });
});

describe('people are mentioned', () => {
  const between = (from: number, until: number, timeZone = 'UTC') => ({ from, until, timeZone });
  const hours = (hour: number, minute = 0) => hour * 60 + minute;

  it.each<[string, Partial<typeof DEFAULT_SETTINGS>, string, boolean]>([
    ['where nothing is set', {}, '12:00', true],
    ['nowhere where mentions are off', { areMentionsOn: false }, '12:00', false],
    ['before quiet hours', { quietHours: between(hours(9), hours(17)) }, '08:59', true],
    ['not from their first minute', { quietHours: between(hours(9), hours(17)) }, '09:00', false],
    ['not until their last minute', { quietHours: between(hours(9), hours(17)) }, '16:59', false],
    ['after them', { quietHours: between(hours(9), hours(17)) }, '17:00', true],
    ['before a night', { quietHours: between(hours(22), hours(7)) }, '21:59', true],
    ['not before midnight', { quietHours: between(hours(22), hours(7)) }, '22:00', false],
    ['not at midnight', { quietHours: between(hours(22), hours(7)) }, '00:00', false],
    ['not after midnight', { quietHours: between(hours(22), hours(7)) }, '06:59', false],
    ['after a night', { quietHours: between(hours(22), hours(7)) }, '07:00', true],
    ['at all times where none is quiet', { quietHours: between(hours(9), hours(9)) }, '09:00', true],
    [
      'by the clock of the channel',
      { quietHours: between(hours(17, 45), hours(18), 'Asia/Kathmandu') },
      '12:00',
      false,
    ],
  ])('%s', (_, settings, time, expected) => {
    expect(mayMention({ ...DEFAULT_SETTINGS, ...settings }, Date.parse(`2026-01-15T${time}:30Z`))).toBe(
      expected,
    );
  });
});
