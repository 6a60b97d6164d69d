import { describe, expect } from 'vitest';
import type { Fault } from '../../../src/demo/console/console-faults.ts';
import { drawn, test } from '../../support/running-bot.ts';

const HOUR_MS = 3_600_000;
const route = '/registry/progress';

/** Each failure of the Console, and what the reply says to check. */
const FAULTS: readonly (readonly [string, Fault, RegExp])[] = [
  ['is down', { kind: 'down' }, /PRISMA_CONSOLE_URL/],
  ['resets', { kind: 'reset' }, /PRISMA_CONSOLE_URL/],
  ['is behind a proxy that fails', { kind: 'html', status: 502 }, /answered with an error/],
  ["is behind a proxy's page", { kind: 'html', status: 200 }, /PRISMA_CONSOLE_URL/],
  ['breaks off', { kind: 'cut' }, /PRISMA_CONSOLE_URL/],
  ['sends other types', { kind: 'wrong-types', route }, /PRISMA_CONSOLE_URL/],
  ['sends 10 MB', { kind: 'huge', bytes: 10_000_000 }, /PRISMA_CONSOLE_URL/],
  ['answers 400', { kind: 'status', status: 400, route }, /PRISMA_API_VERSION/],
  ['answers 401', { kind: 'status', status: 401 }, /PRISMA_USERNAME.*PRISMA_PASSWORD/],
  ['answers 403', { kind: 'status', status: 403, route }, /PRISMA_USERNAME.*monitorImages.*PRISMA_PROJECT/],
  ['answers 404', { kind: 'status', status: 404, route }, /PRISMA_API_VERSION.*PRISMA_CONSOLE_URL/],
  ['answers 429', { kind: 'status', status: 429, route, retryAfter: '5' }, /asked too often/],
  ['answers 500', { kind: 'status', status: 500, error: 'boom <!channel>' }, /answered with an error/],
];

const SLOW: readonly [string, Fault] = ['hangs', { kind: 'slow', ms: HOUR_MS }];

describe.concurrent('a Console that', () => {
  test.for(FAULTS)('%s is told of to who asks, with what to look at', async ([, fault, words], { bot }) => {
    await bot.whenLogged('the Console responds');
    bot.console.expireTokens();
    bot.startScan();
    await bot.console.setFault(fault);
    const answer = await bot.reply('alpine:3.16');
    expect(answer.text).toBe('alpine:3.16 · unknown · tags 0/0 · images 0/0');
    expect(drawn(answer)).toMatch(words);
    expect(drawn(answer)).not.toMatch(/<!channel|Bearer|"password"/);
    await bot.console.setFault(null);
    await bot.reply('help', /What you can type/, { user: 'U0BOB' });
  });

  test.for([...FAULTS, SLOW])(
    '%s leaves a watch unknown with its counts, and ends it once',
    async ([, fault], { bot }) => {
      const { ts } = await bot.watchHalfAScan();
      await bot.console.setFault(fault);
      const unknown = await bot.whenLive(/unknown · tags 1\/1 · images 6\/12$/);
      expect(drawn(unknown)).not.toContain('<!channel');
      expect(bot.ends()).toEqual([]);
      await bot.console.setFault(null);
      await bot.whenLive(/scanning · tags 1\/1 · images 6\/12$/);
      bot.pass(60_000);
      await bot.expectOneEnd(ts);
    },
  );

  test('was never there is told of on the live message, too', async ({ botWith }) => {
    const bot = await botWith({ environment: { PRISMA_CONSOLE_URL: 'http://127.0.0.1:9' } });
    await bot.type('watch alpine:3.16');
    expect(drawn(await bot.whenLive(/unknown/))).toContain('PRISMA_CONSOLE_URL');
  });
});

/** The counts are those of the last response. */
const RESULTS_ALONE = /^alpine:3.16 · completed/;

describe.concurrent('an end that the Console tells once', () => {
  const CONSUMING: readonly (readonly [string, Fault])[] = [
    ['to a connection that breaks', { kind: 'lost', route, times: 1 }],
    ['to a proxy that drops it', { kind: 'lost', status: 502, route, times: 1 }],
    ['in an answer cut off', { kind: 'cut', route, times: 1 }],
    ['in types that nobody knows', { kind: 'wrong-types', route, times: 1 }],
    ['in 10 MB', { kind: 'huge', bytes: 10_000_000, route, times: 1 }],
    ['too late', { kind: 'slow', ms: HOUR_MS, route, times: 1 }],
  ];

  test.for(CONSUMING)('%s is still told', async ([, fault], { bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.console.setFault(fault);
    bot.pass(60_000);
    await bot.expectOneEnd(ts, RESULTS_ALONE);
  });

  test('to another program is still told', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    const asAnother = { authorization: `Basic ${Buffer.from('demo:demo').toString('base64')}` };
    const url = `${bot.console.url}/api/v33.03${route}?onDemand=true&repo=library/alpine&tag=3.16`;
    await bot.stop();
    bot.pass(60_000);
    const answer = await fetch(url, { headers: asAnother });
    expect(await answer.json()).toMatchObject([{ isScanOngoing: false }]);
    await bot.start();
    await bot.expectOneEnd(ts, RESULTS_ALONE);
  });

  test('to a person who asks ends the watches of all others', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.console.setFault({ kind: 'down' });
    await bot.whenLive(/unknown/);
    bot.pass(60_000);
    await bot.console.setFault(null);
    // The next poll is seconds away; a person's request comes first.
    await bot.reply('alpine:3.16', /alpine:3.16 · completed · tags 1\/1 · images 12\/12/, {
      channel: 'C0PUBLIC',
      user: 'U0BOB',
    });
    await bot.expectOneEnd(ts, RESULTS_ALONE);
  });
});

describe.concurrent('the Console is asked', () => {
  test('once per target and tick, however many watch it', async ({ botWith }) => {
    const bot = await botWith({ isClockRunning: true });
    bot.startScan({ durationMs: HOUR_MS });
    for (let number = 0; number < 10; number += 1) {
      const threadTs = bot.slack.say({ channel: 'C0GENERAL', user: 'U0BOB', text: `thread ${number}` });
      await bot.mention('watch alpine:3.16', { threadTs });
    }
    await bot.until('ten live messages', () => bot.lives().length === 10);
    const [before, since] = [bot.polls().length, Date.now()];
    await bot.until('eight readings', () => bot.polls().length - before >= 8);
    const ticks = Math.ceil((Date.now() - since) / 1_000) + 1;
    expect(bot.polls().length - before).toBeLessThanOrEqual(ticks);
  });

  test('30 times in 30 seconds at most, for 40 targets', async ({ botWith }) => {
    const bot = await botWith({ isClockRunning: true });
    const images = Array.from({ length: 40 }, (_, number) => `app${number}:1`);
    await bot.type(`watch ${images.slice(0, 20).join(' ')}`);
    await bot.type(`watch ${images.slice(20).join(' ')}`, { channel: 'C0PUBLIC' });
    // Forty first readings leave a person's question its turn.
    await bot.reply('redis:7', /^/, { user: 'U0BOB' });
    expect(bot.ephemeralTexts('U0BOB')).toEqual(['redis:7 · not running · tags 0/0 · images 0/0']);
    await bot.until(
      'all targets being read',
      () => new Set(bot.polls().map(({ query }) => query['repo'])).size === 41,
    );
    const times = bot.console.requests.map(({ at }) => at);
    const spans = times.slice(30).map((at, index) => at - (times[index] ?? 0));
    expect(spans.length).toBeGreaterThan(10);
    // A clock in whole milliseconds may lose one at each end.
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(29_998);
  });
});
