import { describe, expect } from 'vitest';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const CHANNEL = 'C0GENERAL';
const ALICE = 'U0ALICE';

/** The bot has replied about alpine, once after all. */
async function expectOneAnswer(bot: RunningBot): Promise<void> {
  await bot.whenPosted(/^alpine:3.16/);
  await someTicks();
  expect(bot.messages()).toHaveLength(1);
}

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
    const { ts } = await bot.mention(text);
    const post = await bot.whenPosted(answer);
    expect(post.thread).toBe(ts);
    expect(`${post.text}${drawn(post)}`).not.toMatch(/<!(channel|here|everyone)/);
    expect(bot.messages()).toHaveLength(1);
  });

  test('of watch in a channel begins a live message in the channel', async ({ bot }) => {
    bot.startScan();
    await bot.mention('watch alpine:3.16');
    const live = await bot.whenLive(/discovering/);
    expect(live.thread).toBe('');
    bot.pass(200_000);
    expect((await bot.whenEnded(/completed/)).thread).toBe(live.ts);
    expect(bot.ends()[0]?.text).toContain(`<@${ALICE}>`);
    expect(bot.messages()).toHaveLength(2);
  });

  test('of watch in a thread keeps live message and end in that thread', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel: CHANNEL, user: 'U0BOB', text: 'is it safe?' });
    bot.startScan();
    await bot.mention('watch alpine:3.16', { threadTs });
    const live = await bot.whenLive(/discovering/);
    expect(live.thread).toBe(threadTs);
    bot.pass(60_000);
    await bot.whenLive(/scanning/);
    bot.pass(60_000);
    expect((await bot.whenEnded(/completed/)).thread).toBe(threadTs);
    await someTicks();
    expect(bot.messages().map(({ thread }) => thread)).toEqual([threadTs, threadTs]);
  });

  test('of watch in a thread is another watch than that of the channel', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel: CHANNEL, user: 'U0BOB', text: 'is it safe?' });
    await bot.mention('watch alpine:3.16', { threadTs });
    await bot.type('watch alpine:3.16');
    await bot.until('two live messages', () => bot.lives().length === 2);
    await bot.mention('unwatch alpine:3.16', { threadTs });
    await bot.whenPosted(/no longer watched here/);
    await bot.until('the final state in the thread', () =>
      bot.lives().some((one) => one.thread === threadTs && drawn(one).includes('No longer watched')),
    );
    bot.startScan();
    bot.pass(200_000);
    await bot.whenEnded(/completed/);
    expect(bot.ends().map(({ thread }) => thread)).not.toContain(threadTs);
  });

  test('of watch for what is watched here says so to all, without a second message', async ({ bot }) => {
    await bot.watchNewScan();
    const { ts } = await bot.mention('watch alpine:3.16', { user: 'U0BOB' });
    expect((await bot.whenPosted(/already watched here/)).thread).toBe(ts);
    bot.pass(SCAN.durationMs);
    await bot.whenEnded(/completed.*<@U0ALICE>.*<@U0BOB>/);
    expect(bot.lives()).toHaveLength(1);
  });

  test('that Slack sends again is answered once', async ({ bot }) => {
    const { sent } = await bot.mention('alpine:3.16');
    await bot.slack.redeliver(sent, 'same-envelope').ack;
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await bot.whenPosted(/alpine:3.16/);
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await someTicks();
    expect(bot.messages()).toHaveLength(1);
  });

  test('is answered once where it names the bot twice', async ({ bot }) => {
    await bot.mention(`alpine:3.16 <@${bot.slack.bot.userId}|scanprogress>`);
    await expectOneAnswer(bot);
  });

  test('that is edited is not answered again', async ({ bot }) => {
    const { sent } = await bot.mention('alpine:3.16');
    await bot.whenPosted(/alpine:3.16/);
    const event = sent.envelope.payload['event'] as Record<string, unknown>;
    await bot.happens({ ...event, edited: { user: ALICE, ts: '1700000001.000000' } });
    await someTicks();
    expect(bot.messages()).toHaveLength(1);
  });

  test('of the bot by itself, or by another bot, is not answered', async ({ bot }) => {
    const text = `<@${bot.slack.bot.userId}> help`;
    const event = { type: 'app_mention', channel: CHANNEL, text, ts: '1700000000.000100' };
    await bot.happens({ ...event, user: bot.slack.bot.userId });
    await bot.happens({ ...event, user: 'U0OTHERBOT', bot_id: 'B0OTHER' });
    await bot.happens({ ...event, user: ALICE, subtype: 'bot_message' });
    await someTicks();
    expect(bot.messages()).toEqual([]);
  });

  test('that is limited by Slack is answered later', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: '429', retryAfter: '1' });
    await bot.mention('alpine:3.16');
    await bot.whenPosted(/^alpine:3.16/);
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(2);
  });

  test('whose answer may have been posted is not answered twice', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    await bot.mention('alpine:3.16');
    await expectOneAnswer(bot);
  });
});

describe.concurrent('posts that Slack puts off', () => {
  const tried = (bot: RunningBot) => bot.slack.calls('chat.postMessage').length;
  const later = { kind: '429', retryAfter: '600' } as const;

  test('for an answer are put off for live messages and ends, too', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', later);
    await bot.mention('help');
    await bot.until('the answer being put off', () => tried(bot) === 1);
    await bot.type('watch alpine:3.16');
    await someTicks();
    expect(tried(bot)).toBe(1);
  });

  test('for a live message are put off for answers, too', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', later);
    await bot.type('watch alpine:3.16');
    await bot.until('the live message being put off', () => tried(bot) === 1);
    await bot.mention('help');
    await someTicks();
    expect(tried(bot)).toBe(1);
  });

  test('come when they may, each once', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: '429', retryAfter: '4' });
    await bot.mention('help');
    await bot.until('the answer being put off', () => tried(bot) === 1);
    await bot.type('watch alpine:3.16');
    await bot.whenPosted(/What you can type/);
    await bot.whenLive(/waiting/);
    expect(bot.messages()).toHaveLength(2);
    const [refused, ...made] = bot.slack.calls('chat.postMessage').map(({ at }) => at);
    expect(made).toHaveLength(2);
    expect(Math.min(...made) - refused!).toBeGreaterThanOrEqual(4_000);
  });
});
