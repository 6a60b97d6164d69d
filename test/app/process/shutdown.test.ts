import { expect, test } from 'vitest';
import { runBot, someTicks } from '../../support/running-bot.ts';
import { runHttpBot } from './http-bot.ts';

test('in HTTP mode readiness falls first, and what people ask meanwhile is answered', async (context) => {
  const bot = await runHttpBot(context, { SHUTDOWN_DELAY: '30s' });
  const ready = async () => (await fetch(`${bot.url}/readyz?exclude=console`)).status;
  await bot.until('it is ready', async () => (await ready()) === 200);
  let isStopped = false;
  const stopping = bot.stop().then(() => (isStopped = true));
  expect(await ready()).toBe(503);
  expect(await bot.type('help')).not.toBeNull();
  expect(isStopped).toBe(false);
  await stopping;
  await expect(fetch(bot.url)).rejects.toThrow('fetch failed');
});

test('a program that has stopped asks nothing, posts nothing and takes nothing', async (context) => {
  const bot = await runBot(context);
  await bot.watchHalfAScan();
  await bot.stop();
  const calls = () => [bot.slack.calls().length, bot.console.requests.length];
  const before = calls();
  bot.pass(60_000);
  await someTicks();
  expect(calls()).toEqual(before);
  expect(bot.slack.socket.connections()).toBe(0);
});

test('a program that stops waits for no Console that takes its time for a start', async (context) => {
  const bot = await runBot(context, { environment: { SCAN_OPERATORS: 'U0ALICE' } });
  await bot.console.setFault({ kind: 'slow', ms: 3_600_000, route: '/registry/scan' });
  await bot.type('scan alpine:3.16');
  await bot.until('the start', () => bot.starts()[0]);
  const outcome = await Promise.race([bot.stop().then(() => 'stopped'), someTicks()]);
  expect(outcome).toBe('stopped');
});
