import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  SCAN,
  someTicks,
  test,
  ephemeralTexts,
  whenEnded,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';

const REDIS = { ...ALPINE, repository: 'library/redis', tag: '7' };

describe.concurrent('unwatch', () => {
  test('leaves a final state that says who stopped it, and silence', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /scanning/);
    await bot.type('unwatch alpine:3.16', { user: 'U0BOB' });
    await whenEphemeral(bot, /no longer watched here/, 'U0BOB');
    const final = await bot.until('the final state', () =>
      lives(bot).find((live) => drawn(live).includes('No longer watched')),
    );
    expect(drawn(final)).toContain('stopped by <@U0BOB>');
    await someTicks();
    const asked = bot.console.requests.length;
    bot.pass(60_000);
    await someTicks();
    expect(lives(bot)).toEqual([final]);
    expect(ends(bot)).toEqual([]);
    expect(bot.console.requests.length).toBe(asked);
  });

  test('at once after watch leaves no message that would go on', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('unwatch alpine:3.16');
    await whenEphemeral(bot, /no longer watched here/);
    await someTicks();
    expect(lives(bot).filter((live) => !drawn(live).includes('No longer watched'))).toEqual([]);
    expect(ends(bot)).toEqual([]);
  });

  test('of what is not watched says what is', async ({ bot }) => {
    await bot.type('unwatch alpine:3.16');
    const nothing = await whenEphemeral(bot, /is not watched here/);
    expect(drawn(nothing)).toContain('/scanprogress watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch');
    await bot.type('unwatch alpine:3.16', { user: 'U0BOB' });
    const others = await whenEphemeral(bot, /is not watched here/, 'U0BOB');
    expect(drawn(others)).toContain('The registry scan is watched here');
    expect(drawn(others)).toContain('The scan of `redis:7` is watched here');
  });

  test('ends the one that was meant and no other', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.console.startImageScan(REDIS, SCAN);
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch alpine:3.16', { channel: 'C0PUBLIC' });
    await bot.type('unwatch alpine:3.16');
    await whenLive(bot, /^redis:7 · (discovering|scanning)/);
    bot.pass(200_000);
    await whenEnded(bot, /^redis:7 · completed/);
    await whenEnded(bot, /^alpine:3.16 · completed/, 'C0PUBLIC');
    await someTicks();
    expect(ends(bot)).toHaveLength(1);
  });
});

describe.concurrent('list', () => {
  test('shows what is watched here with its state and a button each', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.type('watch alpine:3.16', { channel: 'C0TEAM' });
    await whenLive(bot, /^alpine:3.16 · scanning/);
    await whenLive(bot, /^redis:7 · waiting/);
    await bot.type('list');
    const list = await whenEphemeral(bot, /^2 scans are watched here$/);
    expect(drawn(list)).toMatch(/`alpine:3.16`.*scanning · tags 1\/1 · images 6\/12/);
    expect(drawn(list)).toMatch(/`redis:7`/);
    expect(drawn(list).split('"stop-in-list"')).toHaveLength(3);
    expect(drawn(list)).toContain('<@U0ALICE>');
  });

  test('of nothing says how to begin', async ({ bot }) => {
    await bot.type('list');
    expect(drawn(await whenEphemeral(bot, /^Nothing is watched here/))).toContain('/scanprogress watch');
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
      expect(await bot.type(text)).not.toBeNull();
      const [answer] = await bot.until(
        'an answer',
        () => ephemeralTexts(bot).length > 0 && bot.slack.ephemerals('U0ALICE'),
      );
      const seen = `${answer?.text} ${drawn(answer!)}`;
      expect(seen).not.toMatch(/<!(channel|here|everyone)|<@|@(channel|here|everyone)/);
      if (words !== null) expect(answer?.text).toMatch(words);
      expect(answer?.text).not.toMatch(/Something went wrong/);
      expect(ephemeralTexts(bot)).toHaveLength(1);
      expect(bot.slack.responses.filter(({ error }) => error !== null)).toEqual([]);
      expect(bot.log().filter(({ level }) => ['error', 'fatal'].includes(level))).toEqual([]);
      // It is still there.
      await bot.type('help', { user: 'U0BOB' });
      await whenEphemeral(bot, /What you can type/, 'U0BOB');
    },
  );

  test('help shows the grammar with examples', async ({ bot }) => {
    await bot.type('help');
    const help = drawn(await whenEphemeral(bot, /What you can type/));
    for (const word of ['watch', 'unwatch', 'list', 'alpine:3.16']) expect(help).toContain(word);
  });

  test('more than twenty images are too many', async ({ bot }) => {
    await bot.type(`watch ${Array.from({ length: 21 }, (_, n) => `app${n}:1`).join(' ')}`);
    await whenEphemeral(bot, /20 images at most/);
    await someTicks();
    expect(lives(bot)).toEqual([]);
  });
});
