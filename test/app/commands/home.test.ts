import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  lives,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  whenEnded,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';

const user = 'U0ALICE';

const homeOf = ({ slack }: RunningBot, who = user): string => JSON.stringify(slack.view('home', who) ?? null);
const homes = ({ slack }: RunningBot) => slack.calls('views.publish').length;

/** Opens App Home; what it shows then. */
async function open(bot: RunningBot, who = user, tab = 'home'): Promise<string> {
  const before = homes(bot);
  const event = {
    type: 'app_home_opened',
    user: who,
    channel: `D${who.slice(1)}`,
    tab,
    event_ts: '1700000000.1',
  };
  expect(await bot.slack.event(event).ack).not.toBeNull();
  await bot.until('App Home', () => homes(bot) > before);
  return homeOf(bot, who);
}

async function press(bot: RunningBot, actionId: string, value?: string): Promise<string> {
  const before = homes(bot);
  const click = { user, actionId, ...(value === undefined ? {} : { value }) };
  expect(await bot.slack.clickHome(click).ack).not.toBeNull();
  await bot.until('App Home drawn anew', () => homes(bot) > before);
  return homeOf(bot);
}

describe.concurrent('App Home', () => {
  test('says what to do where nothing is watched yet', async ({ bot }) => {
    const home = await open(bot);
    expect(home).toContain('You watch nothing.');
    expect(home).toContain('There are none. To follow every scan');
    expect(home).not.toContain('It last answered at an unknown time');
  });

  test('tells where nothing is followed whether the Console answers whatever it is asked', async ({
    bot,
  }) => {
    await bot.until('the first look at the Console', () =>
      bot.log().some(({ msg }) => msg === 'the Console responds'),
    );
    expect(await open(bot)).toMatch(/✅ The Console answers\. It last answered at </);
    await bot.console.setFault({ kind: 'down' });
    await bot.type('alpine:3.16');
    await whenEphemeral(bot, /unknown/);
    expect(await open(bot)).toMatch(/❌ \*The Console cannot be reached\.\* It last answered at </);
    await bot.console.setFault(null);
    await bot.type('redis:7');
    await whenEphemeral(bot, /^redis:7 · not running/);
    expect(await open(bot)).toContain('✅ The Console answers.');
  });

  test('shows one’s own watches, what runs and who subscribed, as it is when it is opened', async ({
    bot,
  }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await bot.type('subscribe redis:7', { channel: 'C0TEAM', user: 'U0BOB' });
    await whenLive(bot, /discovering/);
    const first = await open(bot);
    expect(first).toContain('discovering · tags 0/1 · images not known yet');
    expect(first).toContain('in <#C0GENERAL>');
    expect(first).toContain('/archives/C0GENERAL/p');
    expect(first).toContain('in <#C0TEAM> · by <@U0BOB>');
    expect(first).toContain('The Console answers.');
    bot.pass(60_000);
    await whenLive(bot, /images 6\/12/);
    expect(await open(bot)).toContain('scanning · tags 1/1 · images 6/12');
    const ofBob = await open(bot, 'U0BOB');
    expect(ofBob).toContain('You watch nothing.');
    expect(ofBob).toContain('scanning · tags 1/1 · images 6/12');
    bot.pass(100_000);
    await whenEnded(bot, /completed/);
    expect(await open(bot)).toContain('You watch nothing.');
  });

  test('stops a watch with a click, for all who see its message', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await open(bot);
    expect(await press(bot, 'stop-in-home')).toContain('You watch nothing.');
    await bot.until('the final state', () =>
      lives(bot).some((live) => drawn(live).includes(`stopped by <@${user}>`)),
    );
  });

  test('of a watch that has ended meanwhile is drawn anew', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await open(bot);
    await bot.type('unwatch alpine:3.16', { user: 'U0BOB' });
    await whenEphemeral(bot, /no longer watched/, 'U0BOB');
    expect(await press(bot, 'stop-in-home')).toContain('You watch nothing.');
  });

  test('ends a subscription with a click', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    expect(await open(bot)).toContain('Unsubscribe');
    expect(await press(bot, 'unsubscribe')).toContain('There are none. To follow every scan');
    await bot.type('list');
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('is drawn anew by Refresh, also after nothing was known of the Console', async ({ bot }) => {
    await open(bot);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    expect(await press(bot, 'refresh-home')).toContain('alpine:3.16');
  });

  test('says what is wrong with the Console, and what to check', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await bot.console.setFault({ kind: 'down' });
    await whenLive(bot, /unknown/);
    expect(await open(bot)).toMatch(/❌ \*The Console cannot be reached/);
  });

  test('is not drawn for its other tabs', async ({ bot }) => {
    const event = {
      type: 'app_home_opened',
      user,
      channel: 'D0ALICE',
      tab: 'messages',
      event_ts: '1700000000.1',
    };
    await bot.slack.event(event).ack;
    await someTicks();
    expect(homes(bot)).toBe(0);
  });

  test('shows a subscription that rests, and how to wake it', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    await bot.slack.event({
      type: 'group_left',
      channel: 'C0TEAM',
      actor_id: 'U0BOB',
      event_ts: '1700000000.1',
    }).ack;
    await bot.until('a subscription that rests', async () => (await open(bot)).includes('It rests'));
    expect(homeOf(bot)).toContain('/invite @scanprogress');
  });
});
