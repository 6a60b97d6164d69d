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
  const quiet = (from: number, until: number, timeZone = 'UTC') => ({
    quietHours: { from: from * 60, until: until * 60, timeZone },
  });

  it.each<[string, Partial<typeof DEFAULT_SETTINGS>, string, boolean]>([
    ['where nothing is set', {}, '12:00', true],
    ['nowhere where mentions are off', { areMentionsOn: false }, '12:00', false],
    ['before quiet hours', quiet(9, 17), '08:59', true],
    ['not from their first minute', quiet(9, 17), '09:00', false],
    ['not until their last minute', quiet(9, 17), '16:59', false],
    ['after them', quiet(9, 17), '17:00', true],
    ['before a night', quiet(22, 7), '21:59', true],
    ['not before midnight', quiet(22, 7), '22:00', false],
    ['not at midnight', quiet(22, 7), '00:00', false],
    ['not after midnight', quiet(22, 7), '06:59', false],
    ['after a night', quiet(22, 7), '07:00', true],
    ['at all times where none is quiet', quiet(9, 9), '09:00', true],
    ['by the clock of the channel', quiet(17.75, 18, 'Asia/Kathmandu'), '12:00', false],
  ])('%s', (_, settings, time, expected) => {
    expect(mayMention({ ...DEFAULT_SETTINGS, ...settings }, Date.parse(`2026-01-15T${time}:30Z`))).toBe(
      expected,
    );
  });
});
