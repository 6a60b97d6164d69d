/** Who sees and ends what, on the running program: members, people who are none, and copied buttons. */

import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  lives,
  posted,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  ephemeralTexts,
  whenLive,
  whenSaid,
  whenEphemeral,
} from '../../support/running-bot.ts';
import { forge } from './forge.ts';
import { toEnvelope } from '../../support/fake-slack/socket/fake-slack-envelopes.ts';

const channel = 'C0TEAM';

const homeOf = ({ slack }: RunningBot, user: string) => JSON.stringify(slack.view('home', user) ?? null);
const homes = ({ slack }: RunningBot) => slack.calls('views.publish').length;

async function open(bot: RunningBot, user: string): Promise<string> {
  const before = homes(bot);
  await bot.slack.event({ type: 'app_home_opened', user, tab: 'home', event_ts: '1700000000.1' }).ack;
  await bot.until('App Home', () => homes(bot) > before);
  return homeOf(bot, user);
}

const valueOf = (message: { readonly blocks: readonly unknown[] }, actionId: string): string => {
  const found = new RegExp(`"action_id":"${actionId}"[^}]*\\}?[^}]*"value":"([^"]+)"`).exec(drawn(message));
  return found?.[1] ?? '';
};

test.concurrent(
  'a watch is not its maker’s to end who has left, once others wait for it',
  async ({ bot }) => {
    // By now no member of it.
    const gone = { channel, user: 'U0CAROL' };
    await bot.type('watch alpine:3.16', gone);
    const { ts } = await whenLive(bot, /^alpine/, channel);
    await bot.type('watch alpine:3.16', { channel });
    await whenEphemeral(bot, /is already watched here/);
    await bot.slack.click({ ...gone, ts, actionId: 'stop-watching' }).ack;
    await whenEphemeral(bot, /^Only members of this conversation/, 'U0CAROL');
    const home = await open(bot, 'U0CAROL');
    expect(home).toContain('You have left, and others wait for it: only members can stop it.');
    expect(home).not.toContain('stop-in-home');
    await bot.type('list', { channel });
    await whenEphemeral(bot, /^1 scan is watched here/);
  },
);

describe.concurrent('App Home', () => {
  test('that was opened before its reader left says why nothing ends any more', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { channel, user: 'U0BOB' });
    await whenLive(bot, /^alpine/, channel);
    await bot.type('watch alpine:3.16', { channel });
    await whenEphemeral(bot, /is already watched here/);
    expect(await open(bot, 'U0BOB')).toContain('stop-in-home');
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    const leftAt = Date.now();
    await bot.until('a minute later', () => Date.now() - leftAt > 61_000);
    const before = homes(bot);
    await bot.slack.clickHome({ user: 'U0BOB', actionId: 'stop-in-home' }).ack;
    await bot.until('App Home drawn anew', () => homes(bot) > before);
    expect(homeOf(bot, 'U0BOB')).toContain('only members can stop it.');
    await bot.type('list', { channel });
    await whenEphemeral(bot, /^1 scan is watched here/);
  });

  test('shows what is in a private channel to its members alone', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('subscribe alpine:3.16', { channel });
    await whenLive(bot, /discovering/, channel);
    for (const user of ['U0ALICE', 'U0BOB', 'U0GUEST']) {
      const home = await open(bot, user);
      expect(home).toContain(`in <#${channel}> · by <@U0ALICE>`);
      expect(home).toContain('discovering');
    }
    const ofCarol = await open(bot, 'U0CAROL');
    expect(ofCarol).not.toMatch(/Unsubscribe|discovering/);
    expect(ofCarol).not.toContain(channel);
  });

  test('shows what the person made where they are no member any more, and ends it', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    bot.slack.changeChannel(channel, { members: ['U0BOB'] });
    expect(await open(bot, 'U0ALICE')).toContain('Unsubscribe');
    const before = homes(bot);
    await bot.slack.clickHome({ user: 'U0ALICE', actionId: 'unsubscribe' }).ack;
    await bot.until('App Home drawn anew', () => homes(bot) > before);
    expect(homeOf(bot, 'U0ALICE')).not.toContain('Unsubscribe');
  });

  test('shows nothing of others while Slack does not tell who is where, and goes on once it does', async ({
    bot,
  }) => {
    await bot.type('subscribe alpine:3.16', { user: 'U0BOB' });
    await whenSaid(bot, /subscribed/);
    const heal = bot.slack.failWhile('conversations.members', { kind: 'error', error: 'internal_error' });
    expect(await open(bot, 'U0ALICE')).not.toContain('Unsubscribe');
    heal();
    expect(await open(bot, 'U0ALICE')).toContain('in <#C0GENERAL> · by <@U0BOB>');
  });

  test('finds a member on the last page of a large channel', async ({ bot }) => {
    const crowd = Array.from({ length: 2_100 }, (_, number) => `U9${number}`);
    bot.slack.changeChannel('C0GENERAL', { members: ['U0BOB', ...crowd, 'U0CAROL'] });
    await bot.type('subscribe alpine:3.16', { user: 'U0BOB' });
    await whenSaid(bot, /subscribed/);
    expect(await open(bot, 'U0CAROL')).toContain('in <#C0GENERAL> · by <@U0BOB>');
    expect(bot.slack.calls('conversations.members')).toHaveLength(3);
  });

  test('of somebody who has left the channel meanwhile ends nothing there', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    await whenSaid(bot, /subscribed/, channel);
    await open(bot, 'U0BOB');
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    // Slack's membership is cached for a minute.
    await bot.until('a Home without it', async () => !(await open(bot, 'U0BOB')).includes('Unsubscribe'));
    const [, stale] = /"value":"(@U0ALICE[^"]*)"/.exec(await open(bot, 'U0ALICE')) ?? [];
    expect(stale).toBeDefined();
    await bot.type('list', { channel });
    expect(drawn(await whenEphemeral(bot, /1 subscription/))).toContain('Unsubscribe');
  });

  test('of somebody whom Slack does not tell any more ends nothing, and says why', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    expect(await open(bot, 'U0BOB')).toContain('Unsubscribe');
    bot.slack.failWhile('users.info', { kind: 'error', error: 'internal_error' });
    const openedAt = Date.now();
    await bot.until('a minute later', () => Date.now() - openedAt > 61_000);
    const before = homes(bot);
    await bot.slack.clickHome({ user: 'U0BOB', actionId: 'unsubscribe' }).ack;
    await bot.until('App Home drawn anew', () => homes(bot) > before);
    expect(homeOf(bot, 'U0BOB')).not.toContain('Unsubscribe');
    await bot.type('list', { channel });
    expect(drawn(await whenEphemeral(bot, /1 subscription/))).toContain('Unsubscribe');
  });
});

describe.concurrent('whoever ends what others wait for', () => {
  test('from App Home is named in the channel: a subscription', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    await open(bot, 'U0BOB');
    await bot.slack.clickHome({ user: 'U0BOB', actionId: 'unsubscribe' }).ack;
    const line = await bot.until('the line', () => posted(bot, channel)[0]);
    expect(line.text).toMatch(/no longer subscribed to .*: unsubscribed by <@U0BOB>/);
    expect(line.thread).toBe('');
  });

  test('from a button, or by typing, is named in the thread: another’s watch', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    const live = await whenLive(bot, /waiting/);
    await bot.slack.click({ channel: 'C0GENERAL', ts: live.ts, user: 'U0BOB', actionId: 'stop-watching' })
      .ack;
    const line = await bot.until('the line', () => posted(bot).find(({ thread }) => thread === live.ts));
    expect(line.text).toMatch(/no longer watched: stopped by <@U0BOB>/);
    await bot.type('watch redis:7');
    await whenLive(bot, /^redis/);
    await bot.type('unwatch redis:7', { user: 'U0BOB' });
    await bot.until(
      'a second line',
      () => posted(bot).filter(({ text }) => /<@U0BOB>/.test(text)).length === 2,
    );
  });

  test('of one’s own watch posts nothing', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    const live = await whenLive(bot, /waiting/);
    await bot.type('unwatch alpine:3.16');
    await bot.until('the final state', () =>
      lives(bot).some((one) => drawn(one).includes('No longer watched')),
    );
    await someTicks();
    expect(posted(bot).map(({ ts }) => ts)).toEqual([live.ts]);
  });
});

describe.concurrent('a copied or forged button', () => {
  test('does nothing in another conversation, whatever its value says', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { channel });
    const live = await whenLive(bot, /waiting/, channel);
    await bot.type('watch redis:7');
    await whenLive(bot, /^redis/);
    const value = valueOf(live, 'stop-watching');
    expect(value).toMatch(new RegExp(`^${channel}\\|`));
    const [, id = ''] = value.split('|');
    // Carol is no member; Bob is one, and clicks elsewhere.
    for (const user of ['U0CAROL', 'U0BOB']) {
      for (const forged of [value, id, `C0GENERAL|${id}`]) {
        await forge(bot, { user, actionId: 'stop-watching', value: forged });
      }
    }
    await forge(bot, { user: 'U0CAROL', actionId: 'change-settings', value: channel });
    expect([ephemeralTexts(bot, 'U0CAROL'), ephemeralTexts(bot, 'U0BOB')]).toEqual([[], []]);
    expect(bot.slack.view('modal', 'U0CAROL')).toBeNull();
    expect(drawn(lives(bot, channel)[0]!)).toContain('stop-watching');
    expect(bot.log().filter(({ msg }) => msg.includes('button of another conversation'))).toHaveLength(7);
  });

  test('of an earlier version works where it was posted, and for members alone', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { channel });
    const live = await whenLive(bot, /waiting/, channel);
    const [, id = ''] = valueOf(live, 'stop-watching').split('|');
    const old = { at: channel, actionId: 'stop-watching', value: id };
    await forge(bot, { ...old, user: 'U0CAROL' });
    expect(ephemeralTexts(bot, 'U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    expect(drawn(lives(bot, channel)[0]!)).toContain('stop-watching');
    await forge(bot, { ...old, user: 'U0BOB' });
    await bot.until('the final state', () =>
      lives(bot, channel).some((one) => drawn(one).includes('stopped by <@U0BOB>')),
    );
  });

  test('shares nothing with a conversation that the person is not in', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { channel });
    await whenLive(bot, /waiting/, channel);
    const share = { at: channel, actionId: 'share-here', value: `${channel}|regular` };
    await forge(bot, { ...share, user: 'U0CAROL' });
    expect(ephemeralTexts(bot, 'U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    expect(bot.slack.messages(channel)).toHaveLength(1);
    await forge(bot, { ...share, user: 'U0BOB' });
    expect(bot.slack.messages(channel).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Registry scan/),
    );
  });

  test('ends no subscription of a conversation that the person is not in', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('subscribe alpine:3.16', { channel });
    await whenLive(bot, /discovering/, channel);
    await bot.type('list', { channel });
    const value = valueOf(await whenEphemeral(bot, /1 subscription/), 'unsubscribe');
    await forge(bot, { at: channel, actionId: 'unsubscribe', value, user: 'U0CAROL' });
    expect(ephemeralTexts(bot, 'U0CAROL')).toEqual(['Only members of this conversation can do that.']);
    await bot.type('list', { channel, user: 'U0BOB' });
    expect(drawn(await whenEphemeral(bot, /1 subscription/, 'U0BOB'))).toContain('Unsubscribe');
  });

  test('of somebody else’s App Home does nothing', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16', { channel });
    await open(bot, 'U0ALICE');
    const { envelope } = bot.slack.clickHome({ user: 'U0ALICE', actionId: 'refresh-home' });
    const [, value] = /"value":"(@U0ALICE\|(?!home)[^"]+)"/.exec(homeOf(bot, 'U0ALICE')) ?? [];
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
    expect(await open(bot, 'U0ALICE')).toContain('Unsubscribe');
    expect(homeOf(bot, 'U0CAROL')).not.toContain('Unsubscribe');
  });
});

describe.concurrent('somebody who is no member of the channel', () => {
  test('is answered a shortcut there, without what the channel watches', async ({ bot }) => {
    await bot.type('watch alpine:3.16', { channel });
    await whenLive(bot, /waiting/, channel);
    const ts = bot.slack.say({ channel, user: 'U0ALICE', text: 'is alpine:3.16 fine?' });
    const ask = (user: string) => bot.slack.shortcut({ channel, ts, user, callbackId: 'watch-scan' }).ack;
    await ask('U0BOB');
    expect(drawn(await whenEphemeral(bot, /^alpine/, 'U0BOB'))).toContain('/archives/C0TEAM/');
    await ask('U0CAROL');
    const answer = drawn(await whenEphemeral(bot, /^alpine/, 'U0CAROL'));
    expect(answer).not.toContain('/archives/');
    expect(answer).toContain('watch-here');
    const [shown] = bot.slack.ephemerals('U0CAROL');
    await bot.slack.click({ channel, ts: shown!.ts, user: 'U0CAROL', actionId: 'watch-here' }).ack;
    await whenEphemeral(bot, /^Only members of this conversation/, 'U0CAROL');
  });

  test('sends a dialog in vain that they opened before they left', async ({ bot }) => {
    await bot.type('settings', { channel, user: 'U0BOB' });
    const { ts } = await bot.until('the settings', () => bot.slack.ephemerals('U0BOB')[0]);
    await bot.slack.click({ channel, ts, user: 'U0BOB', actionId: 'change-settings' }).ack;
    await bot.until('the dialog', () => bot.slack.view('modal', 'U0BOB'));
    bot.slack.changeChannel(channel, { members: ['U0ALICE'] });
    // Slack's membership is cached for a minute.
    await new Promise((resolve) => setTimeout(resolve, 61_000));
    await bot.slack.submit({ user: 'U0BOB', filled: { mentions: 'off' } }).ack;
    await whenEphemeral(bot, /^Only members of this conversation/, 'U0BOB');
    await bot.type('settings', { channel });
    expect(drawn(await whenEphemeral(bot, /^Settings/))).toContain('people who asked are mentioned');
  });
});
