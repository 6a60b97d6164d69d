import { describe, expect } from 'vitest';
import { ALPINE, drawn, SCAN, someTicks, test } from '../../support/running-bot.ts';

const REDIS = { ...ALPINE, repository: 'library/redis', tag: '7' };

describe.concurrent('unwatch', () => {
  test('leaves a final state that says who stopped it, and silence', async ({ bot }) => {
    bot.startHalfAScan();
    await bot.type('watch alpine:3.16');
    await bot.whenLive(/scanning/);
    await bot.reply('unwatch alpine:3.16', /no longer watched here/, { user: 'U0BOB' });
    const final = await bot.whenShown('No longer watched');
    expect(drawn(final)).toContain('stopped by <@U0BOB>');
    await someTicks();
    const asked = bot.console.requests.length;
    bot.pass(60_000);
    await someTicks();
    expect(bot.lives()).toEqual([final]);
    expect(bot.ends()).toEqual([]);
    expect(bot.console.requests.length).toBe(asked);
  });

  test('at once after watch leaves no message that would go on', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.reply('unwatch alpine:3.16', /no longer watched here/);
    await someTicks();
    expect(bot.lives().filter((live) => !drawn(live).includes('No longer watched'))).toEqual([]);
    expect(bot.ends()).toEqual([]);
  });

  test('of what is not watched says what is', async ({ bot }) => {
    const nothing = await bot.reply('unwatch alpine:3.16', /is not watched here/);
    expect(drawn(nothing)).toContain('/scanprogress watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch');
    const others = await bot.reply('unwatch alpine:3.16', /is not watched here/, { user: 'U0BOB' });
    expect(drawn(others)).toContain('The registry scan is watched here');
    expect(drawn(others)).toContain('The scan of `redis:7` is watched here');
  });

  test('ends the one that was meant and no other', async ({ bot }) => {
    bot.startScan();
    bot.console.startImageScan(REDIS, SCAN);
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch alpine:3.16', { channel: 'C0PUBLIC' });
    await bot.type('unwatch alpine:3.16');
    await bot.whenLive(/^redis:7 · (discovering|scanning)/);
    bot.pass(200_000);
    await bot.whenEnded(/^redis:7 · completed/);
    await bot.whenEnded(/^alpine:3.16 · completed/, 'C0PUBLIC');
    await someTicks();
    expect(bot.ends()).toHaveLength(1);
  });
});

describe.concurrent('list', () => {
  test('shows what is watched here with its state and a button each', async ({ bot }) => {
    bot.startHalfAScan();
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch alpine:3.16', { channel: 'C0TEAM' });
    await bot.whenLive(/^alpine:3.16 · scanning/);
    await bot.whenLive(/^redis:7 · waiting/);
    const list = await bot.reply('list', /^2 scans are watched here$/);
    expect(drawn(list)).toMatch(/`alpine:3.16`.*scanning · tags 1\/1 · images 6\/12/);
    expect(drawn(list)).toMatch(/`redis:7`/);
    expect(drawn(list).split('"stop-in-list"')).toHaveLength(3);
    expect(drawn(list)).toContain('<@U0ALICE>');
  });

  test('of nothing says how to begin', async ({ bot }) => {
    expect(drawn(await bot.reply('list', /^Nothing is watched here/))).toContain('/scanprogress watch');
  });
});

describe.concurrent('what is not understood', () => {
  test.for([
    ['wathc', /^I do not know `wathc`. Did you mean `\/scanprogress watch`\?$/],
    ['wathc alpine:3.16', /^alpine:3.16 · not running/],
    [
      'watch alpine:3.16 zebra',
      /^I did not understand `zebra`. Did you mean `\/scanprogress watch alpine:3.16`\?$/,
    ],
    ['subscribe #ops to alpine:3.16', /^A subscription is for the channel in which you type it/],
    ['watch alpine 3.16', /Did you mean `\/scanprogress watch alpine:3.16`/],
    ['scan now', /^Scan what\? Nothing was started/],
    ['thanks', /^👋/],
    ['hlep', /Did you mean `\/scanprogress help`/],
    ['scann', /Did you mean `\/scanprogress scan`/],
    ['unsubscribe alpine:3.16', /^This channel is not subscribed to `alpine:3.16`\.$/],
    ['scan alpine:3.16', /^Nobody may start or stop scans from Slack yet\.$/],
    ['stop', /^Nobody may start or stop scans from Slack yet\.$/],
    ['stop alpine:3.16', /stops the registry scan, and takes no image/],
    ['history', /^No registry scan was seen yet/],
    ['scan alpine:3.16 redis:7', /takes one image at a time/],
    ['settings', /^Settings of this channel$/],
    ['Alpine:3.16', /^alpine:3.16 · not running/],
    ['alpine:3.16 redis:7', /^2 images are named here$/],
    ['watch alpine:', /The tag is missing/],
    ['a'.repeat(5_000), /^I did not understand/],
    [`watch ${'x '.repeat(2_500)}`, null],
    ['watch '.repeat(800), null],
    ['<!channel> <!here>', null],
    ['@channel', null],
    ['watch <!channel>', null],
    ['unwatch <@U0BOB|bob>', null],
    ['"; drop table watches; --', null],
    ['\u202e\u0000\ud800 %s ${x} {{y}}', null],
    ['a/'.repeat(2_499), null],
    ['constructor', null],
    ['__proto__', null],
  ] as const)(
    '%o is answered in words, to that person alone, and mentions nobody',
    async ([text, words], { bot }) => {
      const answer = await bot.reply(text);
      const seen = `${answer.text} ${drawn(answer)}`;
      expect(seen).not.toMatch(/<!(channel|here|everyone)|<@|@(channel|here|everyone)/);
      if (words !== null) expect(answer.text).toMatch(words);
      expect(answer.text).not.toMatch(/Something went wrong/);
      expect(bot.ephemeralTexts()).toHaveLength(1);
      expect(bot.slack.responses.filter(({ error }) => error !== null)).toEqual([]);
      expect(bot.log().filter(({ level }) => ['error', 'fatal'].includes(level))).toEqual([]);
      // It is still there.
      await bot.reply('help', /What you can type/, { user: 'U0BOB' });
    },
  );

  test('help shows the grammar with examples', async ({ bot }) => {
    const help = drawn(await bot.reply('help', /What you can type/));
    for (const word of ['watch', 'unwatch', 'list', 'alpine:3.16']) expect(help).toContain(word);
  });

  test('more than twenty images are too many', async ({ bot }) => {
    const images = Array.from({ length: 21 }, (_, number) => `app${number}:1`);
    await bot.reply(`watch ${images.join(' ')}`, /20 images at most/);
    await someTicks();
    expect(bot.lives()).toEqual([]);
  });
});
