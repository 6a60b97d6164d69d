import { describe, expect, test, vi } from 'vitest';

import {
  ALPINE,
  drawn,
  ends,
  lives,
  runBot,
  type RunningBot,
  SCAN,
  someTicks,
  TEST_LIMIT_MS,
  whenEnded,
  whenLive,
  whenTold,
} from '../support/running-bot.ts';

// These tests mostly wait.
vi.setConfig({ testTimeout: TEST_LIMIT_MS, maxConcurrency: 20 });

const FOUND = { critical: 1, high: 2, medium: 0, low: 0, compliance: 0 };

/** An end that mentions nobody is told from a live message by its place alone. */
const shown = ({ slack }: RunningBot) => slack.messages('C0GENERAL').filter(({ thread }) => thread === '');
const replies = ({ slack }: RunningBot) => slack.messages('C0GENERAL').filter(({ thread }) => thread !== '');

describe.concurrent('a subscription', () => {
  test('shows each scan with one live message and one end, and mentions nobody', async (context) => {
    const bot = await runBot(context);
    await bot.type('subscribe alpine:3.16');
    await whenTold(bot, /^This channel is subscribed to `alpine:3.16`/);
    await someTicks();
    expect(bot.slack.messages()).toEqual([]);
    for (const number of [1, 2]) {
      bot.console.startImageScan(ALPINE, { ...SCAN, findings: FOUND });
      bot.pass(60_000);
      await bot.until('a live message of this scan', () => shown(bot).length === number);
      bot.pass(SCAN.durationMs);
      await bot.until('the end of this scan', () => replies(bot).length === number);
      await someTicks();
      expect([shown(bot).length, replies(bot).length]).toEqual([number, number]);
    }
    expect(drawn(replies(bot)[0]!)).toContain('*1 critical* · 2 high');
    expect(JSON.stringify(bot.slack.messages())).not.toContain('<@');
  });

  test('picks up a scan that runs already, and mentions who watches it as well', async (context) => {
    const bot = await runBot(context);
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('subscribe alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await bot.type('watch alpine:3.16', { user: 'U0BOB' });
    await whenTold(bot, /already watched here/, 'U0BOB');
    bot.pass(SCAN.durationMs);
    expect(drawn(await whenEnded(bot, /^alpine:3.16 · completed/))).toContain('<@U0BOB>');
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 1]);
  });

  test('that ends shows nothing of the next scan', async (context) => {
    const bot = await runBot(context);
    await bot.type('subscribe alpine:3.16');
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await whenLive(bot, /scanning/);
    await bot.type('unsubscribe alpine:3.16');
    await bot.until('the final state', () =>
      lives(bot).some((live) => drawn(live).includes('stopped by <@U0ALICE>')),
    );
    bot.pass(SCAN.durationMs);
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 0]);
    await bot.type('list');
    await whenTold(bot, /^Nothing is watched here/);
  });
});

describe.concurrent('scan', () => {
  test('of an operator starts it, shows who did, and offers to do it again', async (context) => {
    const bot = await runBot(context, { environment: { SCAN_OPERATORS: 'U0ALICE' } });
    await bot.type('scan alpine:3.16');
    const live = await whenLive(bot, /discovering|scanning/);
    const posts = () =>
      bot.console.requests.filter(({ method, route }) => `${method} ${route}` === 'POST /registry/scan');
    expect(posts()).toHaveLength(1);
    expect(drawn(live)).toContain('Scan started by <@U0ALICE>');
    bot.pass(600_000);
    expect(drawn(await whenEnded(bot, /^alpine:3.16 · completed/))).toContain('"rescan"');
    await someTicks();
    expect(posts()).toHaveLength(1);
  });

  test('of anybody else starts nothing, and names those who may', async (context) => {
    const bot = await runBot(context, { environment: { SCAN_OPERATORS: 'U0ALICE' } });
    await bot.type('scan alpine:3.16', { user: 'U0BOB' });
    expect(drawn(await whenTold(bot, /^You may not/, 'U0BOB'))).toContain('<@U0ALICE>');
    await someTicks();
    expect(
      bot.console.requests.filter(({ method, route }) => method === 'POST' && route === '/registry/scan'),
    ).toEqual([]);
    expect(bot.slack.messages()).toEqual([]);
  });
});
