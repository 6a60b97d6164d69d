import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  whenEnded,
  whenLive,
} from '../../support/running-bot.ts';

const CHANNEL = 'C0GENERAL';
const ALICE = 'U0ALICE';

/** `@scanprogress text`; the message's ts. */
async function mention(bot: RunningBot, text: string, more: { threadTs?: string; user?: string } = {}) {
  const said = `<@${bot.slack.bot.userId}> ${text}`;
  const sent = bot.slack.mention({ channel: CHANNEL, user: ALICE, text: said, ...more });
  expect(await sent.ack).not.toBeNull();
  const event = sent.envelope.payload['event'] as { ts: string };
  return { sent, ts: event.ts };
}

const posts = (bot: RunningBot, channel = CHANNEL) =>
  bot.slack.messages(channel).filter(({ user }) => user === '');

const whenPosted = (bot: RunningBot, text: RegExp, channel = CHANNEL) =>
  bot.until(`a post with ${text.source}`, () => posts(bot, channel).find((post) => text.test(post.text)));

describe.concurrent('a mention', () => {
  test.for([
    ['', /^Registry scan · not running/],
    ['alpine:3.16', /^alpine:3.16 · not running/],
    ['alpine', /^alpine:latest · not running/],
    ['list', /^Nothing is watched here/],
    ['help', /What you can type/],
    ['wathc', /Did you mean/],
    ['unwatch alpine:3.16', /is not watched here/],
    ['what’s for dinner?', /^I did not understand `dinner`\./],
    ['foo <!channel> bar', /^I did not understand `foo`, `bar`\./],
    ['<http://ghcr.io/acme/api:1|ghcr.io/acme/api:1>', /^ghcr.io\/acme\/api:1 · not running/],
    ['“alpine:3.16”', /^alpine:3.16 · not running/],
  ] as const)('%o is answered in its thread', async ([text, answer], { bot }) => {
    const { ts } = await mention(bot, text);
    const post = await whenPosted(bot, answer);
    expect(post.thread).toBe(ts);
    expect(`${post.text}${drawn(post)}`).not.toMatch(/<!(channel|here|everyone)/);
    expect(posts(bot)).toHaveLength(1);
  });

  test('of watch in a channel begins a live message in the channel', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await mention(bot, 'watch alpine:3.16');
    const live = await whenLive(bot, /discovering/);
    expect(live.thread).toBe('');
    bot.pass(200_000);
    expect((await whenEnded(bot, /completed/)).thread).toBe(live.ts);
    expect(ends(bot)[0]?.text).toContain(`<@${ALICE}>`);
    expect(posts(bot)).toHaveLength(2);
  });

  test('of watch in a thread keeps live message and end in that thread', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel: CHANNEL, user: 'U0BOB', text: 'is it safe?' });
    bot.console.startImageScan(ALPINE, SCAN);
    await mention(bot, 'watch alpine:3.16', { threadTs });
    const live = await whenLive(bot, /discovering/);
    expect(live.thread).toBe(threadTs);
    bot.pass(60_000);
    await whenLive(bot, /scanning/);
    bot.pass(60_000);
    expect((await whenEnded(bot, /completed/)).thread).toBe(threadTs);
    await someTicks();
    expect(posts(bot).map(({ thread }) => thread)).toEqual([threadTs, threadTs]);
  });

  test('of watch in a thread is another watch than that of the channel', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel: CHANNEL, user: 'U0BOB', text: 'is it safe?' });
    await mention(bot, 'watch alpine:3.16', { threadTs });
    await bot.type('watch alpine:3.16');
    await bot.until('two live messages', () => lives(bot).length === 2);
    await mention(bot, 'unwatch alpine:3.16', { threadTs });
    await whenPosted(bot, /no longer watched here/);
    await bot.until('the final state in the thread', () =>
      lives(bot).some((one) => one.thread === threadTs && drawn(one).includes('No longer watched')),
    );
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(200_000);
    await whenEnded(bot, /completed/);
    expect(ends(bot).map(({ thread }) => thread)).not.toContain(threadTs);
  });

  test('of watch for what is watched here says so to all, without a second message', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    const { ts } = await mention(bot, 'watch alpine:3.16', { user: 'U0BOB' });
    expect((await whenPosted(bot, /already watched here/)).thread).toBe(ts);
    bot.pass(SCAN.durationMs);
    await whenEnded(bot, /completed.*<@U0ALICE>.*<@U0BOB>/);
    expect(lives(bot)).toHaveLength(1);
  });

  test('that Slack sends again is answered once', async ({ bot }) => {
    const { sent } = await mention(bot, 'alpine:3.16');
    await bot.slack.redeliver(sent, 'same-envelope').ack;
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await whenPosted(bot, /alpine:3.16/);
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await someTicks();
    expect(posts(bot)).toHaveLength(1);
  });

  test('is answered once where it names the bot twice', async ({ bot }) => {
    await mention(bot, `alpine:3.16 <@${bot.slack.bot.userId}|scanprogress>`);
    await whenPosted(bot, /^alpine:3.16/);
    await someTicks();
    expect(posts(bot)).toHaveLength(1);
  });

  test('that is edited is not answered again', async ({ bot }) => {
    const { sent } = await mention(bot, 'alpine:3.16');
    await whenPosted(bot, /alpine:3.16/);
    const event = sent.envelope.payload['event'] as Record<string, unknown>;
    await bot.slack.event({ ...event, edited: { user: ALICE, ts: '1700000001.000000' } }).ack;
    await someTicks();
    expect(posts(bot)).toHaveLength(1);
  });

  test('of the bot by itself, or by another bot, is not answered', async ({ bot }) => {
    const text = `<@${bot.slack.bot.userId}> help`;
    const event = { type: 'app_mention', channel: CHANNEL, text, ts: '1700000000.000100' };
    await bot.slack.event({ ...event, user: bot.slack.bot.userId }).ack;
    await bot.slack.event({ ...event, user: 'U0OTHERBOT', bot_id: 'B0OTHER' }).ack;
    await bot.slack.event({ ...event, user: ALICE, subtype: 'bot_message' }).ack;
    await someTicks();
    expect(posts(bot)).toEqual([]);
  });

  test('that is limited by Slack is answered later', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: '429', retryAfter: '1' });
    await mention(bot, 'alpine:3.16');
    await whenPosted(bot, /^alpine:3.16/);
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(2);
  });

  test('whose answer may have been posted is not answered twice', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    await mention(bot, 'alpine:3.16');
    await whenPosted(bot, /^alpine:3.16/);
    await someTicks();
    expect(posts(bot)).toHaveLength(1);
  });
});

describe.concurrent('posts that Slack puts off', () => {
  const tried = (bot: RunningBot) => bot.slack.calls('chat.postMessage').length;
  const later = { kind: '429', retryAfter: '600' } as const;

  test('for an answer are put off for live messages and ends, too', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', later);
    await mention(bot, 'help');
    await bot.until('the answer being put off', () => tried(bot) === 1);
    await bot.type('watch alpine:3.16');
    await someTicks();
    expect(tried(bot)).toBe(1);
  });

  test('for a live message are put off for answers, too', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', later);
    await bot.type('watch alpine:3.16');
    await bot.until('the live message being put off', () => tried(bot) === 1);
    await mention(bot, 'help');
    await someTicks();
    expect(tried(bot)).toBe(1);
  });

  test('come when they may, each once', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: '429', retryAfter: '4' });
    await mention(bot, 'help');
    await bot.until('the answer being put off', () => tried(bot) === 1);
    await bot.type('watch alpine:3.16');
    await whenPosted(bot, /What you can type/);
    await whenLive(bot, /waiting/);
    expect(posts(bot)).toHaveLength(2);
    const [refused, ...made] = bot.slack.calls('chat.postMessage').map(({ at }) => at);
    expect(made).toHaveLength(2);
    expect(Math.min(...made) - refused!).toBeGreaterThanOrEqual(4_000);
  });
});
