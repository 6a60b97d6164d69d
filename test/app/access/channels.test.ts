import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  lives,
  posted,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  whenLogged,
  whenSaid,
  whenEphemeral,
} from '../../support/running-bot.ts';

const channel = 'C0TEAM';
const user = 'U0ALICE';

const posts = (bot: RunningBot, where = channel) => posted(bot, where);
const replies = (bot: RunningBot, where = channel) => posts(bot, where).filter(({ thread }) => thread !== '');
const tell = ({ slack }: RunningBot, type: string, more: object = {}) =>
  slack.event({ type, channel, event_ts: '1700000000.1', ...more }).ack;

async function subscribe(bot: RunningBot, what = 'alpine:3.16'): Promise<void> {
  await bot.type(`subscribe ${what}`, { channel });
  await whenSaid(bot, /^<@\w+> subscribed this channel/, channel);
}

/** The next scan, until it has ended as far as the Console is concerned. */
async function scanWhole(bot: RunningBot): Promise<void> {
  bot.console.startImageScan(ALPINE, SCAN);
  bot.pass(60_000);
  await someTicks();
  bot.pass(SCAN.durationMs - 60_000);
  await someTicks();
}

async function listed(bot: RunningBot): Promise<string> {
  const before = bot.slack.ephemerals(user).length;
  await bot.type('list', { channel });
  return drawn(await bot.until('the list', () => bot.slack.ephemerals(user)[before]));
}

describe.concurrent('a subscription', () => {
  test.for([
    ['a public channel is archived', 'channel_archive', 'channel_unarchive', {}],
    ['a private channel is archived', 'group_archive', 'group_unarchive', {}],
    ['the bot is removed', 'group_left', 'member_joined_channel', { user: 'U0SCANBOT' }],
  ] as const)('rests while %s, and goes on afterwards', async ([, gone, back, more], { bot }) => {
    await subscribe(bot);
    await tell(bot, gone);
    await whenLogged(bot, 'subscriptions are paused');
    await scanWhole(bot);
    expect(bot.slack.calls('chat.postMessage')).toEqual([]);
    await tell(bot, back, more);
    await whenLogged(bot, 'subscriptions resume');
    await scanWhole(bot);
    await bot.until('an end', () => replies(bot).length === 1);
    expect(lives(bot, channel)).toHaveLength(1);
  });

  test('does not wake because somebody else joins the channel', async ({ bot }) => {
    await subscribe(bot);
    await tell(bot, 'group_left');
    await tell(bot, 'member_joined_channel', { user: 'U0BOB' });
    await someTicks();
    expect(bot.log().filter(({ msg }) => msg.includes('subscriptions resume'))).toEqual([]);
  });

  test('whose post is refused rests, and wakes when somebody speaks to the bot there', async ({ bot }) => {
    await subscribe(bot);
    bot.slack.changeChannel(channel, { isArchived: true });
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await whenLogged(bot, 'channel unavailable');
    bot.pass(SCAN.durationMs);
    await someTicks();
    expect(posts(bot)).toEqual([]);
    bot.slack.changeChannel(channel, { isArchived: false });
    expect(await listed(bot)).toContain('Unsubscribe');
    await whenLogged(bot, 'subscriptions resume');
    expect(bot.log().filter(({ msg }) => msg.includes('subscriptions resume'))).toHaveLength(1);
    await scanWhole(bot);
    await bot.until('an end', () => replies(bot).length === 1);
    expect(lives(bot, channel)).toHaveLength(1);
  });

  test('of one channel that rests goes on in another', async ({ bot }) => {
    await subscribe(bot);
    await bot.type('subscribe alpine:3.16');
    await tell(bot, 'group_archive');
    await scanWhole(bot);
    await bot.until('an end', () => replies(bot, 'C0GENERAL').length === 1);
    expect(posts(bot)).toEqual([]);
  });

  test('of the regular scan shows each, and mentions only who watches as well', async ({ bot }) => {
    await subscribe(bot, '');
    await someTicks();
    const registry = { host: 'ghcr.io', defenders: 1, ...SCAN };
    for (const number of [1, 2]) {
      bot.console.startRegularScan({ registries: [registry] });
      bot.pass(60_000);
      await bot.until('a live message', () => lives(bot, channel).length === number);
      if (number === 2) {
        await bot.type('watch', { channel, user: 'U0BOB' });
        await whenEphemeral(bot, /already watched here/, 'U0BOB');
      }
      bot.pass(SCAN.durationMs);
      await bot.until('an end', () => replies(bot).length === number);
    }
    const [first, second] = replies(bot).map(({ text }) => text);
    expect(first).toBe('Registry scan · completed · tags 1/1 · images 12/12');
    expect(second).toBe('Registry scan · completed · tags 1/1 · images 12/12 · <@U0BOB>');
    await someTicks();
    expect([lives(bot, channel).length, replies(bot).length]).toEqual([2, 2]);
  });
});

describe.concurrent('a channel that the bot is invited to', () => {
  const invite = (bot: RunningBot) => tell(bot, 'member_joined_channel', { user: 'U0SCANBOT' });

  test('is told once how to begin', async ({ bot }) => {
    await invite(bot);
    await bot.until('the welcome', () => posts(bot)[0]);
    await invite(bot);
    await tell(bot, 'member_joined_channel', { user: 'U0BOB' });
    await someTicks();
    expect(posts(bot).map(({ text }) => text)).toEqual([
      'I tell how far registry scans are, and when they end. To begin: `/scanprogress watch alpine:3.16`, or `/scanprogress help`.',
    ]);
  });

  test.for([
    ['it has a subscription', (bot: RunningBot) => subscribe(bot)],
    [
      'it is shared with another organisation',
      (bot: RunningBot) => bot.slack.changeChannel(channel, { isShared: true }),
    ],
  ] as const)('is told nothing where %s', async ([, prepare], { bot }) => {
    await prepare(bot);
    await invite(bot);
    await someTicks();
    expect(posts(bot)).toEqual([]);
  });
});
