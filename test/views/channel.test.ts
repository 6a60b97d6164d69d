import { describe, expect, it } from 'vitest';
import { channelName } from '../../src/views/channel.ts';

describe('a conversation elsewhere', () => {
  it.each([
    ['C012AB3CD', '<#C012AB3CD>'],
    ['G012AB3CD', '<#G012AB3CD>'],
    ['D012AB3CD', 'a direct message'],
    ['C1> <!channel', 'a direct message'],
    ['', 'a direct message'],
  ])('is named so that nothing is forged: %s', (channel, name) => {
    expect(channelName(channel)).toBe(name);
  });
});
