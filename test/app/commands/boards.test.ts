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
  whenEphemeral,
} from '../../support/running-bot.ts';

const FOUND = { critical: 2, high: 1, medium: 0, low: 0, compliance: 0 };
const API = { registry: 'ghcr.io', repository: 'acme/api', tag: '1.4', digest: '' };
const FAILS = {
  ...SCAN,
  durationMs: 40_000,
  ending: { kind: 'fails', at: 1, error: 'no such manifest' },
} as const;

const notices = ({ slack }: RunningBot, text: RegExp) =>
  slack.messages('C0GENERAL').filter((one) => one.thread !== '' && text.test(drawn(one)));

describe.concurrent('a board', () => {
  test('is one message and one end for several images, and tells a failure at once', async ({ bot }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4 docker.io/nginx');
    const board = await whenLive(bot, /^3 images · waiting · tags 0\/0 · images 0\/0$/);
    expect(drawn(board)).toContain('stop-board');
    await whenEphemeral(
      bot,
      /^Watching `alpine:3.16`, `ghcr.io\/acme\/api:1.4`, `nginx:latest` here, on one board\.$/,
    );
    bot.console.startImageScan(ALPINE, { ...SCAN, findings: FOUND });
    bot.console.startImageScan(API, FAILS);
    bot.pass(20_000);
    await whenLive(bot, /^3 images · (scanning|discovering)/);
    bot.pass(SCAN.durationMs);
    await bot.until('the failure', () => notices(bot, /no such manifest/)[0]);
    await bot.until('what was found', () =>
      lives(bot).some((live) => drawn(live).includes('*2 critical · 1 high*')),
    );
    expect(ends(bot)).toEqual([]);
    bot.console.startImageScan({ ...ALPINE, repository: 'library/nginx', tag: 'latest' }, SCAN);
    bot.pass(20_000);
    // Three images a tick use up what the Console grants: half a minute may pass until the last one is seen.
    await whenLive(bot, /^3 images · (scanning|discovering) · tags \d\/3/);
    bot.pass(SCAN.durationMs);
    const end = await whenEnded(bot, /^3 images · failed · tags 3\/3/);
    expect(end.thread).toBe(board.ts);
    expect(drawn(end)).toContain('<@U0ALICE>');
    expect(drawn(end)).toContain('*1 failed* · 2 completed');
    await someTicks();
    expect([
      lives(bot).length,
      ends(bot).length,
      notices(bot, /\*failed\*.* The other (2 go|one goes) on\./).length,
    ]).toEqual([1, 1, 1]);
    expect(drawn(lives(bot)[0]!)).not.toContain('stop-board');
  });

  test('takes over a live message, and mentions who asked for it', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { user: 'U0BOB' });
    const alone = await whenLive(bot, /^alpine:3.16 · waiting/);
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4');
    await whenLive(bot, /^2 images/);
    await bot.until('the old message says so', () =>
      bot.slack
        .messages('C0GENERAL')
        .some(({ ts, blocks }) => ts === alone.ts && drawn({ blocks }).includes('Now on a board')),
    );
    for (const image of [ALPINE, API]) bot.console.startImageScan(image, SCAN);
    bot.pass(60_000);
    await whenLive(bot, /^2 images · scanning · tags 2\/2 · images 12\/24$/);
    bot.pass(SCAN.durationMs);
    const end = await whenEnded(bot, /^2 images · completed/);
    expect(drawn(end)).toMatch(/<@U0ALICE>.*<@U0BOB>|<@U0BOB>.*<@U0ALICE>/);
    await someTicks();
    expect(ends(bot)).toHaveLength(1);
  });

  test('is stopped by its button, and is silent from then on', async ({ bot }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4');
    const { ts } = await whenLive(bot, /^2 images/);
    const stop = { channel: 'C0GENERAL', user: 'U0BOB', ts, actionId: 'stop-board' };
    await bot.slack.click(stop).ack;
    await bot.until('the final state', () =>
      lives(bot).some((live) => drawn(live).includes('stopped by <@U0BOB>')),
    );
    for (const image of [ALPINE, API]) bot.console.startImageScan(image, SCAN);
    bot.pass(60_000);
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 0]);
    await bot.type('list');
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('of a person who has left the channel keeps the lines that others wait for', async ({ bot }) => {
    const channel = 'C0TEAM';
    // By now no member of it.
    const gone = { channel, user: 'U0CAROL' };
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4', gone);
    const { ts } = await whenLive(bot, /^2 images/, channel);
    await bot.type('watch alpine:3.16', { channel });
    await whenEphemeral(bot, /is on a board here already|is already watched here/);
    const press = () => bot.slack.click({ ...gone, ts, actionId: 'stop-board' }).ack;
    await press();
    await bot.until('the one line', () =>
      lives(bot, channel).some((live) => drawn(live).includes('stopped by <@U0CAROL>')),
    );
    expect(drawn(lives(bot, channel)[0]!).match(/no longer watched: stopped/g)).toHaveLength(1);
    await press();
    await whenEphemeral(bot, /^Only members of this conversation/, 'U0CAROL');
    await bot.type('list', { channel });
    await whenEphemeral(bot, /^1 scan is watched here/);
  });

  test('that was stopped already says so to who presses its button late', async ({ bot }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4');
    const { ts } = await whenLive(bot, /^2 images/);
    const clicks = ['U0ALICE', 'U0ALICE'].map((user) =>
      bot.slack.click({ channel: 'C0GENERAL', user, ts, actionId: 'stop-board' }),
    );
    await Promise.all(clicks.map(({ ack }) => ack));
    await whenEphemeral(bot, /^This board has already ended/);
  });

  test('goes on without an image that is unwatched, and lists the others', async ({ bot }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4');
    await whenLive(bot, /^2 images/);
    await bot.type('unwatch alpine:3.16');
    await whenEphemeral(bot, /no longer watched here/);
    await bot.until('its line', () =>
      lives(bot).some((live) => drawn(live).includes('stopped by <@U0ALICE>')),
    );
    await bot.type('list');
    await whenEphemeral(bot, /^1 scan is watched here/);
    bot.console.startImageScan(API, SCAN);
    bot.pass(60_000);
    await whenLive(bot, /^2 images · scanning/);
    bot.pass(SCAN.durationMs);
    await whenEnded(bot, /^2 images · completed/);
  });

  test('that shows an image already is joined by who watches it, and a new one gets a message of its own', async ({
    bot,
  }) => {
    await bot.type('watch alpine:3.16 ghcr.io/acme/api:1.4');
    await whenLive(bot, /^2 images/);
    await bot.type('watch alpine:3.16 redis:7', { user: 'U0BOB' });
    await whenLive(bot, /^redis:7 · waiting/);
    await whenEphemeral(bot, /^`alpine:3.16` is on a board here already/, 'U0BOB');
    await bot.type('watch ghcr.io/acme/api:1.4', { user: 'U0BOB' });
    await whenEphemeral(bot, /already watched here/, 'U0BOB');
  });

  test('is offered to who watches ten images one by one, and made of them by a click', async ({ bot }) => {
    for (let number = 1; number <= 10; number += 1) await bot.type(`watch app-${number}:1`);
    await bot.until('ten live messages', () => lives(bot).length === 10);
    const offer = await whenEphemeral(bot, /^10 images are watched here, with a message each/);
    await bot.slack.click({ channel: 'C0GENERAL', user: 'U0BOB', ts: offer.ts, actionId: 'fold-into-board' })
      .ack;
    const board = await whenLive(bot, /^10 images · waiting/);
    expect(drawn(board)).toContain('`app-10:1`');
    await bot.until(
      'ten messages that say so',
      () =>
        bot.slack.messages('C0GENERAL').filter((one) => drawn(one).includes('Now on a board')).length === 10,
    );
    await someTicks();
    expect(lives(bot).filter((live) => drawn(live).includes('stop-watching'))).toEqual([]);
  });
});
