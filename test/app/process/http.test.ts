import { describe, expect, test, type TestContext } from 'vitest';

import type { Signing } from '../../support/fake-slack/fake-slack-requests.ts';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  runBot,
  type RunningBot,
  SCAN,
  someTicks,
  ephemeralTexts,
  whenEnded,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';

const COMMAND = { channel: 'C0GENERAL', user: 'U0ALICE', text: 'alpine:3.16' };

async function runHttpBot(context: Pick<TestContext, 'onTestFinished'>) {
  const environment = { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: 'fake-signing-secret' };
  const bot = await runBot(context, { environment, isStarted: false });
  await startHttp(bot);
  return bot;
}

async function startHttp(bot: RunningBot): Promise<string> {
  const app = await bot.start();
  const url = `http://127.0.0.1:${app.port()}/slack/events`;
  bot.slack.useHttp(url);
  return url;
}

describe.concurrent('in HTTP mode', () => {
  test('a command is answered in its acknowledgement where nothing is waited for, else through its response_url', async (context) => {
    const bot = await runHttpBot(context);
    const { status, payload } = (await bot.slack.command({ ...COMMAND, text: 'help' }).ack) ?? {};
    expect([status, JSON.parse(String(payload))]).toMatchObject([200, { response_type: 'ephemeral' }]);
    expect(bot.slack.responses).toEqual([]);
    await bot.console.setFault({ kind: 'slow', ms: 5_000 });
    expect(await bot.slack.command(COMMAND).ack).toMatchObject({ status: 200, payload: '' });
    await whenEphemeral(bot, /^alpine:3.16 · not running/);
    expect(bot.slack.responses).toHaveLength(1);
    expect(bot.slack.calls('apps.connections.open')).toEqual([]);
  });

  test('a watch runs from its beginning to its end', async (context) => {
    const bot = await runHttpBot(context);
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    const { ts } = await whenLive(bot, /discovering/);
    bot.pass(60_000);
    await whenLive(bot, /images 6\/12$/);
    bot.pass(60_000);
    expect((await whenEnded(bot, /completed/)).thread).toBe(ts);
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 1]);
  });

  test('a Console that hangs delays no acknowledgement', async (context) => {
    const bot = await runHttpBot(context);
    await bot.console.setFault({ kind: 'slow', ms: 3_600_000 });
    expect(await bot.slack.command(COMMAND).ack).toMatchObject({ status: 200 });
    expect(ephemeralTexts(bot)).toEqual([]);
    await whenEphemeral(bot, /The Console has not answered within/);
  });

  test('a mention is answered once, however often it is sent', async (context) => {
    const bot = await runHttpBot(context);
    const sent = bot.slack.mention({ ...COMMAND, text: '<@U0SCANBOT> help' });
    expect(await sent.ack).toMatchObject({ status: 200 });
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    const posts = () => bot.slack.messages('C0GENERAL').filter(({ user }) => user === '');
    await bot.until('the answer', () => posts().length > 0);
    await someTicks();
    expect(posts()).toHaveLength(1);
  });

  test('a click is acknowledged and heeded', async (context) => {
    const bot = await runHttpBot(context);
    await bot.type('watch alpine:3.16');
    const { ts, channel } = await whenLive(bot, /waiting/);
    const click = bot.slack.click({ channel, ts, user: 'U0BOB', actionId: 'stop-watching' });
    expect(await click.ack).toMatchObject({ status: 200 });
    await bot.until('the final state', () => drawn(lives(bot)[0]!).includes('stopped by <@U0BOB>'));
  });

  test('stopped and started again it goes on', async (context) => {
    const bot = await runHttpBot(context);
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    await bot.stop();
    bot.pass(200_000);
    await startHttp(bot);
    await whenEnded(bot, /completed/);
    expect(await bot.type('help')).toMatchObject({ status: 200 });
  });

  const FORGED: readonly (readonly [string, Signing])[] = [
    ['a wrong signature', { signature: 'bad' }],
    ['no signature', { signature: 'none' }],
    ['a time ten minutes ago', { skewSeconds: -600 }],
    ['a time in ten minutes', { skewSeconds: 600 }],
    ['a wrong signature and a time ago', { signature: 'bad', skewSeconds: -600 }],
  ];

  test.for(FORGED)('a request with %s is refused and does nothing', async ([, signing], context) => {
    const bot = await runHttpBot(context);
    const command = await bot.slack.command({ ...COMMAND, text: 'watch alpine:3.16' }, signing).ack;
    const mention = await bot.slack.mention({ ...COMMAND, text: '<@U0SCANBOT> watch redis:7' }, signing).ack;
    expect([command?.status, mention?.status]).toEqual([401, 401]);
    await someTicks();
    expect(bot.slack.calls('chat.postMessage')).toEqual([]);
    expect(bot.slack.responses).toEqual([]);
    await bot.type('list');
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('any other path, method or body is refused, and it lives', async (context) => {
    const bot = await runHttpBot(context);
    await bot.stop();
    const url = await startHttp(bot);
    const answers = await Promise.all([
      fetch(url),
      fetch(url.replace('/slack/events', '/'), { method: 'POST' }),
      fetch(`${url}/../../etc/passwd`, { method: 'POST' }),
      fetch(url, { method: 'POST', body: 'x'.repeat(5_000_000) }).catch(() => ({ status: 413 })),
      fetch(url, { method: 'POST', body: '{' }),
    ]);
    expect(answers.every(({ status }) => status >= 400 && status < 500)).toBe(true);
    expect(await bot.type('help')).toMatchObject({ status: 200 });
  });
});
