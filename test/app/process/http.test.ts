import { describe, expect, test as base } from 'vitest';
import type { Signing } from '../../support/fake-slack/fake-slack-requests.ts';
import { someTicks } from '../../support/running-bot.ts';
import { runHttpBot, startHttp } from './http-bot.ts';

const COMMAND = { channel: 'C0GENERAL', user: 'U0ALICE', text: 'alpine:3.16' };

const test = base.extend('bot', ({ onTestFinished }) => runHttpBot({ onTestFinished }));

describe.concurrent('in HTTP mode', () => {
  test('a command is answered in its acknowledgement where nothing is waited for, else through its response_url', async ({
    bot,
  }) => {
    const { status, payload } = (await bot.slack.command({ ...COMMAND, text: 'help' }).ack) ?? {};
    expect([status, JSON.parse(String(payload))]).toMatchObject([200, { response_type: 'ephemeral' }]);
    expect(bot.slack.responses).toEqual([]);
    await bot.console.setFault({ kind: 'slow', ms: 5_000 });
    expect(await bot.slack.command(COMMAND).ack).toMatchObject({ status: 200, payload: '' });
    await bot.whenEphemeral(/^alpine:3.16 · not running/);
    expect(bot.slack.responses).toHaveLength(1);
    expect(bot.slack.calls('apps.connections.open')).toEqual([]);
  });

  test('a watch runs from its beginning to its end', async ({ bot }) => {
    const { ts } = await bot.watchNewScan();
    bot.pass(60_000);
    await bot.whenLive(/images 6\/12$/);
    bot.pass(60_000);
    expect((await bot.whenEnded(/completed/)).thread).toBe(ts);
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
  });

  test('a Console that hangs delays no acknowledgement', async ({ bot }) => {
    await bot.console.setFault({ kind: 'slow', ms: 3_600_000 });
    expect(await bot.slack.command(COMMAND).ack).toMatchObject({ status: 200 });
    expect(bot.ephemeralTexts()).toEqual([]);
    await bot.whenEphemeral(/The Console has not answered within/);
  });

  test('a mention is answered once, however often it is sent', async ({ bot }) => {
    const sent = bot.slack.mention({ ...COMMAND, text: '<@U0SCANBOT> help' });
    expect(await sent.ack).toMatchObject({ status: 200 });
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await bot.until('the answer', () => bot.messages().length > 0);
    await someTicks();
    expect(bot.messages()).toHaveLength(1);
  });

  test('a click is acknowledged and heeded', async ({ bot }) => {
    const { ts, channel } = await bot.watch();
    const click = bot.slack.click({ channel, ts, user: 'U0BOB', actionId: 'stop-watching' });
    expect(await click.ack).toMatchObject({ status: 200 });
    await bot.whenShown('stopped by <@U0BOB>');
  });

  test('stopped and started again it goes on', async ({ bot }) => {
    await bot.watchNewScan();
    await bot.stop();
    bot.pass(200_000);
    await startHttp(bot);
    await bot.whenEnded(/completed/);
    expect(await bot.type('help')).toMatchObject({ status: 200 });
  });

  const FORGED: readonly (readonly [string, Signing])[] = [
    ['a wrong signature', { signature: 'bad' }],
    ['no signature', { signature: 'none' }],
    ['a time ten minutes ago', { skewSeconds: -600 }],
    ['a time in ten minutes', { skewSeconds: 600 }],
    ['a wrong signature and a time ago', { signature: 'bad', skewSeconds: -600 }],
  ];

  test.for(FORGED)('a request with %s is refused and does nothing', async ([, signing], { bot }) => {
    const command = await bot.slack.command({ ...COMMAND, text: 'watch alpine:3.16' }, signing).ack;
    const mention = await bot.slack.mention({ ...COMMAND, text: '<@U0SCANBOT> watch redis:7' }, signing).ack;
    expect([command?.status, mention?.status]).toEqual([401, 401]);
    await someTicks();
    expect(bot.slack.calls('chat.postMessage')).toEqual([]);
    expect(bot.slack.responses).toEqual([]);
    await bot.reply('list', /^Nothing is watched here/);
  });

  test('any other path, method or body is refused, and it lives', async ({ bot }) => {
    const url = `${bot.url}/slack/events`;
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
