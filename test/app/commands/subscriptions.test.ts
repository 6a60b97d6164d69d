import { describe, expect } from 'vitest';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const FOUND = { critical: 1, high: 2, medium: 0, low: 0, compliance: 0 };

/** Without a mention, a completion differs from a live message only by its thread. */
const shown = (bot: RunningBot) => bot.posted().filter(({ thread }) => thread === '');

describe.concurrent('a subscription', () => {
  test('shows each scan with one live message and one end, and mentions nobody', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    await bot.whenSaid(/^<@U0ALICE> subscribed this channel to `alpine:3.16`\.$/);
    await someTicks();
    expect(bot.posted()).toEqual([]);
    for (const number of [1, 2]) {
      bot.startHalfAScan({ findings: FOUND });
      await bot.until('a live message of this scan', () => shown(bot).length === number);
      bot.pass(SCAN.durationMs);
      await bot.until('the end of this scan', () => bot.threadPosts().length === number);
      await someTicks();
      expect([shown(bot).length, bot.threadPosts().length]).toEqual([number, number]);
    }
    expect(drawn(bot.threadPosts()[0]!)).toContain('*1 critical* · 2 high');
    expect(JSON.stringify(bot.posted())).not.toContain('<@');
  });

  test('picks up a scan that runs already, and mentions who watches it as well', async ({ bot }) => {
    bot.startHalfAScan();
    await bot.type('subscribe alpine:3.16');
    await bot.whenLive(/scanning · tags 1\/1 · images 6\/12$/);
    await bot.reply('watch alpine:3.16', /already watched here/, { user: 'U0BOB' });
    bot.pass(SCAN.durationMs);
    expect(drawn(await bot.whenEnded(/^alpine:3.16 · completed/))).toContain('<@U0BOB>');
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
  });

  test('that ends shows nothing of the next scan', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    bot.startHalfAScan();
    await bot.whenLive(/scanning/);
    await bot.type('unsubscribe alpine:3.16');
    await bot.whenShown('stopped by <@U0ALICE>');
    bot.pass(SCAN.durationMs);
    bot.startHalfAScan();
    await bot.expectInTheEnd({ lives: 1, ends: 0 });
    await bot.reply('list', /^Nothing is watched here/);
  });

  test('that was ended already says so to who presses its button late', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    const list = await bot.reply('list', /^1 subscription$/);
    await Promise.all([bot.click(list, 'unsubscribe'), bot.click(list, 'unsubscribe')]);
    await bot.whenEphemeral(/^This subscription has already ended/);
  });

  test('and its end are told to the whole channel; what changes nothing to the typist alone', async ({
    bot,
  }) => {
    await bot.reply('unsubscribe alpine:3.16', /^This channel is not subscribed to `alpine:3.16`\.$/);
    await bot.type('subscribe alpine:3.16');
    await bot.whenSaid(/^<@U0ALICE> subscribed this channel to `alpine:3.16`\.$/);
    const already = /^This channel is already subscribed to `alpine:3.16`\.$/;
    await bot.reply('subscribe alpine:3.16', already, { user: 'U0BOB' });
    await bot.type('unsubscribe alpine:3.16', { user: 'U0BOB' });
    await bot.whenSaid(/^<@U0BOB> unsubscribed this channel from `alpine:3.16`\.$/);
    expect(bot.slack.messages('C0GENERAL')).toHaveLength(2);
  });

  test('says what the channel’s settings make of it', async ({ bot }) => {
    await bot.click(await bot.reply('settings', /^Settings of this channel/), 'change-settings');
    await bot.submit('Save', { lives: 'off', mentions: 'off' });
    await bot.whenEphemeral(/^Settings saved/);
    expect(drawn(await bot.subscribe())).toContain(
      'I’ll post the end of every scan here, and nothing before it. Nobody is mentioned.',
    );
  });
});

describe.concurrent('in a private channel without the bot', () => {
  const channel = 'C0SECRET';

  test('subscribe says so, and what to type, and subscribes to nothing', async ({ bot }) => {
    const refusal = await bot.reply('subscribe alpine:3.16', /^I cannot post here/, { channel });
    expect(drawn(refusal)).toContain('Type `/invite @scanprogress`');
    expect(bot.slack.messages(channel)).toEqual([]);
    await bot.reply('list', /^Nothing is watched here/, { channel });
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.subscribe({ channel });
  });

  test('a slash command wakes no subscription', async ({ bot }) => {
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.subscribe({ channel });
    bot.slack.changeChannel(channel, { isMember: false });
    await bot.happens({ type: 'group_left', channel });
    await bot.whenLogged('subscriptions are paused');
    await bot.reply('list', /^1 subscription$/, { channel });
    await someTicks();
    expect(bot.logged('subscriptions resume')).toEqual([]);
    await bot.type('unsubscribe alpine:3.16', { channel });
    await bot.whenSaid(/^<@\w+> unsubscribed this channel/, channel);
  });
});

test('a public channel without the bot may be subscribed: Slack takes posts there', async ({ bot }) => {
  await bot.subscribe({ channel: 'C0PUBLIC' });
});

test('where Slack does not tell whether it takes posts, a channel is subscribed', async ({ bot }) => {
  bot.slack.failWhile('conversations.info', { kind: 'error', error: 'missing_scope' });
  await bot.subscribe();
});

describe.concurrent('scan', () => {
  test('of an operator starts it, shows who did, and offers to do it again', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'U0ALICE' } });
    await bot.type('scan alpine:3.16');
    const live = await bot.whenLive(/discovering|scanning/);
    expect(bot.starts()).toHaveLength(1);
    expect(drawn(live)).toContain('Started and watched by <@U0ALICE>');
    bot.pass(600_000);
    expect(drawn(await bot.whenEnded(/^alpine:3.16 · completed/))).toContain('"rescan"');
    await someTicks();
    expect(bot.starts()).toHaveLength(1);
  });

  test.for([
    ['', /^Nobody may start or stop scans/],
    ['U0ALICE', /^Only operators/],
  ] as const)(
    'for %o of anybody else starts nothing, and names those who may',
    async ([operators, refusal], { botWith }) => {
      const bot = await botWith({ environment: { SCAN_OPERATORS: operators } });
      for (const text of ['scan alpine:3.16', 'scan', 'stop']) {
        const answer = await bot.reply(text, /^/, { user: 'U0BOB' });
        expect(answer.text).toMatch(refusal);
        expect(drawn(answer).includes('<@U0ALICE>')).toBe(operators !== '');
      }
      await someTicks();
      const writes = bot.console.requests.filter(
        ({ method, route }) => method === 'POST' && route !== '/authenticate',
      );
      expect([writes, bot.slack.messages(), bot.slack.view('modal', 'U0BOB')]).toEqual([[], [], null]);
    },
  );
});
