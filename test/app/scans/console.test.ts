import { describe, expect } from 'vitest';
import type { Fault } from '../../../src/demo/console/console-faults.ts';
import {
  ALPINE,
  drawn,
  ends,
  expectOneEnd,
  lives,
  SCAN,
  test,
  ephemeralTexts,
  watchHalfAScan,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';

const HOUR_MS = 3_600_000;
const route = '/registry/progress';

/** Each way in which a Console may fail, and what the person who asks is told to look at. */
const FAULTS: readonly (readonly [string, Fault, RegExp])[] = [
  ['is down', { kind: 'down' }, /PRISMA_CONSOLE_URL/],
  ['resets', { kind: 'reset' }, /PRISMA_CONSOLE_URL/],
  [
    'is behind a proxy that fails',
    { kind: 'html', status: 502 },
    /answered with an error \(HTTP 50\d\)|answered with an error/,
  ],
  ["is behind a proxy's page", { kind: 'html', status: 200 }, /PRISMA_CONSOLE_URL/],
  ['breaks off', { kind: 'cut' }, /PRISMA_CONSOLE_URL/],
  ['sends other types', { kind: 'wrong-types', route }, /PRISMA_CONSOLE_URL/],
  ['sends 50 MB', { kind: 'huge', bytes: 50_000_000 }, /PRISMA_CONSOLE_URL/],
  ['answers 400', { kind: 'status', status: 400, route }, /PRISMA_API_VERSION/],
  ['answers 401', { kind: 'status', status: 401 }, /PRISMA_USERNAME.*PRISMA_PASSWORD/],
  ['answers 403', { kind: 'status', status: 403, route }, /PRISMA_USERNAME.*monitorImages.*PRISMA_PROJECT/],
  ['answers 404', { kind: 'status', status: 404, route }, /PRISMA_API_VERSION.*PRISMA_CONSOLE_URL/],
  ['answers 429', { kind: 'status', status: 429, route, retryAfter: '5' }, /asked too often/],
  [
    'answers 500',
    { kind: 'status', status: 500, error: 'boom <!channel>' },
    /answered with an error \(HTTP 50\d\)|answered with an error/,
  ],
];

const SLOW: readonly [string, Fault] = ['hangs', { kind: 'slow', ms: HOUR_MS }];

describe.concurrent('a Console that', () => {
  test.for(FAULTS)('%s is told of to who asks, with what to look at', async ([, fault, words], { bot }) => {
    await bot.until('the first look at the Console', () =>
      bot.log().some(({ msg }) => msg === 'the Console responds'),
    );
    bot.console.expireTokens();
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.console.setFault(fault);
    await bot.type('alpine:3.16');
    const answer = await whenEphemeral(bot, /./);
    expect(answer.text).toBe('alpine:3.16 · unknown · tags 0/0 · images 0/0');
    expect(drawn(answer)).toMatch(words);
    expect(drawn(answer)).not.toMatch(/<!channel|Bearer|"password"/);
    await bot.console.setFault(null);
    await bot.type('help', { user: 'U0BOB' });
    await whenEphemeral(bot, /What you can type/, 'U0BOB');
  });

  test.for([...FAULTS, SLOW])(
    '%s leaves a watch unknown with its counts, and ends it once',
    async ([, fault], { bot }) => {
      const { ts } = await watchHalfAScan(bot);
      await bot.console.setFault(fault);
      const unknown = await whenLive(bot, /unknown · tags 1\/1 · images 6\/12$/);
      expect(drawn(unknown)).not.toContain('<!channel');
      expect(ends(bot)).toEqual([]);
      await bot.console.setFault(null);
      await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
      bot.pass(60_000);
      await expectOneEnd(bot, ts);
    },
  );

  test('was never there is told of on the live message, too', async ({ botWith }) => {
    const bot = await botWith({ environment: { PRISMA_CONSOLE_URL: 'http://127.0.0.1:9' } });
    await bot.type('watch alpine:3.16');
    expect(drawn(await whenLive(bot, /unknown/))).toContain('PRISMA_CONSOLE_URL');
  });
});

/** The counts are those of the last answer that came. */
const RESULTS_ALONE = { text: /^alpine:3.16 · completed/ };

describe.concurrent('an end that the Console tells once', () => {
  const CONSUMING: readonly (readonly [string, Fault])[] = [
    ['to a connection that breaks', { kind: 'lost', route, times: 1 }],
    ['to a proxy that drops it', { kind: 'lost', status: 502, route, times: 1 }],
    ['in an answer cut off', { kind: 'cut', route, times: 1 }],
    ['in types that nobody knows', { kind: 'wrong-types', route, times: 1 }],
    ['in 50 MB', { kind: 'huge', bytes: 50_000_000, route, times: 1 }],
    ['too late', { kind: 'slow', ms: HOUR_MS, route, times: 1 }],
  ];

  test.for(CONSUMING)('%s is still told', async ([, fault], { bot }) => {
    const { ts } = await watchHalfAScan(bot);
    await bot.console.setFault(fault);
    bot.pass(60_000);
    await expectOneEnd(bot, ts, RESULTS_ALONE);
  });

  test('to another program is still told', async ({ bot }) => {
    const { ts } = await watchHalfAScan(bot);
    const asAnother = { authorization: `Basic ${Buffer.from('demo:demo').toString('base64')}` };
    const url = `${bot.console.url}/api/v33.03${route}?onDemand=true&repo=library/alpine&tag=3.16`;
    await bot.stop();
    bot.pass(60_000);
    const answer = await fetch(url, { headers: asAnother });
    expect(await answer.json()).toMatchObject([{ isScanOngoing: false }]);
    await bot.start();
    await expectOneEnd(bot, ts, RESULTS_ALONE);
  });

  test('to a person who asks ends the watches of all others', async ({ bot }) => {
    const { ts } = await watchHalfAScan(bot);
    await bot.console.setFault({ kind: 'down' });
    await whenLive(bot, /unknown/);
    bot.pass(60_000);
    await bot.console.setFault(null);
    // The next reading is seconds away; a person asks first.
    await bot.type('alpine:3.16', { channel: 'C0PUBLIC', user: 'U0BOB' });
    await whenEphemeral(bot, /alpine:3.16 · completed · tags 1\/1 · images 12\/12/, 'U0BOB');
    await expectOneEnd(bot, ts, RESULTS_ALONE);
  });
});

describe.concurrent('the Console is asked', () => {
  test('once per target and tick, however many watch it', async ({ botWith }) => {
    const bot = await botWith({ isClockRunning: true });
    bot.console.startImageScan(ALPINE, { ...SCAN, durationMs: HOUR_MS });
    const asked = () => bot.console.requests.filter((request) => request.route === route).length;
    for (let number = 0; number < 10; number += 1) {
      const threadTs = bot.slack.say({ channel: 'C0GENERAL', user: 'U0BOB', text: `thread ${number}` });
      const text = '<@U0SCANBOT> watch alpine:3.16';
      await bot.slack.mention({ channel: 'C0GENERAL', user: 'U0ALICE', text, threadTs }).ack;
    }
    await bot.until('ten live messages', () => lives(bot).length === 10);
    const [before, since] = [asked(), Date.now()];
    await bot.until('eight readings', () => asked() - before >= 8);
    const ticks = Math.ceil((Date.now() - since) / 1_000) + 1;
    expect(asked() - before).toBeLessThanOrEqual(ticks);
  });

  test('30 times in 30 seconds at most, for 40 targets', async ({ botWith }) => {
    const bot = await botWith({ isClockRunning: true });
    const images = Array.from({ length: 40 }, (_, number) => `app${number}:1`);
    await bot.type(`watch ${images.slice(0, 20).join(' ')}`);
    await bot.type(`watch ${images.slice(20).join(' ')}`, { channel: 'C0PUBLIC' });
    // Forty first readings leave a person's question its turn.
    await bot.type('redis:7', { user: 'U0BOB' });
    await whenEphemeral(bot, /./, 'U0BOB');
    expect(ephemeralTexts(bot, 'U0BOB')).toEqual(['redis:7 · not running · tags 0/0 · images 0/0']);
    await bot.until('all targets being read', () => {
      const tags = bot.console.requests.filter((request) => request.route === route);
      return new Set(tags.map(({ query }) => query['repo'])).size === 41;
    });
    const times = bot.console.requests.map(({ at }) => at);
    const spans = times.slice(30).map((at, index) => at - (times[index] ?? 0));
    expect(spans.length).toBeGreaterThan(10);
    // A clock in whole milliseconds may lose one at each end.
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(29_998);
  });
});
