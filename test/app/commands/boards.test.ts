import { describe, expect } from 'vitest';
import { ALPINE, drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const FOUND = { critical: 2, high: 1, medium: 0, low: 0, compliance: 0 };
const API = { registry: 'ghcr.io', repository: 'acme/api', tag: '1.4', digest: '' };
const ENDING = { kind: 'fails', at: 1, error: 'no such manifest' } as const;

const notices = (bot: RunningBot, text: RegExp) => bot.threadPosts().filter((one) => text.test(drawn(one)));

/** The board of alpine and the API. */
async function watchTwo(bot: RunningBot, from: { channel?: string; user?: string } = {}) {
  await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4', from);
  return bot.whenLive(/^2 images/, from.channel);
}

describe.concurrent('a board', () => {
  test('is one message and one end for several images, and tells a failure at once', async ({ bot }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4 docker.io/nginx');
    const board = await bot.whenLive(/^3 images · waiting · tags 0\/0 · images 0\/0$/);
    expect(drawn(board)).toContain('stop-board');
    await bot.whenEphemeral(
      /^Watching `alpine:3.16`, `ghcr.io\/acme\/api:1.4`, `nginx:latest` here, on one board\.$/,
    );
    bot.startScan({ findings: FOUND });
    bot.console.startImageScan(API, { ...SCAN, durationMs: 40_000, ending: ENDING });
    bot.pass(20_000);
    await bot.whenLive(/^3 images · (scanning|discovering)/);
    bot.pass(SCAN.durationMs);
    await bot.until('the failure', () => notices(bot, /no such manifest/)[0]);
    await bot.whenShown('*2 critical · 1 high*');
    expect(bot.ends()).toEqual([]);
    bot.console.startImageScan({ ...ALPINE, repository: 'library/nginx', tag: 'latest' }, SCAN);
    bot.pass(20_000);
    // Three images a tick use up what the Console grants: half a minute may pass until the last one is seen.
    await bot.whenLive(/^3 images · (scanning|discovering) · tags \d\/3/);
    bot.pass(SCAN.durationMs);
    const end = await bot.whenEnded(/^3 images · failed · tags 3\/3/);
    expect(end.thread).toBe(board.ts);
    expect(drawn(end)).toContain('<@U0ALICE>');
    expect(drawn(end)).toContain('*1 failed* · 2 completed');
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
    expect(notices(bot, /\*failed\*.* The other (2 go|one goes) on\./)).toHaveLength(1);
    expect(drawn(bot.lives()[0]!)).not.toContain('stop-board');
  });

  test('takes over a live message, and mentions who asked for it', async ({ bot }) => {
    const alone = await bot.watch('alpine:3.16', { user: 'U0BOB' });
    await watchTwo(bot);
    await bot.until('the old message says so', () =>
      bot.messages().some((one) => one.ts === alone.ts && drawn(one).includes('Now on a board')),
    );
    for (const image of [ALPINE, API]) bot.console.startImageScan(image, SCAN);
    bot.pass(60_000);
    await bot.whenLive(/^2 images · scanning · tags 2\/2 · images 12\/24$/);
    bot.pass(SCAN.durationMs);
    const end = await bot.whenEnded(/^2 images · completed/);
    expect(drawn(end)).toMatch(/<@U0ALICE>.*<@U0BOB>|<@U0BOB>.*<@U0ALICE>/);
    await someTicks();
    expect(bot.ends()).toHaveLength(1);
  });

  test('is stopped by its button, and is silent from then on', async ({ bot }) => {
    const board = await watchTwo(bot);
    await bot.click(board, 'stop-board', { user: 'U0BOB' });
    await bot.whenShown('stopped by <@U0BOB>');
    for (const image of [ALPINE, API]) bot.console.startImageScan(image, SCAN);
    bot.pass(60_000);
    await bot.expectInTheEnd({ lives: 1, ends: 0 });
    await bot.reply('list', /^Nothing is watched here/);
  });

  test('of a person who has left the channel keeps the lines that others wait for', async ({ bot }) => {
    const channel = 'C0TEAM';
    // By now no member of it.
    const gone = { channel, user: 'U0CAROL' };
    const board = await watchTwo(bot, gone);
    await bot.reply('watch alpine:3.16', /is already on a board here|is already watched here/, { channel });
    await bot.click(board, 'stop-board', gone);
    await bot.whenShown('stopped by <@U0CAROL>', channel);
    expect(drawn(bot.lives(channel)[0]!).match(/no longer watched: stopped/g)).toHaveLength(1);
    await bot.click(board, 'stop-board', gone);
    await bot.whenEphemeral(/^Only members of this conversation/, 'U0CAROL');
    await bot.reply('list', /^1 scan is watched here/, { channel });
  });

  test('that was stopped already says so to who presses its button late', async ({ bot }) => {
    const board = await watchTwo(bot);
    await Promise.all([bot.click(board, 'stop-board'), bot.click(board, 'stop-board')]);
    await bot.whenEphemeral(/^This board has already ended/);
  });

  test('goes on without an image that is unwatched, and lists the others', async ({ bot }) => {
    await watchTwo(bot);
    await bot.reply('unwatch alpine:3.16', /no longer watched here/);
    await bot.whenShown('stopped by <@U0ALICE>');
    await bot.reply('list', /^1 scan is watched here/);
    bot.console.startImageScan(API, SCAN);
    bot.pass(60_000);
    await bot.whenLive(/^2 images · scanning/);
    bot.pass(SCAN.durationMs);
    await bot.whenEnded(/^2 images · completed/);
  });

  test('that shows an image already is joined by who watches it, and a new one gets a message of its own', async ({
    bot,
  }) => {
    await watchTwo(bot);
    await bot.type('watch alpine:3.16 redis:7', { user: 'U0BOB' });
    await bot.whenLive(/^redis:7 · waiting/);
    await bot.whenEphemeral(/^`alpine:3.16` is already on a board here/, 'U0BOB');
    await bot.reply('watch ghcr.io/acme/api:1.4', /already watched here/, { user: 'U0BOB' });
  });

  test('is offered to who watches ten images one by one, and made of them by a click', async ({ bot }) => {
    for (let number = 1; number <= 10; number += 1) await bot.type(`watch app-${number}:1`);
    await bot.until('ten live messages', () => bot.lives().length === 10);
    const offer = await bot.whenEphemeral(/^10 images are watched here, with a message each/);
    await bot.click(offer, 'fold-into-board', { user: 'U0BOB' });
    const board = await bot.whenLive(/^10 images · waiting/);
    expect(drawn(board)).toContain('`app-10:1`');
    const moved = () => bot.messages().filter((one) => drawn(one).includes('Now on a board'));
    await bot.until('ten messages that say so', () => moved().length === 10);
    await someTicks();
    expect(bot.lives().filter((live) => drawn(live).includes('stop-watching'))).toEqual([]);
  });
});
