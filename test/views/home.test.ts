import type { HomeView, KnownBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/scan/channel-settings.ts';
import { channelName } from '../../src/views/parts/channel.ts';
import { type HomeSubscription, homeView, type HomeWatch, unknownHomeView } from '../../src/views/home.ts';
import { ALPINE, draw, MINUTE, NOW, REGULAR, SCANNING, SEVERAL, WAITING } from './support/samples.ts';

const EMPTY = {
  watches: [],
  subscriptions: [],
  settings: [],
  running: [],
  console: { isReachable: true, answeredAt: NOW, failure: null },
  totals: { watches: 0, subscriptions: 0, running: 0 },
  now: NOW,
};
const scanning = { target: ALPINE, snapshot: SCANNING };
const watch: HomeWatch = { ...scanning, watchId: 'w1', channel: 'C1', liveMessageUrl: null };
const subscription: HomeSubscription = {
  subscriptionId: 's1',
  target: REGULAR,
  channel: 'C2',
  isPaused: false,
  createdBy: 'U1',
};
const drawHome = (home: HomeView) => draw({ blocks: home.blocks as KnownBlock[] });

describe('Home', () => {
  it('begins with what it does and the button, and ends with how the Console does', () => {
    const home = homeView({
      ...EMPTY,
      watches: [
        { ...watch, liveMessageUrl: 'https://acme.slack.com/archives/C1/p1' },
        { ...watch, watchId: 'w2', target: REGULAR, snapshot: WAITING, channel: 'D1' },
      ],
      running: [scanning, { target: REGULAR, snapshot: SEVERAL }],
      subscriptions: [
        subscription,
        { ...subscription, subscriptionId: 's2', target: ALPINE, isPaused: true },
      ],
      settings: [{ channel: 'C2', settings: DEFAULT_SETTINGS }],
      totals: { watches: 2, subscriptions: 2, running: 12 },
    });
    expect(drawHome(home)).toMatchInlineSnapshot(`
      "I show how far a registry scan of Prisma Cloud is, when it ends and what it found.
      Watch an image with the button below, or type \`/scanprogress watch alpine:3.16\` in a channel.
      [Watch an image…] [Refresh]
      # My watches
      🔵 \`alpine:3.16\`
      scanning · tags 1/1 · images 7/12
      in <#C1> · <https://acme.slack.com/archives/C1/p1|Live message>
      [Stop watching]
      ⏳ *Registry scan*
      waiting
      in a direct message
      [Stop watching]
      # Subscriptions
      🔔 *Registry scan*
      in <#C2> · by <@U1>
      [Unsubscribe]
      🔔 \`alpine:3.16\`
      in <#C2> · by <@U1>
      ⚠️ It rests, because I cannot post there. Type \`/invite @scanprogress\` in that conversation.
      [Unsubscribe]
      # Settings of my channels
      <#C2>
      live messages on · completion post in the thread · mentions on · no quiet hours
      [Change…]
      # Running scans
      🔵 \`alpine:3.16\` · scanning · tags 1/1 · images 7/12
      🔵 *Registry scan* · discovering · tags 9/19 · images 43/49
      ~ and 10 more. \`/scanprogress IMAGE\` tells of each.
      # Help
      \`/scanprogress help\` shows all that you can type.
      In a thread, mention me: \`@scanprogress\` alone shows the images that are named there.
      # The Console
      ✅ The Console answers. It last answered at <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>.
      ~ As of <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>"
    `);
  });

  it('tells what to type where there is nothing', () => {
    expect(drawHome(homeView(EMPTY))).toMatchInlineSnapshot(`
      "I show how far a registry scan of Prisma Cloud is, when it ends and what it found.
      Watch an image with the button below, or type \`/scanprogress watch alpine:3.16\` in a channel.
      [Watch an image…] [Refresh]
      # My watches
      You watch nothing.
      # Subscriptions
      There are none. To follow every scan in a channel, type \`/scanprogress subscribe\` there.
      # Running scans
      No scan is running in your conversations. To see any other: \`/scanprogress alpine:3.16\`
      # Help
      \`/scanprogress help\` shows all that you can type.
      In a thread, mention me: \`@scanprogress\` alone shows the images that are named there.
      # The Console
      ✅ The Console answers. It last answered at <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>.
      ~ As of <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>"
    `);
  });

  const failure = { cause: 'sign-in', detail: 'POST /authenticate: 401', retryAfterMs: null } as const;
  it.each([
    [{ isReachable: null, answeredAt: null, failure: null }, /not been asked yet/],
    [EMPTY.console, /^✅ The Console answers\. It last answered at </m],
    [
      { isReachable: false, answeredAt: NOW - MINUTE, failure },
      /^❌ \*The Console refused the sign-in\.\* It last answered at </m,
    ],
    [{ isReachable: false, answeredAt: null, failure }, /not answered yet/],
    [{ isReachable: false, answeredAt: null, failure: null }, /tries again/],
  ])('tells whether the Console answers: %o', (health, line) => {
    expect(drawHome(homeView({ ...EMPTY, console: health }))).toMatch(line);
  });

  it('says what to do where the Console does not answer', () => {
    const home = homeView({ ...EMPTY, console: { isReachable: false, answeredAt: null, failure } });
    expect(drawHome(home)).toContain('For whoever runs this bot: check `PRISMA_USERNAME`');
  });

  it('shows the first of very many and counts the others', () => {
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const home = homeView({
      ...EMPTY,
      watches: numbers.map((number) => ({ ...watch, watchId: `w${number}` })),
      subscriptions: numbers.map((number) => ({ ...subscription, subscriptionId: `s${number}` })),
      running: numbers.map(() => scanning),
      totals: { watches: 500, subscriptions: 500, running: 500 },
    });
    expect(home.blocks.length).toBeLessThanOrEqual(100);
    expect(drawHome(home).match(/` · scanning/g)).toHaveLength(10);
    expect(drawHome(home)).toMatch(/and 470 more\.[^]*and 460 more\.[^]*and 490 more\./);
  });

  it('stops a watch and a subscription by buttons of its own', () => {
    const home = JSON.stringify(homeView({ ...EMPTY, watches: [watch], subscriptions: [subscription] }));
    expect(home).toContain('"action_id":"stop-in-home"');
    expect(home).toContain('"accessibility_label":"Unsubscribe Registry scan"');
    expect(home).toContain('"action_id":"refresh-home"');
  });
});

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

it('shows nothing of anybody where the person is not known', () => {
  expect(unknownHomeView().type).toBe('home');
  expect(drawHome(unknownHomeView())).toMatch(/^Slack does not tell me just now who you are\. Try again/);
});
