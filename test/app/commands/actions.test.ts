import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { drawn, type RunningBot, someTicks, test } from '../../support/running-bot.ts';
import { isRecord } from '../../support/fake-slack/fake-slack-arguments.ts';
import { toEnvelope } from '../../support/fake-slack/socket/fake-slack-envelopes.ts';

/** Ephemeral messages of the two people here. */
const ephemeralTextsOfBoth = (bot: RunningBot) => [...bot.ephemeralTexts(), ...bot.ephemeralTexts('U0BOB')];

const whenShared = (bot: RunningBot) => bot.until('a message for all', () => bot.messages('C0GENERAL')[0]);

describe.concurrent('the buttons of an answer', () => {
  test('Watch here begins a watch in the channel', async ({ bot }) => {
    bot.startScan();
    const answer = await bot.reply('alpine:3.16');
    await bot.click(answer, 'watch-here');
    await bot.whenLive(/discovering/);
    await bot.click(answer, 'watch-here');
    await bot.whenEphemeral(/already watched here/);
    bot.pass(200_000);
    await bot.whenEnded(/completed/);
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
  });

  test('Share here shows it to all, with the name of who shared it', async ({ bot }) => {
    const answer = await bot.reply('alpine:3.16');
    await bot.click(answer, 'share-here');
    const shared = await whenShared(bot);
    expect(shared.text).toMatch(/^alpine:3.16 · not running/);
    expect(drawn(shared)).toContain('Shared by <@U0ALICE>');
    expect(drawn(shared)).not.toContain('share-here');
    await bot.click(shared, 'watch-here', { user: 'U0BOB' });
    expect(drawn(await bot.whenLive(/waiting/))).toContain('<@U0BOB>');
    expect(bot.slack.ephemerals('U0ALICE').map(({ ts }) => ts)).toEqual([answer.ts]);
  });

  test('Refresh replaces it', async ({ bot }) => {
    const answer = await bot.reply('alpine:3.16');
    bot.startHalfAScan();
    // For ten seconds at most the snapshot counts as fresh.
    await sleep(11_000);
    await bot.click(answer, 'refresh');
    await bot.until('the refreshed answer', () => bot.ephemeralTexts()[0]?.includes('scanning'));
    expect(bot.ephemeralTexts()).toEqual(['alpine:3.16 · scanning · tags 1/1 · images 6/12']);
    expect(bot.slack.ephemerals('U0ALICE').map(({ ts }) => ts)).toEqual([answer.ts]);
    expect(bot.slack.messages()).toEqual([]);
  });

  test('Refresh of a shared answer keeps it one for all', async ({ bot }) => {
    await bot.click(await bot.reply('alpine:3.16'), 'share-here');
    await bot.click(await whenShared(bot), 'refresh', { user: 'U0BOB' });
    const refreshed = await bot.until('the refreshed one', () =>
      bot.messages('C0GENERAL').find(({ states }) => states.length === 2),
    );
    expect(drawn(refreshed)).not.toContain('share-here');
    expect(bot.slack.ephemerals('U0BOB')).toEqual([]);
  });

  test('Open in Console is acknowledged and does nothing', async ({ bot }) => {
    await bot.click(await bot.reply('alpine:3.16'), 'open-in-console');
    await someTicks();
    expect(bot.ephemeralTexts()).toHaveLength(1);
    expect(bot.slack.messages()).toEqual([]);
  });
});

describe.concurrent('Stop watching', () => {
  test('on the live message ends it for all, and says who did it', async ({ bot }) => {
    const live = await bot.watchNewScan();
    await bot.click(live, 'stop-watching', { user: 'U0BOB' });
    const final = await bot.whenShown('stopped by <@U0BOB>');
    expect(drawn(final)).toContain('Watch here again');
    bot.pass(60_000);
    await someTicks();
    expect(bot.lives()).toEqual([final]);
    expect(bot.ephemeralTexts('U0BOB')).toEqual([]);
    await bot.click(live, 'watch-here', { user: 'U0BOB' });
    await bot.whenLive(/scanning/);
    bot.pass(60_000);
    await bot.whenEnded(/completed.*<@U0BOB>/);
  });

  test('in a list draws the list anew', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.until('two live messages', () => bot.lives().length === 2);
    const { blocks, ...shown } = await bot.reply('list');
    const [value] = blocks.flatMap((block) => {
      const { text, accessory } = block as { text?: { text: string }; accessory?: { value: string } };
      return text?.text.includes('alpine') && accessory !== undefined ? [accessory.value] : [];
    });
    await bot.click(shown, 'stop-in-list', { value: value ?? '' });
    const list = await bot.whenEphemeral(/^1 scan is watched here/);
    expect(list.ts).toBe(shown.ts);
    expect(drawn(list)).not.toContain('alpine');
    await bot.whenShown('No longer watched');
    await bot.click(shown, 'stop-in-list');
    await bot.whenEphemeral(/^Nothing is watched here/);
  });

  test('of a watch that has ended answers so', async ({ bot }) => {
    const live = await bot.watchNewScan();
    const list = await bot.reply('list');
    bot.pass(200_000);
    const end = await bot.whenEnded(/completed/);
    await bot.until('the final state', () => bot.lives().some((one) => one.text.includes('completed')));
    await bot.click(list, 'stop-in-list');
    await bot.whenEphemeral(/This watch has already ended/);
    await bot.whenEphemeral(/^Nothing is watched here/);
    await someTicks();
    expect(bot.slack.messages().map((one) => one.ts)).toEqual([live.ts, end.ts]);
  });

  test('pressed by two people at once stops it once', async ({ bot }) => {
    const live = await bot.watch();
    await Promise.all(['U0ALICE', 'U0BOB'].map((user) => bot.click(live, 'stop-watching', { user })));
    await bot.until('one of them being refused', () => ephemeralTextsOfBoth(bot).length > 0);
    await someTicks();
    expect(ephemeralTextsOfBoth(bot)).toEqual(['This watch has already ended.']);
    expect(bot.lives()).toHaveLength(1);
  });
});

describe.concurrent('a click that cannot be read', () => {
  const button = (value: unknown, action_id = 'watch-here') => ({ type: 'button', action_id, value });
  const MALFORMED: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['no actions', { actions: [] }],
    ['no list of actions', { actions: 'watch-here' }],
    ['an unknown button', { actions: [button('x', 'format-disk')] }],
    ['no value', { actions: [button(undefined)] }],
    ['a value of another type', { actions: [button({ a: 1 })] }],
    ['a target that is none', { actions: [button('{"kind":"image"')] }],
    ['a hostile target', { actions: [button('<!channel>')] }],
    ['a very long target', { actions: [button('a/'.repeat(50_000))] }],
    ['an unknown watch', { actions: [button('no-such-watch', 'stop-watching')] }],
    ['no channel', { channel: undefined, actions: [button('alpine:3.16')] }],
    ['no user', { user: undefined, actions: [button('alpine:3.16')] }],
    ['a container of another type', { container: 'message', actions: [button('alpine:3.16')] }],
    ['a response_url that nobody has', { response_url: 'http://127.0.0.1:9/', actions: [button('redis:7')] }],
  ];

  test.for(MALFORMED)('with %s does nothing and kills nothing', async ([, changes], { bot }) => {
    const { channel, ts } = await bot.reply('alpine:3.16');
    const { envelope } = bot.slack.click({ channel, user: 'U0ALICE', ts, actionId: 'open-in-console' });
    // Another trigger: what repeats one reaches no listener.
    const payload = { ...envelope.payload, trigger_id: 'malformed', ...changes };
    const sent = bot.slack.redeliver(
      { envelope: toEnvelope('interactive', payload), ack: Promise.resolve(null) },
      'same-envelope',
    );
    await someTicks();
    expect(isRecord(sent.envelope.payload)).toBe(true);
    expect(bot.log().map(({ msg }) => msg)).not.toContain('command failed');
    expect(bot.ends()).toEqual([]);
    expect(bot.lives().every((live) => live.text.startsWith('redis:7'))).toBe(true);
    await bot.reply('help', /What you can type/, { user: 'U0BOB' });
  });
});

describe.concurrent('a private channel without the bot', () => {
  const channel = 'C0SECRET';

  test('is answered, and watch tells to invite it and ends', async ({ bot }) => {
    await bot.reply('alpine:3.16', /^/, { channel });
    const invite = await bot.reply('watch alpine:3.16', /I cannot post here/, { channel });
    expect(drawn(invite)).toContain('/invite @scanprogress');
    expect(drawn(await bot.reply('list', /^/, { channel }))).toContain('Nothing is watched here');
    expect(bot.ephemeralTexts().filter((text) => /cannot post/.test(text))).toHaveLength(1);
  });

  test('is watched once it is a member', async ({ bot }) => {
    await bot.reply('watch alpine:3.16', /I cannot post here/, { channel });
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.watchNewScan({}, { channel });
    bot.pass(200_000);
    await bot.whenEnded(/completed/, channel);
    await bot.expectInTheEnd({ lives: 1, ends: 1 }, channel);
    await bot.whenAnswered('list', /Nothing is watched here/);
  });

  test('ends none of the watches elsewhere', async ({ bot }) => {
    bot.startScan();
    await bot.type('watch alpine:3.16');
    await bot.reply('watch alpine:3.16', /I cannot post here/, { channel });
    bot.pass(200_000);
    await bot.whenEnded(/completed/);
  });
});
