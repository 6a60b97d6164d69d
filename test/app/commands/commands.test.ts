import { describe, expect } from 'vitest';
import { FOUR_REGISTRIES } from '../../../src/demo/scripts.ts';
import { drawn, someTicks, stateOf, test } from '../../support/running-bot.ts';

const ALICE = '<@U0ALICE>';
const BOB = '<@U0BOB>';

describe.concurrent('asked how far a scan is', () => {
  test('without a name it tells of all registries', async ({ bot }) => {
    await bot.reply('', /^Registry scan · not running · tags 0\/0 · images 0\/0$/);
    bot.console.startRegularScan(FOUR_REGISTRIES);
    bot.pass(60_000);
    const answer = await bot.whenAnswered(
      '',
      /^Registry scan · discovering · tags \d+\/22 · images \d+\/\d+$/,
    );
    expect(drawn(answer)).toContain('ghcr.io');
    expect(bot.slack.calls('chat.postMessage')).toEqual([]);
  });

  test('without a name it names what runs and is watched there, to members alone', async ({ bot }) => {
    const channel = 'C0TEAM';
    // By now no member of it.
    const gone = { channel, user: 'U0CAROL' };
    bot.startHalfAScan();
    await bot.type('watch alpine:3.16', { channel });
    await bot.type('watch redis:7', { channel });
    await bot.whenLive(/^alpine:3.16 · scanning/, channel);
    const answer = await bot.reply('what is running?', /^Registry scan · not running/, gone);
    expect(drawn(answer)).toContain('`alpine:3.16` · scanning · tags 1/1 · images 6/12');
    expect(drawn(answer)).not.toContain('redis');
    expect(drawn(await bot.reply('what is running?'))).not.toContain('alpine');
    await bot.click(answer, 'refresh', gone);
    await bot.until(
      'a reply without it',
      () => !drawn(bot.slack.ephemerals('U0CAROL')[0]!).includes('alpine'),
    );
  });

  test('it tells of one image before, while and after it is scanned', async ({ bot }) => {
    const ask = (text: RegExp) => bot.whenAnswered('alpine:3.16', text);
    await ask(/^alpine:3.16 · not running · tags 0\/0 · images 0\/0$/);
    bot.startScan();
    await ask(/^alpine:3.16 · discovering · tags 0\/1 · images 0\/0$/);
    bot.pass(60_000);
    const scanning = await ask(/^alpine:3.16 · scanning · tags 1\/1 · images 6\/12$/);
    expect(drawn(scanning)).toContain('watch-here');
    bot.pass(60_000);
    const completed = await ask(/^alpine:3.16 · completed · tags 1\/1 · images 12\/12$/);
    expect(drawn(completed)).not.toContain('watch-here');
    expect(bot.slack.responses.every(({ body }) => body['response_type'] === 'ephemeral')).toBe(true);
    expect(bot.slack.messages()).toEqual([]);
  });

  test('the end that it told is still told to who asks next', async ({ bot }) => {
    bot.startScan();
    bot.pass(200_000);
    await bot.reply('alpine:3.16', /completed/);
    await bot.reply('alpine:3.16', /completed/, { user: 'U0BOB' });
  });

  test('a tag left out means latest, and it says so', async ({ bot }) => {
    const answer = await bot.reply('alpine', /^alpine:latest · not running/);
    expect(drawn(answer)).toContain('No tag was given, so this is `latest`');
    expect(bot.console.requests.map(({ query }) => query['tag'])).toContain('latest');
  });

  test('it shows a live message that is here already in place of offering one', async ({ bot }) => {
    const live = await bot.watch();
    await bot.whenLogged(/^delivered$/);
    const answer = await bot.reply('alpine:3.16', /alpine:3.16/);
    expect(drawn(answer)).toContain(`https://fake.slack.com/archives/C0GENERAL/p${live.ts.replace('.', '')}`);
    expect(drawn(answer)).not.toContain('watch-here');
  });

  test('a Console that hangs delays no acknowledgement, and the person is told', async ({ bot }) => {
    await bot.console.setFault({ kind: 'slow', ms: 3_600_000 });
    expect(await bot.type('alpine:3.16')).not.toBeNull();
    expect(await bot.type('')).not.toBeNull();
    expect(await bot.type('list')).not.toBeNull();
    const answered = { text: expect.stringMatching(/Nothing is watched/) as string };
    expect(bot.slack.acks.map(({ payload }) => payload)).toMatchObject([{}, {}, answered]);
    expect(await bot.type('watch alpine:3.16', { user: 'U0BOB' })).not.toBeNull();
    await bot.whenEphemeral(/Nothing is watched/);
    const late = () =>
      bot.ephemeralTexts().filter((text) => /The Console has not answered within/.test(text));
    await bot.until('both being told', () => late().length === 2);
    expect(stateOf(bot.lives()[0])).toBe('waiting');
  });
});

describe.concurrent('watch', () => {
  test('posts one message, edits it until the end, and tells the end once below it', async ({ bot }) => {
    bot.startScan();
    await bot.type('watch alpine:3.16');
    const live = await bot.whenLive(/^alpine:3.16 · discovering · tags 0\/1 · images 0\/0$/);
    bot.pass(60_000);
    await bot.whenLive(/^alpine:3.16 · scanning · tags 1\/1 · images 6\/12$/);
    bot.pass(30_000);
    await bot.whenLive(/images 10\/12$/);
    bot.pass(30_000);
    const end = await bot.whenEnded(/^alpine:3.16 · completed · tags 1\/1 · images 12\/12/);
    const final = await bot.whenLive(/^alpine:3.16 · completed · tags 1\/1 · images 12\/12$/);
    await someTicks();
    expect(end).toMatchObject({ thread: live.ts, text: expect.stringContaining(ALICE) });
    expect(final.ts).toBe(live.ts);
    expect(drawn(final)).not.toContain('stop-watching');
    expect(bot.slack.messages().map(({ ts }) => ts)).toEqual([live.ts, end.ts]);
    expect(bot.slack.messages()[0]?.states.length).toBe(final.states.length);
    // The message itself is enough.
    expect(bot.ephemeralTexts()).toEqual([]);
  });

  test('by several people is one message, which mentions all of them at the end', async ({ bot }) => {
    const live = await bot.watchNewScan();
    await bot.whenLogged(/^delivered$/);
    const joined = await bot.reply('watch alpine:3.16', /already watched here/, { user: 'U0BOB' });
    expect(drawn(joined)).toContain('You will be mentioned, too');
    expect(drawn(joined)).toContain(live.ts.replace('.', ''));
    const again = await bot.reply('watch alpine:3.16', /^/, { user: 'U0BOB' });
    expect(drawn(again)).toContain('You will be mentioned when it ends');
    bot.pass(200_000);
    const end = await bot.whenEnded(/completed/);
    expect(end.text).toContain(`${ALICE}, ${BOB}`);
    expect(end.text.split(BOB)).toHaveLength(2);
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
  });

  test('by several people at the same instant is one message', async ({ bot }) => {
    bot.startScan();
    const people = ['U0ALICE', 'U0BOB', 'U0ALICE', 'U0BOB', 'U0ALICE'];
    await Promise.all(people.map((user) => bot.type('watch alpine:3.16', { user })));
    await bot.whenLive(/discovering/);
    bot.pass(200_000);
    const end = await bot.whenEnded(/completed/);
    await someTicks();
    expect([ALICE, BOB].every((person) => end.text.includes(person))).toBe(true);
    expect([bot.lives().length, bot.ends().length]).toEqual([1, 1]);
  });

  test('without a name follows the regular scan', async ({ bot }) => {
    bot.console.startRegularScan(FOUR_REGISTRIES);
    await bot.type('watch');
    await bot.whenLive(/^Registry scan · discovering/);
    bot.pass(300_000);
    const end = await bot.whenEnded(/^Registry scan · (completed|failed)/);
    expect(end.text).toContain(ALICE);
  });

  test('of a name without a tag says that latest is meant', async ({ bot }) => {
    const answer = await bot.reply('watch alpine', /Watching/);
    expect(drawn(answer)).toContain('No tag was given, so this is `latest`');
    await bot.whenLive(/^alpine:latest · waiting/);
  });

  test('after an end waits for the next scan and posts anew', async ({ bot }) => {
    bot.startHalfAScan();
    await bot.type('watch alpine:3.16');
    await bot.whenLive(/scanning/);
    bot.pass(60_000);
    await bot.whenEnded(/completed/);
    await bot.watch();
    bot.startHalfAScan();
    await bot.whenLive(/scanning/);
    bot.pass(60_000);
    await bot.until('two ends', () => bot.ends().length === 2);
    expect(bot.lives()).toHaveLength(2);
  });
});

describe.concurrent('a watch that waits', () => {
  test.for([
    [
      'registry.elsewhere.example/app:1',
      'Out of scope*, it seems: no registry specification of the Console covers this image',
    ],
    ['redis:7', 'Nobody has started it yet'],
  ] as const)('for %s says what the settings tell: %s', async ([written, line], { botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'U0ALICE' } });
    await bot.type(`watch ${written}`);
    await bot.whenShown(line);
    expect(bot.lives().map(drawn).join()).not.toContain('ost likely');
  });
});
