import { describe, expect } from 'vitest';
import { drawn, type RunningBot, someTicks, test } from '../../support/running-bot.ts';
import type { Message } from '../../support/fake-slack/fake-slack-workspace.ts';

const channel = 'C0GENERAL';

/** A thread of what people said, oldest first; its ts. */
function discuss({ slack }: RunningBot, [first = '', ...replies]: readonly string[]): string {
  const threadTs = slack.say({ channel, user: 'U0BOB', text: first });
  for (const text of replies) slack.say({ channel, user: 'U0BOB', text, threadTs });
  return threadTs;
}

/** `@scanprogress`, without a word by default; returns the bot's reply. */
async function call(bot: RunningBot, threadTs: string, words = ''): Promise<Message> {
  const before = bot.messages(channel).length;
  await bot.mention(words, { threadTs });
  return bot.until('an answer to a bare mention', () => bot.messages(channel)[before]);
}

/** The names of the images in the order in which they are shown. */
function named({ blocks }: Message): readonly string[] {
  return blocks.flatMap((block) => {
    const { text } = block as { text?: { text?: string } };
    return /^\S+ `([^`]+)`\n/.exec(text?.text ?? '')?.[1] ?? [];
  });
}

function count({ blocks }: Message, actionId: string): number {
  return JSON.stringify(blocks).split(`"action_id":"${actionId}"`).length - 1;
}

describe.concurrent('a mention that points at what is in a thread', () => {
  test.for([
    ['which images are named here?', /^2 images are named here$/, /^(?!.*Did you mean)/s],
    ['watch these', /^2 images/, /Did you mean `@scanprogress watch redis:7 alpine:3.16`/],
    ['subscribe to those images', /^2 images/, /Did you mean `@scanprogress subscribe redis:7 alpine:3.16`/],
    ['scan this', /^2 images/, /Did you mean `@scanprogress scan redis:7`/],
    ['retry', /^2 images/, /Did you mean `@scanprogress scan redis:7`/],
    ['is it fixed?', /^2 images are named here$/, /^(?!.*Did you mean)/s],
    ['stop watching this', /^Nothing is watched here/, /To begin/],
    ['stop this', /^Nothing is watched here/, /To stop the registry scan instead/],
    ['unsubscribe this', /^Nothing is watched here/, /To begin/],
  ] as const)('%s: shows them, and what to type', async ([words, text, line], { bot }) => {
    const answer = await call(bot, discuss(bot, ['alpine:3.16 crashes', 'and redis:7']), words);
    expect(answer.text).toMatch(text);
    expect(drawn(answer)).toMatch(line);
    await someTicks();
    expect(bot.lives()).toEqual([]);
  });

  test('stop watching this, below a live message, shows its watch alone, to be stopped', async ({ bot }) => {
    await bot.type('watch redis:7');
    const { ts } = await bot.watch();
    const answer = await call(bot, ts, 'stop watching this');
    expect([answer.text, count(answer, 'stop-in-list')]).toEqual(['1 scan is watched in this thread', 1]);
    expect(drawn(answer)).toContain('alpine:3.16');
    expect((await call(bot, ts, 'be quiet')).text).toMatch(/^Stop 1 watch/);
  });

  test('unwatch, of what the channel watches, says so, and a button stops it there', async ({ bot }) => {
    await bot.watch();
    const answer = await call(bot, discuss(bot, ['is it safe?']), 'unwatch alpine:3.16');
    expect(drawn(answer)).toContain('not watched in this thread');
    expect(drawn(answer)).toContain('is watched in the channel itself');
    await bot.click(answer, 'stop-in-list');
    await bot.whenShown('stopped by');
  });
});

describe.concurrent('a mention without words in a thread', () => {
  test('shows the images that were named there, newest first, each to be watched', async ({ bot }) => {
    const threadTs = discuss(bot, [
      'ghcr.io/acme/api:1.4 crashes since the deployment',
      'it was built from alpine:3.16, see <https://ci.example.com/acme/api/builds/42|build 42>',
      'logs: /var/log/app.log:12, https://github.com/acme/api/blob/main/src/index.ts:80',
      '```docker pull quay.io/acme/web:2.0```',
    ]);
    const answer = await call(bot, threadTs);
    expect(answer.text).toBe('3 images are named here');
    expect(answer.thread).toBe(threadTs);
    expect(named(answer)).toEqual(['quay.io/acme/web:2.0', 'alpine:3.16', 'ghcr.io/acme/api:1.4']);
    expect(count(answer, 'watch-here')).toBe(3);
  });

  test('leaves out what the bot itself has said there, also where Slack gives no metadata back', async ({
    bot,
  }) => {
    const threadTs = discuss(bot, ['alpine:3.16 or redis:7?']);
    bot.slack.stripMetadata(channel, (await call(bot, threadTs, 'help')).ts);
    expect(named(await call(bot, threadTs))).toEqual(['alpine:3.16', 'redis:7']);
  });

  test('leads to a watch in that thread', async ({ bot }) => {
    bot.startScan();
    const threadTs = discuss(bot, ['alpine:3.16 or redis:7?']);
    const answer = await call(bot, threadTs);
    const values = answer.blocks.flatMap(
      (one) => (one as { accessory?: { value: string } }).accessory?.value ?? [],
    );
    const value = values.find((one) => one.includes('alpine')) ?? '';
    await bot.click(answer, 'watch-here', { value });
    expect((await bot.whenLive(/^alpine:3.16 · discovering/)).thread).toBe(threadTs);
    const again = await call(bot, threadTs);
    expect(drawn(again)).toContain('It is already watched here.');
    expect(count(again, 'watch-here')).toBe(1);
    expect(named(again)).toEqual(['alpine:3.16', 'redis:7']);
  });

  test('shows five of many, and says how many more there are', async ({ bot }) => {
    const names = [1, 2, 3, 4, 5, 6, 7].map((number) => `ghcr.io/acme/api:1.${number}`);
    const answer = await call(bot, discuss(bot, names));
    expect(named(answer)).toEqual(names.toReversed().slice(0, 5));
    expect(drawn(answer)).toContain('and 2 more');
  });

  test('shows the only image as if it had been asked for', async ({ bot }) => {
    bot.startHalfAScan();
    const answer = await call(
      bot,
      discuss(bot, ['what about alpine:3.16?', 'yes, docker.io/library/alpine:3.16']),
    );
    expect(answer.text).toBe('alpine:3.16 · scanning · tags 1/1 · images 6/12');
  });

  test('does not show what the bot itself has named', async ({ bot }) => {
    const threadTs = discuss(bot, ['is anything known?']);
    await call(bot, threadTs, 'help');
    expect((await call(bot, threadTs)).text).toBe('I find no image named in this thread.');
  });

  test('below a live message shows its image', async ({ bot }) => {
    const { ts } = await bot.watch('ghcr.io/acme/api:1.4');
    expect((await call(bot, ts)).text).toMatch(/^ghcr.io\/acme\/api:1.4 · /);
  });

  test('reads what another app says in blocks and attachments', async ({ bot }) => {
    const threadTs = discuss(bot, ['deployment']);
    const code = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'FROM redis:7' }] };
    const link = { type: 'link', url: 'https://hub.docker.com/_/nginx', text: 'ghcr.io/acme/web:2' };
    const line = { type: 'rich_text_section', elements: [{ type: 'text', text: 'rolled out ' }, link] };
    const blocks = [{ type: 'rich_text', elements: [line, code] }];
    bot.slack.say({ channel, user: 'U0BOB', text: '', threadTs, blocks });
    expect(new Set(named(await call(bot, threadTs)))).toEqual(new Set(['redis:7', 'ghcr.io/acme/web:2']));
  });

  test('reads a long thread to its end: what was named last comes first', async ({ bot }) => {
    const chatter = Array<string>(2_400).fill('still looking');
    const threadTs = discuss(bot, ['redis:7 is down', ...chatter, 'it is ghcr.io/acme/api:1.4']);
    expect(named(await call(bot, threadTs))).toEqual(['ghcr.io/acme/api:1.4', 'redis:7']);
  });

  test('shows what it could read, and says that it is not all', async ({ bot }) => {
    const chatter = Array<string>(300).fill('still looking');
    const threadTs = discuss(bot, ['alpine:3.16 is down', ...chatter, 'it is ghcr.io/acme/api:1.4']);
    bot.slack.failNext('conversations.replies', { kind: 'late', afterMs: 0, stored: 'first' });
    bot.slack.failNext('conversations.replies', { kind: '429', retryAfter: '600' });
    const answer = await call(bot, threadTs);
    expect(named(answer)).toEqual(['alpine:3.16']);
    expect(drawn(answer)).toContain('only the beginning of this thread');
    expect((await call(bot, threadTs)).text).toMatch(/^Slack has not shown me this thread just now/);
    expect(bot.slack.calls('conversations.replies')).toHaveLength(2);
  });

  test('says so where it may not read the thread', async ({ botWith }) => {
    const bot = await botWith({
      scopes: ['app_mentions:read', 'chat:write', 'chat:write.public', 'commands'],
    });
    const answer = await call(bot, discuss(bot, ['alpine:3.16']));
    expect(answer.text).toMatch(/^I cannot read this thread/);
  });
});

describe.concurrent('the shortcut Watch scan', () => {
  /** Returns the reply. */
  async function press({ slack, whenEphemeral }: RunningBot, ts: string, where = channel): Promise<Message> {
    const shortcut = { channel: where, ts, user: 'U0ALICE', callbackId: 'watch-scan' };
    expect(await slack.shortcut(shortcut).ack).not.toBeNull();
    return whenEphemeral(/^/);
  }

  test('shows the images of a message to the one who asks, and watches in the channel', async ({ bot }) => {
    const ts = discuss(bot, [
      'redis:7 and alpine:3.16 are old, see src/app/app.ts:12',
      'so is ghcr.io/acme/api:1.4',
    ]);
    const answer = await press(bot, ts);
    expect(named(answer)).toEqual(['redis:7', 'alpine:3.16']);
    expect(answer.thread).toBe('');
    expect(bot.messages()).toEqual([]);
    await bot.click(answer, 'watch-here');
    expect((await bot.whenLive(/^redis:7 · waiting/)).thread).toBe('');
  });

  test('on a reply answers in its thread, and watches there', async ({ bot }) => {
    const threadTs = discuss(bot, ['what is it?']);
    const ts = bot.slack.say({ channel, user: 'U0BOB', text: 'ghcr.io/acme/api:1.4', threadTs });
    const answer = await press(bot, ts);
    expect(answer.text).toMatch(/^ghcr.io\/acme\/api:1.4 · not running/);
    expect(answer.thread).toBe(threadTs);
    await bot.click(answer, 'watch-here');
    expect((await bot.whenLive(/waiting/)).thread).toBe(threadTs);
  });

  test('on a message of the bot shows the image that this is about', async ({ bot }) => {
    const { ts } = await bot.watch();
    const answer = await press(bot, ts);
    expect(answer.text).toMatch(/^alpine:3.16 · /);
    expect(drawn(answer)).toContain('Already watched here');
  });

  test('on a message that names none says how to name one', async ({ bot }) => {
    await press(bot, discuss(bot, ['error: exit code 500 in /usr/lib/x.js:12:3']));
    expect(bot.ephemeralTexts()).toEqual(['I find no image named in this message.']);
  });

  test('works where the bot is no member', async ({ bot }) => {
    const ts = bot.slack.say({ channel: 'C0SECRET', user: 'U0BOB', text: 'alpine:3.16' });
    expect((await press(bot, ts, 'C0SECRET')).text).toMatch(/^alpine:3.16/);
  });
});

describe.concurrent('a live message with replies', () => {
  test('that was stopped is watched again in the channel, not in its own thread', async ({ bot }) => {
    const live = await bot.watch();
    bot.slack.say({ channel, user: 'U0BOB', text: 'thanks', threadTs: live.ts });
    await bot.click(live, 'stop-watching');
    await bot.whenShown('watch-here');
    await bot.click(live, 'watch-here');
    await bot.until('a second live message', () => bot.lives().length === 2);
    await someTicks();
    expect(bot.lives().map(({ thread }) => thread)).toEqual(['', '']);
  });
});
