import { describe, expect, test, type TestContext } from 'vitest';
import { findFreePort } from '../../../src/demo/free-port.ts';
import type { Test } from '../../support/directory.ts';
import { runBot } from '../../support/running-bot.ts';
import { type BotWithUrl, runHttpBot } from './http-bot.ts';

interface Ready {
  readonly code: number;
  readonly status: string;
  readonly parts: Readonly<Record<string, string>>;
}

async function runSocketBot(context: Test, first: number): Promise<BotWithUrl> {
  const port = await findFreePort(first);
  const bot = await runBot(context, { port });
  return { ...bot, url: `http://127.0.0.1:${port}` };
}

async function ready({ url }: BotWithUrl): Promise<Ready> {
  const answer = await fetch(`${url}/readyz`);
  return { code: answer.status, ...((await answer.json()) as Omit<Ready, 'code'>) };
}

async function whenReady(bot: BotWithUrl): Promise<void> {
  await bot.until('it is ready', async () => (await ready(bot)).code === 200);
}

async function metrics({ url }: BotWithUrl): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

const MODES = [
  { mode: 'Socket Mode', run: (context: TestContext) => runSocketBot(context, 41_300) },
  { mode: 'HTTP mode', run: (context: TestContext) => runHttpBot(context) },
];

describe.each(MODES)('in $mode', ({ mode, run }) => {
  test('it lives, is ready, and says so', async (context) => {
    const bot = await run(context);
    const alive = await fetch(`${bot.url}/healthz`);
    expect([alive.status, await alive.json()]).toMatchObject([
      200,
      { status: 'alive', version: expect.stringMatching(/^\d+\./) },
    ]);
    await whenReady(bot);
    expect(await ready(bot)).toEqual({
      code: 200,
      status: 'ready',
      parts: { socket: 'ok', token: 'ok', database: 'ok', console: 'ok', poll: 'ok' },
    });
  });

  test('a Console that is away makes it not ready, until it answers', async (context) => {
    const bot = await run(context);
    await whenReady(bot);
    await bot.console.setFault({ kind: 'down' });
    await bot.type('watch alpine:3.16');
    await bot.until('it is not ready', async () => (await ready(bot)).code === 503);
    const { console: why, ...others } = (await ready(bot)).parts;
    expect(why).toMatch(mode === 'HTTP mode' ? /^not ready; the log says why$/ : /PRISMA_CONSOLE_URL/);
    expect(others).toEqual({ socket: 'ok', token: 'ok', database: 'ok', poll: 'ok' });
    expect((await fetch(`${bot.url}/readyz?exclude=console`)).status).toBe(200);
    expect(await metrics(bot)).toContain('scanprogress_ready{part="console"} 0');
    await bot.console.setFault(null);
    await whenReady(bot);
  });

  test('the metrics tell of a watch from its beginning to its end, and name nobody', async (context) => {
    const bot = await run(context);
    await bot.watchNewScan();
    expect(await metrics(bot)).toMatch(/^scanprogress_watches_active 1$/m);
    bot.pass(120_000);
    await bot.whenEnded(/completed/);
    await bot.until('the queue is empty', async () =>
      /^scanprogress_queue_deliveries 0$/m.test(await metrics(bot)),
    );
    const text = await metrics(bot);
    expect(text).toMatch(/^scanprogress_deliveries_total\{kind="completion",outcome="done"\} 1$/m);
    expect(text).toMatch(
      /^scanprogress_console_requests_total\{resource="registry\/progress",outcome="ok"\} \d+$/m,
    );
    expect(text).toMatch(/^scanprogress_tick_duration_seconds_count\{schedule="poll"\} \d+$/m);
    expect(text).toMatch(/^scanprogress_watches_active 0$/m);
    if (mode === 'HTTP mode') expect(text).not.toMatch(/^scanprogress_slack_sockets_open /m);
    else expect(text).toMatch(/^scanprogress_slack_sockets_open 2$/m);
    expect(text).not.toMatch(/alpine|C0GENERAL|U0ALICE|T0FAKE|demo/);
  });

  test('while Slack is away it lives, and is not ready', async (context) => {
    const bot = await run(context);
    await bot.stop();
    await bot.slack.goOffline();
    const app = await bot.start();
    const url = `http://127.0.0.1:${app.port()}`;
    // Between two attempts as well: an outage of Slack must not look like a dead process.
    for (let looks = 0; looks < 40; looks += 1) {
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { parts, ...answer } = await ready({ ...bot, url });
    expect(answer).toEqual({ code: 503, status: 'not ready' });
    expect(parts).toMatchObject({ token: expect.not.stringMatching('^ok$'), database: 'ok' });
    await bot.slack.goOnline();
    await whenReady({ ...bot, url });
  });
});

test('in Socket Mode nobody listens where PORT is 0', async (context) => {
  const bot = await runBot(context, { isStarted: false });
  expect((await bot.start()).port()).toBeNull();
});

test('a port that is taken ends the start, also while Slack is away, and leaves nothing behind', async (context) => {
  const first = await runSocketBot(context, 41_500);
  const port = Number(new URL(first.url).port);
  const second = await runBot(context, { port, isStarted: false });
  await second.slack.goOffline();
  await expect(second.start()).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining(`PORT: cannot listen on 127.0.0.1, port ${port}: EADDRINUSE`) as string,
  });
  await whenReady(first);
});
