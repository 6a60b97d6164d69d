import { describe, expect, it } from 'vitest';
import { homeView } from '../../src/views/home.ts';
import { namedImagesView } from '../../src/views/replies/images.ts';
import { watchListView } from '../../src/views/replies/list.ts';
import { ALPINE, draw, NOW, SCANNING } from './support/samples.ts';

const GONE = { ...SCANNING, emptyAnswers: 1 };
const WATCH = { watchId: 'w1', target: ALPINE, snapshot: GONE, liveMessageUrl: null };

const LISTS = {
  'the list': watchListView({
    watches: [{ ...WATCH, followers: ['U1'] }],
    subscriptions: [],
    isEphemeral: true,
  }),
  'App Home': homeView({
    watches: [{ ...WATCH, channel: 'C1' }],
    subscriptions: [],
    settings: [],
    running: [],
    console: { isReachable: true, answeredAt: NOW, failure: null },
    totals: { watches: 1, subscriptions: 0, running: 0 },
    now: NOW,
  }),
  'the images of a thread': namedImagesView({
    images: [{ target: ALPINE, snapshot: GONE, report: null, isWatchedHere: false }],
    all: [ALPINE],
    isWhole: true,
    now: NOW,
  }),
};

describe('a scan of which the Console has said that it does not run', () => {
  it.each(Object.entries(LISTS))('is shown as not running, with its last counts: %s', (_, { blocks }) => {
    const drawn = draw({ blocks: blocks as Parameters<typeof draw>[0]['blocks'] });
    expect(drawn).toMatch(/not running/i);
    expect(drawn).toMatch(/last seen at tags 1\/1 · images 7\/12/i);
    expect(drawn).not.toMatch(/scanning|🔵/i);
  });
});
