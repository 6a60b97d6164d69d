import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { subscribedView, unsubscribedView } from '../../../src/views/replies/subscribe.ts';
import { ALPINE, draw, REGULAR } from '../support/samples.ts';

const subscribed = (settings: Partial<typeof DEFAULT_SETTINGS> = {}) =>
  draw(
    subscribedView({
      created: [{ target: ALPINE, isTagAssumed: false }],
      before: [],
      by: 'U1',
      settings: { ...DEFAULT_SETTINGS, ...settings },
    }),
  ).split('\n');

const ONLY_END = 'I’ll post the end of every scan here, and nothing before it.';
const LIVE = 'Every scan from now on gets one live message here and one';

describe('the answer to subscribe', () => {
  it('names who did it, and says what follows', () => {
    expect(subscribed()).toEqual([
      '<@U1> subscribed this channel to `alpine:3.16`.',
      `${LIVE} reply to it at the end. Nobody is mentioned unless they ask with \`watch\`.`,
      '`/scanprogress list` shows what is watched and subscribed to here.',
    ]);
  });

  it.each([
    [{ completionIn: 'channel' }, `${LIVE} post here at the end. Nobody is mentioned unless`],
    [{ areMentionsOn: false }, `${LIVE} reply to it at the end. Nobody is mentioned.`],
    [{ showLiveMessages: false }, `${ONLY_END} Nobody is mentioned unless`],
    [
      { showLiveMessages: false, completionIn: 'channel', areMentionsOn: false },
      `${ONLY_END} Nobody is mentioned.`,
    ],
  ] as const)('heeds the channel’s settings: %o', (settings, words) => {
    expect(subscribed(settings)[1]).toMatch(new RegExp(`^${words.replaceAll('.', '\\.')}`));
  });
});

describe('the answer to unsubscribe', () => {
  it.each([
    [{ ended: [ALPINE], missed: [] }, '<@U1> unsubscribed this channel from `alpine:3.16`.'],
    [
      { ended: [], missed: [ALPINE] },
      'This channel is not subscribed to `alpine:3.16`.\nSubscribed to here: the registry scan.',
    ],
  ])('of %o reads like this', (what, words) => {
    expect(draw(unsubscribedView({ ...what, subscribed: [REGULAR], by: 'U1' }))).toBe(words);
  });
});
