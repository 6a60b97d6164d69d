import { describe, expect } from 'vitest';
import { ALPINE, drawn, lives, type RunningBot, SCAN, test, whenLive } from '../../support/running-bot.ts';

const user = 'U0ALICE';
/** No member of C0TEAM. */
const stranger = 'U0CAROL';

const homes = ({ slack }: RunningBot) => slack.calls('views.publish').length;
const homeOf = ({ slack }: RunningBot, who = user): string => JSON.stringify(slack.view('home', who) ?? null);

async function openHome(bot: RunningBot, who = user): Promise<void> {
  const before = homes(bot);
  await bot.slack.event({ type: 'app_home_opened', user: who, tab: 'home', event_ts: '1700000000.1' }).ack;
  await bot.until('App Home', () => homes(bot) > before);
}

/** Opens App Home and its dialog, and fills it in; what Slack is told. */
async function watch(bot: RunningBot, filled: Readonly<Record<string, string>>, who = user) {
  await openHome(bot, who);
  const opened = bot.slack.calls('views.open').length;
  await bot.slack.clickHome({ user: who, actionId: 'watch-from-home' }).ack;
  await bot.until('the dialog', () => bot.slack.calls('views.open').length > opened);
  return (await bot.slack.submit({ user: who, filled }).ack)?.payload;
}

const errors = (payload: unknown): string => JSON.stringify(payload ?? null);

describe.concurrent('Watch an image… on App Home', () => {
  test('watches in the conversation that was chosen, and App Home shows it', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    expect(await watch(bot, { image: 'alpine:3.16', conversation: 'C0TEAM' })).toEqual({});
    await whenLive(bot, /discovering/, 'C0TEAM');
    await bot.until('the watch on App Home', () => homeOf(bot).includes('in <#C0TEAM>'));
  });

  test('makes a board of several images', async ({ bot }) => {
    expect(await watch(bot, { image: 'alpine:3.16 and nginx:1.25', conversation: 'C0GENERAL' })).toEqual({});
    await whenLive(bot, /^2 images · /);
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
      expect(lives(bot)).toEqual([]);
    },
  );

  test('posts nowhere where the person is no member', async ({ bot }) => {
    const payload = await watch(bot, { image: 'alpine:3.16', conversation: 'C0TEAM' }, stranger);
    expect(errors(payload)).toMatch(/"conversation":"Only members of a conversation can watch in it/);
    expect(lives(bot, 'C0TEAM')).toEqual([]);
  });
});

describe.concurrent('the settings on App Home', () => {
  test('are those of the person’s channels, and can be changed there', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    await openHome(bot);
    expect(homeOf(bot)).toContain(
      '<#C0TEAM>\\nlive messages on · completion post in the thread · mentions on',
    );
    const opened = bot.slack.calls('views.open').length;
    await bot.slack.clickHome({ user, actionId: 'change-settings' }).ack;
    await bot.until('the dialog', () => bot.slack.calls('views.open').length > opened);
    expect((await bot.slack.submit({ user, filled: { mentions: 'off' } }).ack)?.payload).toEqual({});
    await bot.until('the answer', () =>
      bot.slack.ephemerals(user).some((one) => drawn(one).includes('off: nobody is mentioned')),
    );
    await openHome(bot);
    expect(homeOf(bot)).toContain('mentions off');
  });

  test('of channels that a person is in are not shown to others', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    await openHome(bot, stranger);
    expect(homeOf(bot, stranger)).not.toContain('Settings of my channels');
  });
});
