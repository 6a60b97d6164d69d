import { describe, expect } from 'vitest';
import { drawn, type RunningBot, test } from '../../support/running-bot.ts';

/** No member of C0TEAM. */
const stranger = 'U0CAROL';

type Filled = Readonly<Record<string, string>>;

/** Opens App Home and the modal of its button, and fills that in; returns the acknowledgement. */
async function fill(bot: RunningBot, actionId: string, filled: Filled, user = 'U0ALICE') {
  await bot.openHome(user);
  const opened = bot.slack.calls('views.open').length;
  await bot.slack.clickHome({ user, actionId }).ack;
  await bot.until('the dialog', () => bot.slack.calls('views.open').length > opened);
  return (await bot.slack.submit({ user, filled }).ack)?.payload;
}

const watch = (bot: RunningBot, filled: Filled, user?: string) => fill(bot, 'watch-from-home', filled, user);
const errors = (payload: unknown): string => JSON.stringify(payload ?? null);

describe.concurrent('Watch an image… on App Home', () => {
  test('watches in the conversation that was chosen, and App Home shows it', async ({ bot }) => {
    bot.startScan();
    expect(await watch(bot, { image: 'alpine:3.16', conversation: 'C0TEAM' })).toEqual({});
    await bot.whenLive(/discovering/, 'C0TEAM');
    await bot.until('the watch on App Home', () => bot.home().includes('in <#C0TEAM>'));
  });

  test('makes a board of several images', async ({ bot }) => {
    expect(await watch(bot, { image: 'alpine:3.16 and nginx:1.25', conversation: 'C0GENERAL' })).toEqual({});
    await bot.whenLive(/^2 images · /);
  });

  test.for([
    [{ image: 'thanks', conversation: 'C0GENERAL' }, /"image":"I find no image in that/],
    [{ image: 'alpine 3.16', conversation: 'C0GENERAL' }, /"image":"A tag follows its image/],
    [{ image: 'acme/api:1:2', conversation: 'C0GENERAL' }, /"image":"The tag 1:2 has a character/],
    [{ image: '', conversation: 'C0GENERAL' }, /"image":"I find no image in that/],
    [{ image: 'alpine:3.16' }, /"conversation":"Choose a conversation/],
  ] as const)(
    'says at its field what is wrong, and watches nothing: %o',
    async ([filled, expected], { bot }) => {
      expect(errors(await watch(bot, filled))).toMatch(expected);
      expect(bot.lives()).toEqual([]);
    },
  );

  test('posts nowhere where the person is no member', async ({ bot }) => {
    const payload = await watch(bot, { image: 'alpine:3.16', conversation: 'C0TEAM' }, stranger);
    expect(errors(payload)).toMatch(/"conversation":"Only members of a conversation can watch in it/);
    expect(bot.lives('C0TEAM')).toEqual([]);
  });
});

describe.concurrent('the settings on App Home', () => {
  test('are those of the person’s channels, and can be changed there', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    expect(await bot.openHome()).toContain(
      '<#C0TEAM>\\nlive messages on · completion post in the thread · mentions on',
    );
    expect(await fill(bot, 'change-settings', { mentions: 'off' })).toEqual({});
    await bot.until('the answer', () =>
      bot.slack.ephemerals('U0ALICE').some((one) => drawn(one).includes('off: nobody is mentioned')),
    );
    expect(await bot.openHome()).toContain('mentions off');
  });

  test('are those of a channel that has only a digest of the week, too', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    expect(await fill(bot, 'change-settings', { digest: 'monday' })).toEqual({});
    expect(await bot.clickHome('unsubscribe')).toContain('There are none. To follow every scan');
    expect(bot.home()).toContain('Settings of my channels');
    expect(bot.home()).toContain('<#C0TEAM>');
    expect(await bot.openHome(stranger)).not.toContain('C0TEAM');
  });

  test('of channels that a person is in are not shown to others', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    expect(await bot.openHome(stranger)).not.toContain('Settings of my channels');
  });
});
