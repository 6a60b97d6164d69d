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
  ephemeralTexts,
  whenAnswered,
  whenEnded,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';
import { isRecord } from '../../support/fake-slack/fake-slack-arguments.ts';
import { toEnvelope } from '../../support/fake-slack/socket/fake-slack-envelopes.ts';

/** The reply to Alice's question in a channel, with its buttons. */
async function answerOf(bot: RunningBot, text: string, channel = 'C0GENERAL') {
  const before = ephemeralTexts(bot).length;
  await bot.type(text, { channel });
  return bot.until('an answer', () => bot.slack.ephemerals('U0ALICE')[before]);
}

interface Press {
  readonly ts: string;
  readonly actionId: string;
  readonly channel?: string;
  readonly user?: string;
  readonly value?: string;
}

async function press({ slack }: RunningBot, { channel = 'C0GENERAL', user = 'U0ALICE', ...click }: Press) {
  expect(await slack.click({ channel, user, ...click }).ack).toMatchObject({ payload: {} });
}

describe.concurrent('the buttons of an answer', () => {
  test('Watch here begins a watch in the channel', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    const { ts } = await answerOf(bot, 'alpine:3.16');
    await press(bot, { ts, actionId: 'watch-here' });
    await whenLive(bot, /discovering/);
    await press(bot, { ts, actionId: 'watch-here' });
    await whenEphemeral(bot, /already watched here/);
    bot.pass(200_000);
    await whenEnded(bot, /completed/);
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 1]);
  });

  test('Share here shows it to all, with the name of who shared it', async ({ bot }) => {
    const { ts } = await answerOf(bot, 'alpine:3.16');
    await press(bot, { ts, actionId: 'share-here' });
    const shared = await bot.until('a message for all', () => bot.slack.messages('C0GENERAL')[0]);
    expect(shared.text).toMatch(/^alpine:3.16 · not running/);
    expect(drawn(shared)).toContain('Shared by <@U0ALICE>');
    expect(drawn(shared)).not.toContain('share-here');
    await press(bot, { ts: shared.ts, actionId: 'watch-here', user: 'U0BOB' });
    const live = await whenLive(bot, /waiting/);
    expect(drawn(live)).toContain('<@U0BOB>');
    expect(bot.slack.ephemerals('U0ALICE').map((one) => one.ts)).toEqual([ts]);
  });

  test('Refresh replaces it', async ({ bot }) => {
    const { ts } = await answerOf(bot, 'alpine:3.16');
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    const refreshed = await bot.until('the refreshed answer', async () => {
      await press(bot, { ts, actionId: 'refresh' });
      const [answer] = bot.slack.ephemerals('U0ALICE');
      return answer !== undefined && answer.text.includes('scanning') && answer;
    });
    expect(refreshed.text).toBe('alpine:3.16 · scanning · tags 1/1 · images 6/12');
    expect(bot.slack.ephemerals('U0ALICE').map((one) => one.ts)).toEqual([ts]);
    expect(bot.slack.messages()).toEqual([]);
  });

  test('Refresh of a shared answer keeps it one for all', async ({ bot }) => {
    const { ts } = await answerOf(bot, 'alpine:3.16');
    await press(bot, { ts, actionId: 'share-here' });
    const shared = await bot.until('a message for all', () => bot.slack.messages('C0GENERAL')[0]);
    await press(bot, { ts: shared.ts, actionId: 'refresh', user: 'U0BOB' });
    const refreshed = await bot.until('the refreshed one', () => {
      const [message] = bot.slack.messages('C0GENERAL');
      return message !== undefined && message.states.length === 2 && message;
    });
    expect(drawn(refreshed)).not.toContain('share-here');
    expect(bot.slack.ephemerals('U0BOB')).toEqual([]);
  });

  test('Open in Console is acknowledged and does nothing', async ({ bot }) => {
    const { ts } = await answerOf(bot, 'alpine:3.16');
    await press(bot, { ts, actionId: 'open-in-console' });
    await someTicks();
    expect(ephemeralTexts(bot)).toHaveLength(1);
    expect(bot.slack.messages()).toEqual([]);
  });
});

describe.concurrent('Stop watching', () => {
  test('on the live message ends it for all, and says who did it', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    const { ts } = await whenLive(bot, /discovering/);
    await press(bot, { ts, actionId: 'stop-watching', user: 'U0BOB' });
    const final = await bot.until('the final state', () =>
      lives(bot).find((live) => drawn(live).includes('stopped by <@U0BOB>')),
    );
    expect(drawn(final)).toContain('Watch here again');
    bot.pass(60_000);
    await someTicks();
    expect(lives(bot)).toEqual([final]);
    expect(ephemeralTexts(bot, 'U0BOB')).toEqual([]);
    await press(bot, { ts, actionId: 'watch-here', user: 'U0BOB' });
    await whenLive(bot, /scanning/);
    bot.pass(60_000);
    await whenEnded(bot, /completed.*<@U0BOB>/);
  });

  test('in a list draws the list anew', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await bot.type('watch redis:7');
    await bot.until('two live messages', () => lives(bot).length === 2);
    const { ts, blocks } = await answerOf(bot, 'list');
    const [value] = blocks.flatMap((block) => {
      const { text, accessory } = block as { text?: { text: string }; accessory?: { value: string } };
      return text?.text.includes('alpine') && accessory !== undefined ? [accessory.value] : [];
    });
    await press(bot, { ts, actionId: 'stop-in-list', value: value ?? '' });
    const list = await whenEphemeral(bot, /^1 scan is watched here/);
    expect(list.ts).toBe(ts);
    expect(drawn(list)).not.toContain('alpine');
    await bot.until('the final state', () =>
      lives(bot).some((live) => drawn(live).includes('No longer watched')),
    );
    await press(bot, { ts, actionId: 'stop-in-list' });
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('of a watch that has ended answers so', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    const live = await whenLive(bot, /discovering/);
    const { ts } = await answerOf(bot, 'list');
    bot.pass(200_000);
    const end = await whenEnded(bot, /completed/);
    await bot.until('the final state', () => lives(bot).some((one) => one.text.includes('completed')));
    await press(bot, { ts, actionId: 'stop-in-list' });
    await whenEphemeral(bot, /This watch has already ended/);
    await whenEphemeral(bot, /^Nothing is watched here/);
    await someTicks();
    expect(bot.slack.messages().map((one) => one.ts)).toEqual([live.ts, end.ts]);
  });

  test('pressed by two people at once stops it once', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    const { ts } = await whenLive(bot, /waiting/);
    const clicks = ['U0ALICE', 'U0BOB'].map((user) =>
      bot.slack.click({ channel: 'C0GENERAL', ts, user, actionId: 'stop-watching' }),
    );
    await Promise.all(clicks.map(({ ack }) => ack));
    await bot.until(
      'one of them being told',
      () => [...ephemeralTexts(bot), ...ephemeralTexts(bot, 'U0BOB')].length > 0,
    );
    await someTicks();
    expect([...ephemeralTexts(bot), ...ephemeralTexts(bot, 'U0BOB')]).toEqual([
      'This watch has already ended.',
    ]);
    expect(lives(bot)).toHaveLength(1);
  });
});

describe.concurrent('a click that cannot be read', () => {
  const button = (value: unknown, action_id: unknown = 'watch-here') => ({
    type: 'button',
    action_id,
    value,
  });
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
    const { ts } = await answerOf(bot, 'alpine:3.16');
    const { envelope } = bot.slack.click({
      channel: 'C0GENERAL',
      user: 'U0ALICE',
      ts,
      actionId: 'open-in-console',
    });
    // Another trigger: what repeats one reaches no listener.
    const payload = { ...envelope.payload, trigger_id: 'malformed', ...changes };
    const sent = bot.slack.redeliver(
      { envelope: toEnvelope('interactive', payload), ack: Promise.resolve(null) },
      'same-envelope',
    );
    await someTicks();
    expect(isRecord(sent.envelope.payload)).toBe(true);
    expect(bot.log().map(({ msg }) => msg)).not.toContain('command failed');
    expect(ends(bot)).toEqual([]);
    expect(lives(bot).every((live) => live.text.startsWith('redis:7'))).toBe(true);
    await bot.type('help', { user: 'U0BOB' });
    await whenEphemeral(bot, /What you can type/, 'U0BOB');
  });
});

describe.concurrent('a private channel without the bot', () => {
  const channel = 'C0SECRET';

  test('is answered, and watch tells to invite it and ends', async ({ bot }) => {
    await answerOf(bot, 'alpine:3.16', channel);
    await bot.type('watch alpine:3.16', { channel });
    const invite = await whenEphemeral(bot, /I cannot post here/);
    expect(drawn(invite)).toContain('/invite @scanprogress');
    expect(drawn(await answerOf(bot, 'list', channel))).toContain('Nothing is watched here');
    expect(ephemeralTexts(bot).filter((text) => /cannot post/.test(text))).toHaveLength(1);
  });

  test('is watched once it is a member', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16', { channel });
    await whenEphemeral(bot, /I cannot post here/);
    bot.slack.changeChannel(channel, { isMember: true });
    await bot.type('watch alpine:3.16', { channel });
    await whenLive(bot, /discovering/, channel);
    bot.pass(200_000);
    await whenEnded(bot, /completed/, channel);
    await someTicks();
    expect([lives(bot, channel).length, ends(bot, channel).length]).toEqual([1, 1]);
    await whenAnswered(bot, 'list', /Nothing is watched here/);
  });

  test('ends none of the watches elsewhere', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await bot.type('watch alpine:3.16', { channel });
    await whenEphemeral(bot, /I cannot post here/);
    bot.pass(200_000);
    await whenEnded(bot, /completed/);
  });
});
