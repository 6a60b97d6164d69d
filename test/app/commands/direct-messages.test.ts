import { describe, expect } from 'vitest';
import { drawn, type RunningBot, someTicks, test } from '../../support/running-bot.ts';

const ALICE = 'U0ALICE';
const DIRECT = 'D0ALICE';

let written = 0;

/** A message in a person's direct messages, as Slack tells of it: its time is its own. */
function said(more: Readonly<Record<string, unknown>>): { readonly ts: string } & Record<string, unknown> {
  written += 1;
  const ts = `1700000000.${String(written).padStart(6, '0')}`;
  return { type: 'message', channel: DIRECT, channel_type: 'im', user: ALICE, text: '', ts, ...more };
}

const say = ({ happens }: RunningBot, text: string, more: Readonly<Record<string, unknown>> = {}) =>
  happens(said({ text, ...more }));

describe.concurrent('a direct message', () => {
  test.for([
    ['', /^Registry scan · not running/],
    ['status', /^Registry scan · not running/],
    ['alpine:3.16', /^alpine:3.16 · not running/],
    ['is ghcr.io/acme/api:1.4 done yet?', /^ghcr.io\/acme\/api:1.4 · not running/],
    ['wie weit ist alpine:3.16?', /^alpine:3.16 · not running/],
    ['list', /^Nothing is watched here/],
    ['help', /What you can type/],
    ['history alpine:3.16', /alpine:3.16/],
    ['settings', /^Settings of this chat$/],
    ['wathc', /Did you mean/],
    ['unwatch alpine:3.16', /is not watched here/],
    ['watch alpine 3.16', /Did you mean `watch alpine:3.16`/],
    ['what’s for dinner?', /^I did not understand `dinner`\./],
    ['watch alpine:3.16 unless it rains', /^I did not understand `unless`, `rains`\./],
    ['scan alpine:3.16', /^Nobody may start or stop scans from Slack yet/],
    ['stop', /^Nobody may start or stop scans from Slack yet/],
    ['<http://ghcr.io/acme/api:1|ghcr.io/acme/api:1>', /^ghcr.io\/acme\/api:1 · not running/],
    ['apiVersion: v1\nimage: nginx:1.25\n', /^nginx:1.25 · not running/],
  ] as const)('%o is answered in the conversation, without a mention', async ([text, answer], { bot }) => {
    await say(bot, text);
    const post = await bot.whenPosted(answer, DIRECT);
    expect([post.thread, bot.posted(DIRECT).length, bot.posted().length]).toEqual(['', 1, 0]);
  });

  test.for(['thanks', 'danke!', ':tada:', 'merci beaucoup', '👍'])(
    '%s gets a nod, no word, and nothing of the Console',
    async (text, { bot }) => {
      await say(bot, text);
      await bot.until('the nod', () => bot.slack.calls('reactions.add')[0]);
      await someTicks();
      expect(bot.slack.calls('reactions.add')).toMatchObject([{ args: { channel: DIRECT, name: '+1' } }]);
      expect([bot.posted(DIRECT), bot.polls()]).toEqual([[], []]);
    },
  );

  test('that is not understood gets four lines at most, and asks nothing', async ({ bot }) => {
    await say(bot, 'watch alpine:3.16 or I will cry');
    const answer = await bot.whenPosted(/^I did not understand `cry`\./, DIRECT);
    const lines = answer.blocks.flatMap((block) => JSON.stringify(block).split('\\n'));
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(bot.polls()).toEqual([]);
  });

  test.for([
    'I watch alpine:3.16',
    'watch alpine:3.16 tomorrow',
    '> watch alpine:3.16',
    'should we watch all',
  ])('%s watches nothing', async (text, { bot }) => {
    await say(bot, text);
    await bot.until('an answer', () => bot.posted(DIRECT)[0]);
    await someTicks();
    await say(bot, 'list');
    await bot.whenPosted(/^Nothing is watched here/, DIRECT);
    expect(bot.lives(DIRECT)).toEqual([]);
  });

  test('of watch follows the scan there, and its end names who watched', async ({ bot }) => {
    bot.startScan();
    await say(bot, 'could you tell me when alpine:3.16 is done?');
    const live = await bot.whenLive(/discovering/, DIRECT);
    bot.pass(200_000);
    expect((await bot.whenEnded(/completed/, DIRECT)).thread).toBe(live.ts);
    expect(bot.ends(DIRECT)[0]?.text).toContain(`<@${ALICE}>`);
  });

  test('of watch with several images shows them on one board', async ({ bot }) => {
    await say(bot, 'watch\n• alpine:3.16\n• nginx:1.25');
    await bot.whenLive(/^2 images · waiting/, DIRECT);
    await say(bot, 'stop watching nginx:1.25');
    await bot.whenPosted(/no longer watched here/, DIRECT);
  });

  test('ends a watch, and so does the button of its live message', async ({ bot }) => {
    await say(bot, 'watch alpine:3.16');
    await bot.whenLive(/waiting/, DIRECT);
    await say(bot, 'unwatch alpine:3.16');
    await bot.whenPosted(/no longer watched here/, DIRECT);
    await say(bot, 'watch nginx:1.25');
    const live = await bot.whenLive(/^nginx:1.25/, DIRECT);
    await bot.click(live, 'stop-watching');
    await bot.until('the final state', () =>
      bot.lives(DIRECT).some((one) => one.ts === live.ts && drawn(one).includes('No longer watched')),
    );
    bot.startScan();
    bot.pass(200_000);
    await someTicks();
    expect(bot.ends(DIRECT)).toEqual([]);
  });

  test('of subscribe subscribes the person', async ({ bot }) => {
    await say(bot, 'subscribe to alpine:3.16');
    await bot.whenPosted(/^<@U0ALICE> subscribed this chat to `alpine:3.16`\.$/, DIRECT);
    bot.startScan();
    const live = await bot.whenLive(/discovering/, DIRECT);
    bot.pass(200_000);
    await bot.until('the end in the thread', () =>
      bot.posted(DIRECT).some(({ thread, text }) => thread === live.ts && text.includes('completed')),
    );
  });

  test('offers what can be typed there, without a mention', async ({ bot }) => {
    await say(bot, 'help');
    const help = drawn(await bot.whenPosted(/What you can type/, DIRECT));
    expect(help).toContain('`watch api:1.4 web:1.4`');
    expect(help).not.toMatch(/[/@]scanprogress|this channel/);
    await bot.reply('settings', /^Settings of this chat$/, { channel: DIRECT });
  });

  test('shares nothing with the direct messages of others', async ({ bot }) => {
    await say(bot, 'watch alpine:3.16');
    await bot.whenLive(/waiting/, DIRECT);
    const bob = { channel: 'D0BOB', user: 'U0BOB' };
    await say(bot, 'list', bob);
    await bot.whenPosted(/^Nothing is watched here/, 'D0BOB');
    await say(bot, 'unwatch alpine:3.16', bob);
    await bot.whenPosted(/is not watched here/, 'D0BOB');
    expect(bot.lives(DIRECT)).toHaveLength(1);
  });

  test('in a thread is answered there, and watches there', async ({ bot }) => {
    const threadTs = bot.slack.say({ channel: DIRECT, user: ALICE, text: 'redis:7 does not start' });
    await say(bot, 'is it done yet?', { thread_ts: threadTs });
    expect((await bot.whenPosted(/^redis:7 · /, DIRECT)).thread).toBe(threadTs);
    bot.startScan();
    await say(bot, 'watch alpine:3.16', { thread_ts: threadTs });
    expect((await bot.whenLive(/discovering/, DIRECT)).thread).toBe(threadTs);
    bot.pass(200_000);
    expect((await bot.whenEnded(/completed/, DIRECT)).thread).toBe(threadTs);
  });

  test('that mentions the bot is answered once', async ({ bot }) => {
    const event = said({ text: `<@${bot.slack.bot.userId}> alpine:3.16` });
    await bot.happens(event);
    await bot.happens({ ...event, type: 'app_mention' });
    await bot.whenPosted(/^alpine:3.16/, DIRECT);
    await someTicks();
    expect(bot.posted(DIRECT)).toHaveLength(1);
  });

  test('that Slack sends again is answered once', async ({ bot }) => {
    const sent = bot.slack.event(said({ text: 'alpine:3.16' }));
    await sent.ack;
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await bot.whenPosted(/^alpine:3.16/, DIRECT);
    await someTicks();
    expect(bot.posted(DIRECT)).toHaveLength(1);
  });

  test('that is edited, deleted, or of a bot is not answered', async ({ bot }) => {
    const ignored = [
      { subtype: 'message_changed', message: { text: 'help' } },
      { subtype: 'message_deleted' },
      { subtype: 'bot_message', bot_id: 'B0OTHER' },
      { bot_id: 'B0OTHER' },
      { user: bot.slack.bot.userId },
      { user: undefined },
      { channel: 'C0GENERAL', channel_type: 'channel' },
      { channel_type: undefined },
      { ts: 5 },
      { text: { not: 'text' } },
    ];
    for (const more of ignored) await say(bot, 'alpine:3.16', more);
    await someTicks();
    expect([...bot.posted(), ...bot.posted(DIRECT)]).toEqual([]);
    await say(bot, 'help');
    await bot.whenPosted(/What you can type/, DIRECT);
  });
});

describe.concurrent('a direct message of somebody else', () => {
  const stranger = { channel: 'D0EXTERN', user: 'U0EXTERN', team: 'T0OTHER', user_team: 'T0OTHER' };

  test('of a guest of this workspace is answered, and starts no scan', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'U0GUEST' } });
    const guest = { channel: 'D0GUEST', user: 'U0GUEST' };
    await say(bot, 'watch alpine:3.16', guest);
    await bot.whenLive(/waiting/, 'D0GUEST');
    await say(bot, 'scan nginx:1.25', guest);
    await bot.whenPosted(/^Guests and people of other organisations/, 'D0GUEST');
    expect(bot.console.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('of a person of another organisation does nothing, and is not answered', async ({ bot }) => {
    for (const text of ['watch alpine:3.16', 'list', 'help', 'thanks']) await say(bot, text, stranger);
    await someTicks();
    expect(bot.posted('D0EXTERN')).toEqual([]);
    expect([bot.slack.calls('reactions.add'), bot.polls()]).toEqual([[], []]);
  });

  test('of another organisation is answered where the operator allows that conversation', async ({
    botWith,
  }) => {
    const bot = await botWith({ environment: { SHARED_CHANNELS: 'D0EXTERN' } });
    await say(bot, 'alpine:3.16', stranger);
    await bot.whenPosted(/^alpine:3.16 · /, 'D0EXTERN');
  });
});
