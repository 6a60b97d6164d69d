import { describe, expect } from 'vitest';
import { findFreePort } from '../../../src/demo/free-port.ts';
import { drawn, someTicks, test } from '../../support/running-bot.ts';

const channel = 'C0GENERAL';

describe.concurrent('words that are no image', () => {
  test.for(['thanks', 'nice work 👍', 'danke!', ':tada:'])(
    '%s in a mention gets a nod and no word',
    async (text, { bot }) => {
      await bot.mention(text);
      await bot.until('the nod', () => bot.slack.calls('reactions.add')[0]);
      await someTicks();
      expect(bot.slack.calls('reactions.add')).toMatchObject([{ args: { channel, name: '+1' } }]);
      expect(bot.posted()).toEqual([]);
      expect(bot.polls()).toEqual([]);
    },
  );

  test('where the scope for a nod is missing, thanks are left alone, and nobody is warned', async ({
    botWith,
  }) => {
    const scopes = ['app_mentions:read', 'chat:write', 'commands', 'channels:read', 'users:read'];
    const bot = await botWith({ scopes });
    await bot.mention('thanks');
    await bot.whenLogged('Slack took no reaction');
    await someTicks();
    expect(bot.posted()).toEqual([]);
    expect(
      bot.log().filter(({ level, msg }) => /^(warn|error|fatal)$/.test(level) && /react/i.test(msg)),
    ).toEqual([]);
  });

  test.for([
    'watch thanks',
    'watch alpine and something',
    'subscribe to this',
    'watch the thing',
    'watch alpine:3.16 unless it rains',
  ])('%s creates nothing, and names what was not understood', async (text, { bot }) => {
    await bot.reply(text, /^I did not understand `/);
    await bot.reply('list', /^Nothing is watched here/);
    expect(bot.lives()).toEqual([]);
  });

  test('in a mention get four lines at most', async ({ bot }) => {
    await bot.mention('watch alpine:3.16 or I will cry');
    const answer = await bot.whenPosted(/^I did not understand `cry`\./);
    const lines = answer.blocks.flatMap((block) => JSON.stringify(block).split('\\n'));
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(drawn(answer)).toContain('@scanprogress watch alpine:3.16');
  });

  test('are offered as a watch, which a click begins', async ({ bot }) => {
    await bot.click(await bot.reply('watch alpine 3.16', /Did you mean/), 'watch-here');
    await bot.whenLive(/^alpine:3.16 · waiting/);
  });
});

describe.concurrent('what is said besides an answer', () => {
  test.for([
    ['ALPINE:3.16', /Names of images have no capitals: this is `alpine:3.16`/],
    ['wathc alpine:3.16', /I did not understand `wathc`.*Did you mean `\/scanprogress watch alpine:3.16`/],
    ['unfollow alpine:3.16', /I understood `unfollow` as `unwatch`/],
  ] as const)('of %s stands beneath it', async ([text, remark], { bot }) => {
    expect(drawn(await bot.reply(text))).toMatch(remark);
  });

  test('of an image without its registry names the one that is watched here, and acts on none', async ({
    bot,
  }) => {
    await bot.watch('ghcr.io/acme/checkout-api:2.9.1');
    expect(drawn(await bot.reply('checkout-api:2.9.1', /^checkout-api:2.9.1 · not running/))).toContain(
      'Did you mean `/scanprogress ghcr.io/acme/checkout-api:2.9.1`?',
    );
    await bot.mention('unwatch checkout-api');
    expect(drawn(await bot.whenPosted(/is not watched here/))).toContain(
      'Did you mean `@scanprogress unwatch ghcr.io/acme/checkout-api:2.9.1`?',
    );
    expect(drawn(bot.lives()[0]!)).not.toContain('stopped by');
  });

  test('of a watch whose live message says it all is said alone', async ({ bot }) => {
    await bot.reply('watch ALPINE:3.16', /^Names of images have no capitals/);
    await bot.whenLive(/^alpine:3.16 · /);
    await someTicks();
    expect(bot.ephemeralTexts()).toHaveLength(1);
  });
});

describe.concurrent('several images', () => {
  test('without a verb are shown, and all are watched on a board by one click', async ({ bot }) => {
    await bot.mention('NAME IMAGE\nweb nginx:1.25\napi ghcr.io/acme/api:1.4');
    const answer = await bot.whenPosted(/^2 images are named here$/);
    expect(drawn(answer)).toContain('Watch both');
    await bot.click(answer, 'watch-all');
    await bot.whenLive(/^2 images · waiting/);
  });
});

describe.concurrent('how far is it, in a thread', () => {
  test('is about the images that are named there', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel, user: 'U0BOB', text: 'redis:7 does not start' });
    await bot.mention('is it done yet?', { threadTs });
    expect((await bot.whenPosted(/^redis:7 · /)).thread).toBe(threadTs);
  });

  test('of the registry is about the registry scan', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel, user: 'U0BOB', text: 'redis:7 does not start' });
    await bot.mention('how far is the registry scan?', { threadTs });
    await bot.whenPosted(/^Registry scan · /);
  });
});

describe.concurrent('all of a channel', () => {
  test('is stopped once it is confirmed, with its number', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.watch('redis:7');
    const question = await bot.reply(
      'stop watching everything',
      /^Stop 2 watches of this channel and its threads, for everybody\?$/,
    );
    await someTicks();
    expect(bot.lives()).toHaveLength(2);
    await bot.click(question, 'unwatch-all');
    await bot.until('both to be stopped', () =>
      bot.lives().every((live) => drawn(live).includes('stopped by <@U0ALICE>')),
    );
    await bot.reply('unwatch all', /^Nothing is watched here\.$/);
  });

  test.for([
    ['stop all', /To stop the registry scan instead: `\/scanprogress stop`/],
    ['stop posting here', /1 subscription of this channel stays/],
    ['be quiet', /Stop it/],
  ] as const)('is offered to be stopped by %s, and nothing else', async ([text, line], { bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('subscribe redis:7');
    await bot.whenLive(/^alpine:3.16/);
    expect(drawn(await bot.reply(text, /^Stop 1 watch of this channel/))).toMatch(line);
    await someTicks();
    expect(drawn(bot.lives()[0]!)).not.toContain('stopped by');
  });

  test('is unsubscribed from once it is confirmed', async ({ bot }) => {
    await bot.type('subscribe to alpine:3.16, redis:7 and nginx:1.25');
    const question = await bot.reply('unsubscribe all', /^End 3 subscriptions of this channel\?$/);
    await bot.click(question, 'unsubscribe-all');
    await bot.whenEphemeral(/^3 subscriptions were ended by/);
    await bot.reply('unsubscribe all', /^This channel is subscribed to nothing\.$/);
  });

  test('is not stopped by somebody who is not in it', async ({ bot }) => {
    await bot.watch();
    const question = await bot.reply('unwatch all', /^Stop 1 watch of this channel/);
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    await bot.click(question, 'unwatch-all', { user: 'U0BOB' });
    await someTicks();
    expect(bot.lives()[0]?.text).not.toMatch(/stopped/);
  });
});

test('what is not understood is counted, without its text', async ({ botWith }) => {
  const port = await findFreePort(40_000);
  const bot = await botWith({ port });
  await bot.reply('watch zebra unicorn', /^I did not understand/);
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
  expect(metrics).toContain('scanprogress_commands_total{command="problem",outcome="not-understood"} 1');
  expect(metrics).not.toContain('zebra');
});
