/** Who sees and ends what, on the running program: members, people who are none, and copied buttons. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { drawn, someTicks, test } from '../../support/running-bot.ts';
import { forge } from './forge.ts';
import { toEnvelope } from '../../support/fake-slack/socket/fake-slack-envelopes.ts';

const channel = 'C0TEAM';

/** Longer than Slack's membership is cached. */
const aMinute = () => sleep(61_000);

const valueOf = (message: { readonly blocks: readonly unknown[] }, actionId: string): string => {
  const found = new RegExp(`"action_id":"${actionId}"[^}]*\\}?[^}]*"value":"([^"]+)"`).exec(drawn(message));
  return found?.[1] ?? '';
};

test.concurrent(
  'a watch is not its maker’s to end who has left, once others wait for it',
  async ({ bot }) => {
    // By now no member of it.
    const gone = { channel, user: 'U0CAROL' };
    const live = await bot.watch('alpine:3.16', gone);
    await bot.reply('watch alpine:3.16', /is already watched here/, { channel });
    await bot.click(live, 'stop-watching', { user: 'U0CAROL' });
    await bot.whenEphemeral(/^Only members of this conversation/, 'U0CAROL');
    const home = await bot.openHome('U0CAROL');
    expect(home).toContain('You have left, and others wait for it: only members can stop it.');
    expect(home).not.toContain('stop-in-home');
    await bot.reply('list', /^1 scan is watched here/, { channel });
  },
);

describe.concurrent('App Home', () => {
  test('that was opened before its reader left says why nothing ends any more', async ({ bot }) => {
    await bot.watch('alpine:3.16', { channel, user: 'U0BOB' });
    await bot.reply('watch alpine:3.16', /is already watched here/, { channel });
    expect(await bot.openHome('U0BOB')).toContain('stop-in-home');
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    await aMinute();
    expect(await bot.clickHome('stop-in-home', { user: 'U0BOB' })).toContain('only members can stop it.');
    await bot.reply('list', /^1 scan is watched here/, { channel });
  });

  test('shows what is in a private channel to its members alone', async ({ bot }) => {
    bot.startScan();
    await bot.type('subscribe alpine:3.16', { channel });
    await bot.whenLive(/discovering/, channel);
    for (const user of ['U0ALICE', 'U0BOB', 'U0GUEST']) {
      const home = await bot.openHome(user);
      expect(home).toContain(`in <#${channel}> · by <@U0ALICE>`);
      expect(home).toContain('discovering');
    }
    const ofCarol = await bot.openHome('U0CAROL');
    expect(ofCarol).not.toMatch(/Unsubscribe|discovering/);
    expect(ofCarol).not.toContain(channel);
  });

  test('shows what the person made where they are no member any more, and ends it', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    bot.slack.changeChannel(channel, { members: ['U0BOB'] });
    expect(await bot.openHome()).toContain('Unsubscribe');
    expect(await bot.clickHome('unsubscribe')).not.toContain('Unsubscribe');
  });

  test('shows nothing of others while Slack does not tell who is where, and goes on once it does', async ({
    bot,
  }) => {
    await bot.subscribe({ user: 'U0BOB' });
    const heal = bot.slack.failWhile('conversations.members', { kind: 'error', error: 'internal_error' });
    expect(await bot.openHome()).not.toContain('Unsubscribe');
    heal();
    expect(await bot.openHome()).toContain('in <#C0GENERAL> · by <@U0BOB>');
  });

  test('finds a member on the last page of a large channel', async ({ bot }) => {
    const crowd = Array.from({ length: 2_100 }, (_, number) => `U9${number}`);
    bot.slack.changeChannel('C0GENERAL', { members: ['U0BOB', ...crowd, 'U0CAROL'] });
    await bot.subscribe({ user: 'U0BOB' });
    expect(await bot.openHome('U0CAROL')).toContain('in <#C0GENERAL> · by <@U0BOB>');
    expect(bot.slack.calls('conversations.members')).toHaveLength(3);
  });

  test('of somebody who has left the channel meanwhile ends nothing there', async ({ bot }) => {
    await bot.subscribe({ channel });
    await bot.openHome('U0BOB');
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    await aMinute();
    expect(await bot.openHome('U0BOB')).not.toContain('Unsubscribe');
    const [, stale] = /"value":"(@U0ALICE[^"]*)"/.exec(await bot.openHome()) ?? [];
    expect(stale).toBeDefined();
    expect(drawn(await bot.reply('list', /1 subscription/, { channel }))).toContain('Unsubscribe');
  });

  test('of somebody whom Slack does not tell any more ends nothing, and says why', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    expect(await bot.openHome('U0BOB')).toContain('Unsubscribe');
    bot.slack.failWhile('users.info', { kind: 'error', error: 'internal_error' });
    await aMinute();
    expect(await bot.clickHome('unsubscribe', { user: 'U0BOB' })).not.toContain('Unsubscribe');
    expect(drawn(await bot.reply('list', /1 subscription/, { channel }))).toContain('Unsubscribe');
  });
});

describe.concurrent('whoever ends what others wait for', () => {
  test('from App Home is named in the channel: a subscription', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    await bot.openHome('U0BOB');
    await bot.clickHome('unsubscribe', { user: 'U0BOB' });
    const line = await bot.until('the line', () => bot.posted(channel)[0]);
    expect(line.text).toMatch(/no longer subscribed to .*: unsubscribed by <@U0BOB>/);
    expect(line.thread).toBe('');
  });

  test('from a button, or by typing, is named in the thread: another’s watch', async ({ bot }) => {
    const live = await bot.watch();
    await bot.click(live, 'stop-watching', { user: 'U0BOB' });
    const line = await bot.until('the line', () => bot.posted().find(({ thread }) => thread === live.ts));
    expect(line.text).toMatch(/no longer watched: stopped by <@U0BOB>/);
    await bot.watch('redis:7');
    await bot.type('unwatch redis:7', { user: 'U0BOB' });
    const lines = () => bot.posted().filter(({ text }) => /<@U0BOB>/.test(text));
    await bot.until('a second line', () => lines().length === 2);
  });

  test('of one’s own watch posts nothing', async ({ bot }) => {
    const live = await bot.watch();
    await bot.type('unwatch alpine:3.16');
    await bot.whenShown('No longer watched');
    await someTicks();
    expect(bot.posted().map(({ ts }) => ts)).toEqual([live.ts]);
  });
});

describe.concurrent('a copied or forged button', () => {
  test('does nothing in another conversation, whatever its value says', async ({ bot }) => {
    const live = await bot.watch('alpine:3.16', { channel });
    await bot.watch('redis:7');
    const value = valueOf(live, 'stop-watching');
    expect(value).toMatch(new RegExp(`^${channel}\\|`));
    const [, id = ''] = value.split('|');
    // Carol is no member; Bob is one, and clicks elsewhere.
    const stops = ['U0CAROL', 'U0BOB'].flatMap((user) =>
      [value, id, `C0GENERAL|${id}`].map((forged) => ({ user, actionId: 'stop-watching', value: forged })),
    );
    await forge(bot, ...stops, { user: 'U0CAROL', actionId: 'change-settings', value: channel });
    expect([bot.ephemeralTexts('U0CAROL'), bot.ephemeralTexts('U0BOB')]).toEqual([[], []]);
    expect(bot.slack.view('modal', 'U0CAROL')).toBeNull();
    expect(drawn(bot.lives(channel)[0]!)).toContain('stop-watching');
    expect(bot.logged('button of another conversation')).toHaveLength(7);
  });

  test('of an earlier version works where it was posted, and for members alone', async ({ bot }) => {
    const live = await bot.watch('alpine:3.16', { channel });
    const [, id = ''] = valueOf(live, 'stop-watching').split('|');
    const old = { at: channel, actionId: 'stop-watching', value: id };
    await forge(bot, { ...old, user: 'U0CAROL' });
    expect(bot.ephemeralTexts('U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    expect(drawn(bot.lives(channel)[0]!)).toContain('stop-watching');
    await forge(bot, { ...old, user: 'U0BOB' });
    await bot.whenShown('stopped by <@U0BOB>', channel);
  });

  test('shares nothing with a conversation that the person is not in', async ({ bot }) => {
    await bot.watch('alpine:3.16', { channel });
    const share = { at: channel, actionId: 'share-here', value: `${channel}|regular` };
    await forge(bot, { ...share, user: 'U0CAROL' });
    expect(bot.ephemeralTexts('U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    expect(bot.slack.messages(channel)).toHaveLength(1);
    await forge(bot, { ...share, user: 'U0BOB' });
    expect(bot.slack.messages(channel).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Registry scan/),
    );
  });

  test('ends no subscription of a conversation that the person is not in', async ({ bot }) => {
    bot.startScan();
    await bot.type('subscribe alpine:3.16', { channel });
    await bot.whenLive(/discovering/, channel);
    const value = valueOf(await bot.reply('list', /1 subscription/, { channel }), 'unsubscribe');
    await forge(bot, { at: channel, actionId: 'unsubscribe', value, user: 'U0CAROL' });
    expect(bot.ephemeralTexts('U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    const list = await bot.reply('list', /1 subscription/, { channel, user: 'U0BOB' });
    expect(drawn(list)).toContain('Unsubscribe');
  });

  test('of somebody else’s App Home does nothing', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    await bot.openHome();
    const { envelope } = bot.slack.clickHome({ user: 'U0ALICE', actionId: 'refresh-home' });
    const [, value] = /"value":"(@U0ALICE\|(?!home)[^"]+)"/.exec(bot.home()) ?? [];
    const forgeries = [
      ['U0CAROL', value],
      ['U0CAROL', value?.split('|')[1]],
      // A member, whose own Home it is not.
      ['U0BOB', value],
    ] as const;
    for (const [id, forged] of forgeries) {
      const actions = [{ type: 'button', action_id: 'unsubscribe', value: forged }];
      const user = { id, team_id: 'T0FAKE' };
      const payload = { ...envelope.payload, user, actions, trigger_id: `forged.${id}.${forged}` };
      const sent = { envelope: toEnvelope('interactive', payload), ack: Promise.resolve(null) };
      await bot.slack.redeliver(sent, 'same-envelope').ack;
    }
    await someTicks();
    expect(await bot.openHome()).toContain('Unsubscribe');
    expect(bot.home('U0CAROL')).not.toContain('Unsubscribe');
  });
});

describe.concurrent('somebody who is no member of the channel', () => {
  test('is answered a shortcut there, without what the channel watches', async ({ bot }) => {
    await bot.watch('alpine:3.16', { channel });
    const ts = bot.slack.say({ channel, user: 'U0ALICE', text: 'is alpine:3.16 fine?' });
    const ask = (user: string) => bot.slack.shortcut({ channel, ts, user, callbackId: 'watch-scan' }).ack;
    await ask('U0BOB');
    expect(drawn(await bot.whenEphemeral(/^alpine/, 'U0BOB'))).toContain('/archives/C0TEAM/');
    await ask('U0CAROL');
    const answer = await bot.whenEphemeral(/^alpine/, 'U0CAROL');
    expect(drawn(answer)).not.toContain('/archives/');
    expect(drawn(answer)).toContain('watch-here');
    await bot.click(answer, 'watch-here', { user: 'U0CAROL' });
    await bot.whenEphemeral(/^Only members of this conversation/, 'U0CAROL');
  });

  test('sends a dialog in vain that they opened before they left', async ({ bot }) => {
    const settings = await bot.reply('settings', /^/, { channel, user: 'U0BOB' });
    await bot.click(settings, 'change-settings', { user: 'U0BOB' });
    await bot.until('the dialog', () => bot.slack.view('modal', 'U0BOB'));
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    await aMinute();
    await bot.slack.submit({ user: 'U0BOB', filled: { mentions: 'off' } }).ack;
    await bot.whenEphemeral(/^Only members of this conversation/, 'U0BOB');
    const kept = await bot.reply('settings', /^Settings/, { channel });
    expect(drawn(kept)).toContain('people who asked are mentioned');
  });
});
