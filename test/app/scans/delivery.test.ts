import { describe, expect } from 'vitest';
import type { Fault } from '../../support/fake-slack/fake-slack-faults.ts';
import { drawn, type RunningBot, someTicks, stateOf, test } from '../../support/running-bot.ts';

const RETRY_AFTER: Fault = { kind: '429', retryAfter: '3' };

const whenRefused = ({ slack, until }: RunningBot) =>
  until('a refused edit', () => slack.calls('chat.update').find(({ fault }) => fault === '429'));

describe.concurrent('limited by Slack', () => {
  test('in its edits, progress rests and the end comes all the same', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    const calm = bot.slack.failWhile('chat.update', { kind: '429', retryAfter: '2' });
    bot.pass(20_000);
    await whenRefused(bot);
    bot.pass(40_000);
    await bot.whenEnded(/completed/);
    expect(bot.lives()[0]?.text).toMatch(/images 6\/12/);
    calm();
    await bot.expectOneEnd(ts);
  });

  test.for(['3', null, 'soon'])(
    'in its edits with Retry-After %o, no edit is made before that',
    async (retryAfter, { bot }) => {
      const { ts } = await bot.watchHalfAScan();
      bot.slack.failNext('chat.update', { kind: '429', retryAfter });
      bot.pass(20_000);
      const { at } = await whenRefused(bot);
      bot.pass(40_000);
      await bot.expectOneEnd(ts);
      const after = bot.slack.calls('chat.update').filter((call) => call.at > at);
      const waitMs = retryAfter === '3' ? 3_000 : 60_000;
      expect(Math.min(...after.map((call) => call.at)) - at).toBeGreaterThanOrEqual(waitMs);
    },
  );

  test('in its posts, live message and end come once, later', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', RETRY_AFTER);
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', RETRY_AFTER);
    bot.pass(60_000);
    await bot.expectOneEnd(ts);
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(4);
    // Slack may have stored it all the same.
    expect(bot.slack.calls('conversations.history')).toHaveLength(4);
  });

  test('with `ratelimited` in place of 429, the end comes once after a minute', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', { kind: 'error', error: 'ratelimited' });
    bot.pass(60_000);
    await bot.expectOneEnd(ts);
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(3);
    // Slack may have stored it all the same.
    const lookups = ['conversations.history', 'conversations.replies'];
    expect(lookups.flatMap((method) => bot.slack.calls(method))).not.toEqual([]);
  });
});

describe.concurrent('not told whether a post was made', () => {
  const STORED: readonly (readonly [string, Fault])[] = [
    ['a reset', { kind: 'reset', stored: true }],
    ['a 500', { kind: 'status', status: 500, stored: true }],
    ['a 504', { kind: 'status', status: 504, stored: true }],
    ['internal_error', { kind: 'error', error: 'internal_error', stored: true }],
    ['a code that nobody knows', { kind: 'error', error: 'brand_new_error', stored: true }],
    ['an answer after its time', { kind: 'late', afterMs: 12_000, stored: 'first' }],
    ['a post that comes about after its time', { kind: 'late', afterMs: 13_000, stored: 'last' }],
    ['an answer cut off', { kind: 'cut' }],
    ['half an answer', { kind: 'half-json' }],
    ["a proxy's page", { kind: 'html' }],
    ['an answer that drips', { kind: 'drip', everyMs: 500 }],
  ];

  test.for(STORED)('but by %s, it finds the end that was posted', async ([, fault], { bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', fault);
    bot.pass(60_000);
    await bot.expectOneEnd(ts);
    await bot.whenLogged('ambiguous post found');
    await someTicks();
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(2);
    expect(bot.slack.calls('conversations.replies').length).toBeGreaterThan(0);
  });

  test('but by a 500, it finds the live message that was posted and goes on with it', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    const { ts } = await bot.watchHalfAScan();
    bot.pass(30_000);
    await bot.whenLive(/images 10\/12$/);
    bot.pass(30_000);
    await bot.expectOneEnd(ts);
    expect(bot.slack.calls('conversations.history').length).toBeGreaterThan(0);
  });

  test('it finds a message that shows up late in the history', async ({ bot }) => {
    bot.slack.delayHistory(9_000);
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    bot.pass(60_000);
    await bot.whenLogged('ambiguous post found');
    await bot.expectOneEnd(ts);
    expect(bot.slack.calls('conversations.replies').length).toBeGreaterThan(1);
  });

  test('of what was not posted, it posts it after 15 s', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: false });
    bot.pass(60_000);
    await bot.expectOneEnd(ts);
    const [, first, second] = bot.slack.calls('chat.postMessage');
    expect(second?.args['metadata']).toBe(first?.args['metadata']);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(15_000);
  });

  test('where the history is hidden, it posts again at once', async ({ botWith }) => {
    const scopes = ['app_mentions:read', 'chat:write', 'chat:write.public', 'commands'];
    const bot = await botWith({ scopes });
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: false });
    bot.pass(60_000);
    await bot.expectOneEnd(ts);
    const [, first, second] = bot.slack.calls('chat.postMessage');
    expect(second!.at - first!.at).toBeLessThan(15_000);
  });

  test('of an edit, it edits again', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.update', { kind: 'error', error: 'internal_error' });
    bot.slack.failNext('chat.update', { kind: 'reset', stored: true });
    bot.slack.failNext('chat.update', { kind: 'status', status: 503, stored: false });
    bot.pass(30_000);
    await bot.whenLive(/images 10\/12$/);
    bot.slack.failNext('chat.update', { kind: 'cut' });
    bot.pass(30_000);
    await bot.expectOneEnd(ts);
  });
});

describe.concurrent('in mid-scan', () => {
  test('a person deletes the live message: no second one comes, the end does', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.deleteMessage('C0GENERAL', ts);
    bot.pass(20_000);
    await bot.whenLogged('live message deleted');
    bot.pass(60_000);
    await bot.whenEnded(/completed.*<@U0ALICE>/);
    await someTicks();
    expect(bot.slack.messages('C0GENERAL')).toHaveLength(1);
    expect(bot.slack.calls('chat.postMessage')).toHaveLength(2);
  });

  test('a person deletes the live message as the end comes: it is told in the channel', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    // Longer than the pause between two posts of a channel.
    await someTicks();
    bot.slack.deleteMessage('C0GENERAL', ts);
    bot.slack.failNext('chat.postMessage', { kind: 'error', error: 'thread_not_found' });
    bot.pass(60_000);
    expect((await bot.whenEnded(/completed.*<@U0ALICE>/)).thread).toBe('');
  });

  test('the channel is archived: its watch ends quietly, others go on', async ({ bot }) => {
    await bot.watchHalfAScan();
    await bot.type('watch alpine:3.16', { channel: 'C0PUBLIC' });
    await bot.whenLive(/scanning/, 'C0PUBLIC');
    bot.slack.changeChannel('C0GENERAL', { isArchived: true });
    bot.pass(20_000);
    await bot.whenLogged('channel unavailable');
    // Open again before the scan ends: its end would be posted if it were still watched.
    bot.slack.changeChannel('C0GENERAL', { isArchived: false });
    bot.pass(40_000);
    await bot.whenEnded(/completed/, 'C0PUBLIC');
    await someTicks();
    expect(bot.ends()).toEqual([]);
    expect(bot.ephemeralTexts()).toEqual([]);
    const calls = bot.slack.calls('chat.postMessage').length;
    await bot.reply('list', /^Nothing is watched here/);
    expect(bot.slack.calls('chat.postMessage').length).toBe(calls);
  });

  test('the token is revoked and restored: everything queued goes out', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    const restore = bot.slack.failWhile('*', { kind: 'error', error: 'token_revoked' });
    await bot.type('watch redis:7');
    bot.pass(60_000);
    await bot.until('two refusals', () => bot.logged('SLACK_BOT_TOKEN').length > 1);
    await bot.expectInTheEnd({ lives: 1, ends: 0 });
    restore();
    await bot.whenLive(/^redis:7 · waiting/);
    await bot.whenEnded(/^alpine:3.16 · completed/);
    const final = () => bot.lives().find((live) => live.ts === ts);
    await bot.until('the final state', () => stateOf(final()) === 'completed');
  });

  test('Slack refuses the blocks once: the text goes alone, and the next edit has blocks again', async ({
    bot,
  }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.update', { kind: 'error', error: 'invalid_blocks' });
    bot.pass(20_000);
    const plain = await bot.whenLive(/images 9\/12$/);
    expect(plain.blocks).toEqual([]);
    bot.pass(10_000);
    expect(drawn(await bot.whenLive(/images 10\/12$/))).toContain('stop-watching');
    bot.slack.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    bot.pass(30_000);
    await bot.expectOneEnd(ts);
    expect(bot.ends()[0]?.blocks).toEqual([]);
  });

  test('Slack is gone for a while: the message catches up, the end comes once', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.slack.goOffline();
    bot.pass(60_000);
    await bot.whenLogged('trying again');
    await someTicks();
    await bot.slack.goOnline();
    await bot.expectOneEnd(ts);
    await bot.reply('list', /^Nothing is watched here/);
  });
});
