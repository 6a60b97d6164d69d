import { describe, expect } from 'vitest';
import { findFreePort } from '../../../src/demo/free-port.ts';
import {
  drawn,
  lives,
  posted,
  type RunningBot,
  someTicks,
  test,
  ephemeralTexts,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';
import type { Message } from '../../support/fake-slack/fake-slack-workspace.ts';

const channel = 'C0GENERAL';
const user = 'U0ALICE';

async function mention({ slack }: RunningBot, words: string, threadTs?: string): Promise<void> {
  const text = `<@${slack.bot.userId}> ${words}`;
  expect(
    await slack.mention({ channel, user, text, ...(threadTs !== undefined && { threadTs }) }).ack,
  ).not.toBeNull();
}

function whenPosted(bot: RunningBot, text: RegExp): Promise<Message> {
  return bot.until(`a post of ${text.source}`, () => posted(bot).find((post) => text.test(post.text)));
}

async function press({ slack }: RunningBot, { ts }: Message, actionId: string, by = user): Promise<void> {
  expect(await slack.click({ channel, user: by, ts, actionId }).ack).toMatchObject({ payload: {} });
}

describe.concurrent('words that are no image', () => {
  test.for(['thanks', 'nice work 👍', 'danke!', ':tada:'])(
    '%s in a mention gets a nod and no word',
    async (text, { bot }) => {
      await mention(bot, text);
      await bot.until('the nod', () => bot.slack.calls('reactions.add')[0]);
      await someTicks();
      expect(bot.slack.calls('reactions.add')).toMatchObject([{ args: { channel, name: '+1' } }]);
      expect(posted(bot)).toEqual([]);
      expect(bot.console.requests.filter(({ path }) => path.includes('progress'))).toEqual([]);
    },
  );

  test('where the scope for a nod is missing, thanks are left alone, and nobody is warned', async ({
    botWith,
  }) => {
    const scopes = ['app_mentions:read', 'chat:write', 'commands', 'channels:read', 'users:read'];
    const bot = await botWith({ scopes });
    await mention(bot, 'thanks');
    await bot.until('the answer', () => bot.log().some(({ msg }) => msg === 'Slack took no reaction'));
    await someTicks();
    expect(posted(bot)).toEqual([]);
    expect(bot.log().filter(({ level, msg }) => Number(level) > 30 && /react/i.test(msg))).toEqual([]);
  });

  test.for([
    'watch thanks',
    'watch alpine and something',
    'subscribe to this',
    'watch the thing',
    'watch alpine:3.16 unless it rains',
  ])('%s creates nothing, and names what was not understood', async (text, { bot }) => {
    await bot.type(text);
    await whenEphemeral(bot, /^I did not understand `/);
    await bot.type('list');
    await whenEphemeral(bot, /^Nothing is watched here/);
    expect(lives(bot)).toEqual([]);
  });

  test('in a mention get four lines at most', async ({ bot }) => {
    await mention(bot, 'watch alpine:3.16 or I will cry');
    const answer = await whenPosted(bot, /^I did not understand `cry`\./);
    const lines = answer.blocks.flatMap((block) => JSON.stringify(block).split('\\n'));
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(drawn(answer)).toContain('@scanprogress watch alpine:3.16');
  });

  test('are offered as a watch, which a click begins', async ({ bot }) => {
    await bot.type('watch alpine 3.16');
    await press(bot, await whenEphemeral(bot, /Did you mean/), 'watch-here');
    await whenLive(bot, /^alpine:3.16 · waiting/);
  });
});

describe.concurrent('what is said besides an answer', () => {
  test.for([
    ['ALPINE:3.16', /Names of images have no capitals: this is `alpine:3.16`/],
    ['wathc alpine:3.16', /I did not understand `wathc`.*Did you mean `\/scanprogress watch alpine:3.16`/],
    ['unfollow alpine:3.16', /I understood `unfollow` as `unwatch`/],
  ] as const)('of %s stands beneath it', async ([text, remark], { bot }) => {
    await bot.type(text);
    const answer = await bot.until('an answer', () => bot.slack.ephemerals(user)[0]);
    expect(drawn(answer)).toMatch(remark);
  });

  test('of an image without its registry names the one that is watched here, and acts on none', async ({
    bot,
  }) => {
    await bot.type('watch ghcr.io/acme/checkout-api:2.9.1');
    await whenLive(bot, /^ghcr.io/);
    await bot.type('checkout-api:2.9.1');
    expect(drawn(await whenEphemeral(bot, /^checkout-api:2.9.1 · not running/))).toContain(
      'Did you mean `/scanprogress ghcr.io/acme/checkout-api:2.9.1`?',
    );
    await bot.slack.mention({ channel, user, text: `<@${bot.slack.bot.userId}> unwatch checkout-api` }).ack;
    expect(drawn(await whenPosted(bot, /is not watched here/))).toContain(
      'Did you mean `@scanprogress unwatch ghcr.io/acme/checkout-api:2.9.1`?',
    );
    expect(drawn(lives(bot)[0]!)).not.toContain('stopped by');
  });

  test('of a watch whose live message says it all is said alone', async ({ bot }) => {
    await bot.type('watch ALPINE:3.16');
    await whenLive(bot, /^alpine:3.16 · /);
    await whenEphemeral(bot, /^Names of images have no capitals/);
    await someTicks();
    expect(ephemeralTexts(bot)).toHaveLength(1);
  });
});

describe.concurrent('several images', () => {
  test('without a verb are shown, and all are watched on a board by one click', async ({ bot }) => {
    await mention(bot, 'NAME IMAGE\nweb nginx:1.25\napi ghcr.io/acme/api:1.4');
    const answer = await whenPosted(bot, /^2 images are named here$/);
    expect(drawn(answer)).toContain('Watch both');
    await press(bot, answer, 'watch-all');
    await whenLive(bot, /^2 images · waiting/);
  });
});

describe.concurrent('how far is it, in a thread', () => {
  test('is about the images that are named there', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel, user: 'U0BOB', text: 'redis:7 does not start' });
    await mention(bot, 'is it done yet?', threadTs);
    expect((await whenPosted(bot, /^redis:7 · /)).thread).toBe(threadTs);
  });

  test('of the registry is about the registry scan', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel, user: 'U0BOB', text: 'redis:7 does not start' });
    await mention(bot, 'how far is the registry scan?', threadTs);
    await whenPosted(bot, /^Registry scan · /);
  });
});

describe.concurrent('all of a channel', () => {
  test('is stopped once it is confirmed, with its number', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await whenLive(bot, /^redis:7/);
    await bot.type('stop watching everything');
    const question = await whenEphemeral(
      bot,
      /^Stop 2 watches of this channel and its threads, for everybody\?$/,
    );
    await someTicks();
    expect(lives(bot)).toHaveLength(2);
    await press(bot, question, 'unwatch-all');
    await bot.until('both to be stopped', () =>
      lives(bot).every((live) => drawn(live).includes('stopped by <@U0ALICE>')) ? true : undefined,
    );
    await bot.type('unwatch all');
    await whenEphemeral(bot, /^Nothing is watched here\.$/);
  });

  test.for([
    ['stop all', /To stop the registry scan instead: `\/scanprogress stop`/],
    ['stop posting here', /1 subscription of this channel stays/],
    ['be quiet', /Stop it/],
  ] as const)('is offered to be stopped by %s, and nothing else', async ([text, line], { bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('subscribe redis:7');
    await whenLive(bot, /^alpine:3.16/);
    await bot.type(text);
    expect(drawn(await whenEphemeral(bot, /^Stop 1 watch of this channel/))).toMatch(line);
    await someTicks();
    expect(drawn(lives(bot)[0]!)).not.toContain('stopped by');
  });

  test('is unsubscribed from once it is confirmed', async ({ bot }) => {
    await bot.type('subscribe to alpine:3.16, redis:7 and nginx:1.25');
    await bot.type('unsubscribe all');
    await press(bot, await whenEphemeral(bot, /^End 3 subscriptions of this channel\?$/), 'unsubscribe-all');
    await bot.until('the end', () =>
      ephemeralTexts(bot).some((text) => /^3 subscriptions were ended by/.test(text)) ? true : undefined,
    );
    await bot.type('unsubscribe all');
    await whenEphemeral(bot, /^This channel is subscribed to nothing\.$/);
  });

  test('is not stopped by somebody who is not in it', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /^alpine:3.16/);
    await bot.type('unwatch all');
    const question = await whenEphemeral(bot, /^Stop 1 watch of this channel/);
    bot.slack.changeChannel(channel, { members: [user] });
    await press(bot, question, 'unwatch-all', 'U0BOB');
    await someTicks();
    expect(lives(bot)[0]?.text).not.toMatch(/stopped/);
  });
});

test('what is not understood is counted, without its text', async ({ botWith }) => {
  const port = await findFreePort(40_000);
  const bot = await botWith({ port });
  await bot.type('watch zebra unicorn');
  await whenEphemeral(bot, /^I did not understand/);
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
  expect(metrics).toContain('scanprogress_commands_total{command="problem",outcome="not-understood"} 1');
  expect(metrics).not.toContain('zebra');
});
