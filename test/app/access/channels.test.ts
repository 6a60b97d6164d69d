import { describe, expect } from 'vitest';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const channel = 'C0TEAM';

const joins = ({ happens }: RunningBot, user: string) =>
  happens({ type: 'member_joined_channel', channel, user });

/** The next scan, until it has ended as far as the Console is concerned. */
async function scanWhole(bot: RunningBot): Promise<void> {
  bot.startHalfAScan();
  await someTicks();
  bot.pass(SCAN.durationMs - 60_000);
  await someTicks();
}

describe.concurrent('a subscription', () => {
  test.for([
    ['a public channel is archived', 'channel_archive', 'channel_unarchive', {}],
    ['a private channel is archived', 'group_archive', 'group_unarchive', {}],
    ['the bot is removed', 'group_left', 'member_joined_channel', { user: 'U0SCANBOT' }],
  ] as const)('rests while %s, and goes on afterwards', async ([, gone, back, more], { bot }) => {
    await bot.subscribe({ channel });
    await bot.happens({ type: gone, channel });
    await bot.whenLogged('subscriptions are paused');
    await scanWhole(bot);
    expect(bot.slack.calls('chat.postMessage')).toEqual([]);
    await bot.happens({ type: back, channel, ...more });
    await bot.whenLogged('subscriptions resume');
    await scanWhole(bot);
    await bot.until('an end', () => bot.threadPosts(channel).length === 1);
    expect(bot.lives(channel)).toHaveLength(1);
  });

  test('does not wake because somebody else joins the channel', async ({ bot }) => {
    await bot.subscribe({ channel });
    await bot.happens({ type: 'group_left', channel });
    await joins(bot, 'U0BOB');
    await someTicks();
    expect(bot.logged('subscriptions resume')).toEqual([]);
  });

  test('whose post is refused rests, and wakes when somebody speaks to the bot there', async ({ bot }) => {
    await bot.subscribe({ channel });
    bot.slack.changeChannel(channel, { isArchived: true });
    bot.startHalfAScan();
    await bot.whenLogged('channel unavailable');
    bot.pass(SCAN.durationMs);
    await someTicks();
    expect(bot.posted(channel)).toEqual([]);
    bot.slack.changeChannel(channel, { isArchived: false });
    expect(drawn(await bot.reply('list', /^/, { channel }))).toContain('Unsubscribe');
    await bot.whenLogged('subscriptions resume');
    expect(bot.logged('subscriptions resume')).toHaveLength(1);
    await scanWhole(bot);
    await bot.until('an end', () => bot.threadPosts(channel).length === 1);
    expect(bot.lives(channel)).toHaveLength(1);
  });

  test('of one channel that rests goes on in another', async ({ bot }) => {
    await bot.subscribe({ channel });
    await bot.type('subscribe alpine:3.16');
    await bot.happens({ type: 'group_archive', channel });
    await scanWhole(bot);
    await bot.until('an end', () => bot.threadPosts().length === 1);
    expect(bot.posted(channel)).toEqual([]);
  });

  test('of the regular scan shows each, and mentions only who watches as well', async ({ bot }) => {
    await bot.subscribe({ channel }, '');
    await someTicks();
    const registry = { host: 'ghcr.io', defenders: 1, ...SCAN };
    for (const number of [1, 2]) {
      bot.console.startRegularScan({ registries: [registry] });
      bot.pass(60_000);
      await bot.until('a live message', () => bot.lives(channel).length === number);
      if (number === 2) await bot.reply('watch', /already watched here/, { channel, user: 'U0BOB' });
      bot.pass(SCAN.durationMs);
      await bot.until('an end', () => bot.threadPosts(channel).length === number);
    }
    const [first, second] = bot.threadPosts(channel).map(({ text }) => text);
    expect(first).toBe('Registry scan · completed · tags 1/1 · images 12/12');
    expect(second).toBe('Registry scan · completed · tags 1/1 · images 12/12 · <@U0BOB>');
    await someTicks();
    expect([bot.lives(channel).length, bot.threadPosts(channel).length]).toEqual([2, 2]);
  });
});

describe.concurrent('a channel that the bot is invited to', () => {
  test('is told once how to begin', async ({ bot }) => {
    await joins(bot, 'U0SCANBOT');
    await bot.until('the welcome', () => bot.posted(channel)[0]);
    await joins(bot, 'U0SCANBOT');
    await joins(bot, 'U0BOB');
    await someTicks();
    expect(bot.posted(channel).map(({ text }) => text)).toEqual([
      'I tell how far registry scans are, and when they end. To begin: `/scanprogress watch alpine:3.16`, or `/scanprogress help`.',
    ]);
  });

  test.for([
    ['it has a subscription', (bot: RunningBot) => bot.subscribe({ channel })],
    [
      'it is shared with another organisation',
      (bot: RunningBot) => bot.slack.changeChannel(channel, { isShared: true }),
    ],
  ] as const)('is told nothing where %s', async ([, prepare], { bot }) => {
    await prepare(bot);
    await joins(bot, 'U0SCANBOT');
    await someTicks();
    expect(bot.posted(channel)).toEqual([]);
  });
});
