import { describe, expect } from 'vitest';
import { someTicks, test } from '../../support/running-bot.ts';

describe.concurrent('App Home', () => {
  test('says what to do where nothing is watched yet', async ({ bot }) => {
    const home = await bot.openHome();
    expect(home).toContain('You watch nothing.');
    expect(home).toContain('There are none. To follow every scan');
    expect(home).not.toContain('It last answered at an unknown time');
  });

  test('tells where nothing is followed whether the Console answers whatever it is asked', async ({
    bot,
  }) => {
    await bot.whenLogged('the Console responds');
    expect(await bot.openHome()).toMatch(/✅ The Console answers\. It last answered at </);
    await bot.console.setFault({ kind: 'down' });
    await bot.reply('alpine:3.16', /unknown/);
    expect(await bot.openHome()).toMatch(/❌ \*The Console cannot be reached\.\* It last answered at </);
    await bot.console.setFault(null);
    await bot.reply('redis:7', /^redis:7 · not running/);
    expect(await bot.openHome()).toContain('✅ The Console answers.');
  });

  test('shows one’s own watches, what runs and who subscribed, as it is when it is opened', async ({
    bot,
  }) => {
    bot.startScan();
    await bot.type('watch alpine:3.16');
    await bot.type('subscribe redis:7', { channel: 'C0TEAM', user: 'U0BOB' });
    await bot.whenLive(/discovering/);
    const first = await bot.openHome();
    expect(first).toContain('discovering · tags 0/1 · images not known yet');
    expect(first).toContain('in <#C0GENERAL>');
    expect(first).toContain('/archives/C0GENERAL/p');
    expect(first).toContain('in <#C0TEAM> · by <@U0BOB>');
    expect(first).toContain('The Console answers.');
    bot.pass(60_000);
    await bot.whenLive(/images 6\/12/);
    expect(await bot.openHome()).toContain('scanning · tags 1/1 · images 6/12');
    const ofBob = await bot.openHome('U0BOB');
    expect(ofBob).toContain('You watch nothing.');
    expect(ofBob).toContain('scanning · tags 1/1 · images 6/12');
    bot.pass(100_000);
    await bot.whenEnded(/completed/);
    expect(await bot.openHome()).toContain('You watch nothing.');
  });

  test('stops a watch with a click, for all who see its message', async ({ bot }) => {
    await bot.watch();
    await bot.openHome();
    expect(await bot.clickHome('stop-in-home')).toContain('You watch nothing.');
    await bot.whenShown('stopped by <@U0ALICE>');
  });

  test('of a watch that has ended meanwhile is drawn anew', async ({ bot }) => {
    await bot.watch();
    await bot.openHome();
    await bot.reply('unwatch alpine:3.16', /no longer watched/, { user: 'U0BOB' });
    expect(await bot.clickHome('stop-in-home')).toContain('You watch nothing.');
  });

  test('ends a subscription with a click', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    expect(await bot.openHome()).toContain('Unsubscribe');
    expect(await bot.clickHome('unsubscribe')).toContain('There are none. To follow every scan');
    await bot.reply('list', /^Nothing is watched here/);
  });

  test('is drawn anew by Refresh, also after nothing was known of the Console', async ({ bot }) => {
    await bot.openHome();
    await bot.watch();
    expect(await bot.clickHome('refresh-home')).toContain('alpine:3.16');
  });

  test('says what is wrong with the Console, and what to check', async ({ bot }) => {
    await bot.watch();
    await bot.console.setFault({ kind: 'down' });
    await bot.whenLive(/unknown/);
    expect(await bot.openHome()).toMatch(/❌ \*The Console cannot be reached/);
  });

  test('is not drawn for its other tabs', async ({ bot }) => {
    const opened = { type: 'app_home_opened', user: 'U0ALICE', channel: 'D0ALICE', tab: 'messages' };
    await bot.happens(opened);
    await someTicks();
    expect(bot.slack.calls('views.publish')).toEqual([]);
  });

  test('shows a subscription that rests, and how to wake it', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel: 'C0TEAM' });
    await bot.happens({ type: 'group_left', channel: 'C0TEAM', actor_id: 'U0BOB' });
    await bot.until('a subscription that rests', async () => (await bot.openHome()).includes('It rests'));
    expect(bot.home()).toContain('/invite @scanprogress');
  });
});
