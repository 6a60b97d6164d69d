import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  posted,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  whenEnded,
  whenLive,
  whenLogged,
  whenSaid,
  whenEphemeral,
} from '../../support/running-bot.ts';

const FOUND = { critical: 1, high: 2, medium: 0, low: 0, compliance: 0 };

/** Without a mention, a completion differs from a live message only by its thread. */
const shown = (bot: RunningBot) => posted(bot).filter(({ thread }) => thread === '');
const replies = (bot: RunningBot) => posted(bot).filter(({ thread }) => thread !== '');

describe.concurrent('a subscription', () => {
  test('shows each scan with one live message and one end, and mentions nobody', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    await whenSaid(bot, /^<@U0ALICE> subscribed this channel to `alpine:3.16`\.$/);
    await someTicks();
    expect(posted(bot)).toEqual([]);
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
    expect(JSON.stringify(posted(bot))).not.toContain('<@');
  });

  test('picks up a scan that runs already, and mentions who watches it as well', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('subscribe alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await bot.type('watch alpine:3.16', { user: 'U0BOB' });
    await whenEphemeral(bot, /already watched here/, 'U0BOB');
    bot.pass(SCAN.durationMs);
    expect(drawn(await whenEnded(bot, /^alpine:3.16 · completed/))).toContain('<@U0BOB>');
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 1]);
  });

  test('that ends shows nothing of the next scan', async ({ bot }) => {
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
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('that was ended already says so to who presses its button late', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    await bot.type('list');
    const { ts } = await whenEphemeral(bot, /^1 subscription$/);
    const clicks = [1, 2].map(() =>
      bot.slack.click({ channel: 'C0GENERAL', user: 'U0ALICE', ts, actionId: 'unsubscribe' }),
    );
    await Promise.all(clicks.map(({ ack }) => ack));
    await whenEphemeral(bot, /^This subscription has already ended/);
  });

  test('and its end are told to the whole channel; what changes nothing to the typist alone', async ({
    bot,
  }) => {
    await bot.type('unsubscribe alpine:3.16');
    await whenEphemeral(bot, /^This channel is not subscribed to `alpine:3.16`\.$/);
    await bot.type('subscribe alpine:3.16');
    await whenSaid(bot, /^<@U0ALICE> subscribed this channel to `alpine:3.16`\.$/);
    await bot.type('subscribe alpine:3.16', { user: 'U0BOB' });
    await whenEphemeral(bot, /^This channel is already subscribed to `alpine:3.16`\.$/, 'U0BOB');
    await bot.type('unsubscribe alpine:3.16', { user: 'U0BOB' });
    await whenSaid(bot, /^<@U0BOB> unsubscribed this channel from `alpine:3.16`\.$/);
    expect(bot.slack.messages('C0GENERAL')).toHaveLength(2);
  });

  test('says what the channel’s settings make of it', async ({ bot }) => {
    await bot.type('settings');
    const { ts } = await whenEphemeral(bot, /^Settings of this channel/);
    const where = { channel: 'C0GENERAL', user: 'U0ALICE' };
    await bot.slack.click({ ...where, ts, actionId: 'change-settings' }).ack;
    await bot.until('the dialog', () => bot.slack.view('modal', 'U0ALICE'));
    await bot.slack.submit({ user: 'U0ALICE', filled: { lives: 'off', mentions: 'off' } }).ack;
    await whenEphemeral(bot, /^Settings saved/);
    await bot.type('subscribe alpine:3.16');
    const answer = drawn(await whenSaid(bot, /^<@\w+> subscribed this channel/));
    expect(answer).toContain(
      'I’ll post the end of every scan here, and nothing before it. Nobody is mentioned.',
    );
  });
});

describe.concurrent('in a private channel without the bot', () => {
  const channel = 'C0SECRET';

  test('subscribe says so, and what to type, and subscribes to nothing', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    expect(drawn(await whenEphemeral(bot, /^I cannot post here/))).toContain('Type `/invite @scanprogress`');
    expect(bot.slack.messages(channel)).toEqual([]);
    await bot.type('list', { channel });
    await whenEphemeral(bot, /^Nothing is watched here/);
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.type('subscribe alpine:3.16', { channel });
    await whenSaid(bot, /^<@\w+> subscribed this channel/, channel);
  });

  test('a slash command wakes no subscription', async ({ bot }) => {
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.type('subscribe alpine:3.16', { channel });
    await whenSaid(bot, /^<@\w+> subscribed this channel/, channel);
    bot.slack.changeChannel(channel, { isMember: false });
    await bot.slack.event({ type: 'group_left', channel, event_ts: '1700000000.1' }).ack;
    await whenLogged(bot, 'subscriptions are paused');
    await bot.type('list', { channel });
    await whenEphemeral(bot, /^1 subscription$/);
    await someTicks();
    expect(bot.log().filter(({ msg }) => msg.includes('subscriptions resume'))).toEqual([]);
    await bot.type('unsubscribe alpine:3.16', { channel });
    await whenSaid(bot, /^<@\w+> unsubscribed this channel/, channel);
  });
});

test('a public channel without the bot may be subscribed: Slack takes posts there', async ({ bot }) => {
  await bot.type('subscribe alpine:3.16', { channel: 'C0PUBLIC' });
  await whenSaid(bot, /^<@\w+> subscribed this channel/, 'C0PUBLIC');
});

test('where Slack does not tell whether it takes posts, a channel is subscribed', async ({ bot }) => {
  bot.slack.failWhile('conversations.info', { kind: 'error', error: 'missing_scope' });
  await bot.type('subscribe alpine:3.16');
  await whenSaid(bot, /^<@\w+> subscribed this channel/);
});

describe.concurrent('scan', () => {
  test('of an operator starts it, shows who did, and offers to do it again', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'U0ALICE' } });
    await bot.type('scan alpine:3.16');
    const live = await whenLive(bot, /discovering|scanning/);
    const posts = () =>
      bot.console.requests.filter(({ method, route }) => `${method} ${route}` === 'POST /registry/scan');
    expect(posts()).toHaveLength(1);
    expect(drawn(live)).toContain('Started and watched by <@U0ALICE>');
    bot.pass(600_000);
    expect(drawn(await whenEnded(bot, /^alpine:3.16 · completed/))).toContain('"rescan"');
    await someTicks();
    expect(posts()).toHaveLength(1);
  });

  test.for([
    ['', /^Nobody may start or stop scans/],
    ['U0ALICE', /^Only operators/],
  ] as const)(
    'for %o of anybody else starts nothing, and names those who may',
    async ([operators, refusal], { botWith }) => {
      const bot = await botWith({ environment: { SCAN_OPERATORS: operators } });
      for (const text of ['scan alpine:3.16', 'scan', 'stop']) {
        const before = bot.slack.ephemerals('U0BOB').length;
        await bot.type(text, { user: 'U0BOB' });
        const answer = await bot.until('a refusal', () => bot.slack.ephemerals('U0BOB')[before]);
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
