/** Conversations with other organisations, guests, and channels that Slack changes while the bot runs. */

import { describe, expect } from 'vitest';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const shared = 'C0PARTNER';
const STRANGER = { channel: shared, user: 'U0EXTERN' };
const OPERATORS = 'U0ALICE,U0GUEST,U0EXTERN';
const NO_OPERATOR = /^Guests and people of other organisations/;
const MOVED = { type: 'channel_id_changed', old_channel_id: 'C0GENERAL', new_channel_id: 'C0MOVED' };

/** What was sent into a conversation, by whatever call. */
const sentTo = ({ slack }: RunningBot, channel: string) =>
  slack.calls().filter(({ method, args }) => method.startsWith('chat.') && args['channel'] === channel);

describe.concurrent('a channel with another organisation', () => {
  test('gets nothing, its strangers no answer, and ours are told why', async ({ bot }) => {
    for (const user of ['U0ALICE', 'U0EXTERN']) {
      await bot.type('watch alpine:3.16', { channel: shared, user });
      await bot.mention('watch alpine:3.16', { channel: shared, user });
    }
    const answer = await bot.whenEphemeral(/shared with another organisation/);
    expect(drawn(answer)).toContain(`SHARED_CHANNELS=${shared}`);
    await bot.until('a direct message', () => bot.messages('D0ALICE').length === 1);
    expect(bot.messages('D0ALICE')[0]!.text).toBe(answer.text);
    await someTicks();
    expect(sentTo(bot, shared)).toEqual([]);
    expect([bot.ephemeralTexts('U0EXTERN'), bot.messages('D0EXTERN')]).toEqual([[], []]);
    await bot.happens({ type: 'app_home_opened', user: 'U0EXTERN', tab: 'home' });
    await someTicks();
    expect(bot.slack.calls('views.publish')).toEqual([]);
  });

  test.for(['allow', `C0OTHER,${shared}`])(
    'that is allowed by %s is like any other',
    async (allowed, { botWith }) => {
      const bot = await botWith({ environment: { SHARED_CHANNELS: allowed } });
      await bot.watchNewScan({}, STRANGER);
      bot.pass(SCAN.durationMs);
      await bot.whenEnded(/completed.*<@U0EXTERN>/, shared);
    },
  );

  test('that becomes one holds back what was to be told, and tells it once it is none any more', async ({
    bot,
  }) => {
    const live = await bot.watchNewScan();
    const channel = 'C0GENERAL';
    bot.slack.changeChannel(channel, { isShared: true });
    await bot.happens({ type: 'channel_shared', channel, connected_team_id: 'T0OTHER' });
    const before = sentTo(bot, channel).length;
    await bot.click(live, 'stop-watching', { user: 'U0EXTERN' });
    bot.pass(SCAN.durationMs);
    await someTicks();
    expect(sentTo(bot, channel)).toHaveLength(before);
    expect(bot.logged('trying again')).not.toEqual([]);
    bot.slack.changeChannel(channel, { isShared: false });
    await bot.happens({ type: 'channel_unshared', channel, previously_connected_team_id: 'T0OTHER' });
    await bot.whenEnded(/completed/);
    await bot.expectInTheEnd({ lives: 1, ends: 1 });
  });
});

function expectNoStart({ console: { requests } }: RunningBot): void {
  expect(requests.filter(({ method, route }) => method === 'POST' && route !== '/authenticate')).toEqual([]);
}

describe.concurrent('who starts no scan, whoever lists them', () => {
  test('a guest, who watches like the others', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: OPERATORS } });
    const guest = { channel: 'C0TEAM', user: 'U0GUEST' };
    await bot.reply('scan alpine:3.16', NO_OPERATOR, guest);
    await bot.watch('alpine:3.16', guest);
    expectNoStart(bot);
  });

  test('a stranger, where the channel is allowed', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: OPERATORS, SHARED_CHANNELS: 'allow' } });
    await bot.reply('scan alpine:3.16', NO_OPERATOR, STRANGER);
    expectNoStart(bot);
  });

  test('one of whom Slack does not tell', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: OPERATORS } });
    bot.slack.failWhile('users.info', { kind: 'error', error: 'internal_error' });
    await bot.reply('scan alpine:3.16', /^I could not check that you are an operator/);
    expectNoStart(bot);
  });
});

describe.concurrent('a channel that Slack changes', () => {
  test('that gets another ID keeps its live message and its end', async ({ bot }) => {
    await bot.watchNewScan();
    bot.slack.renameChannel('C0GENERAL', 'C0MOVED');
    bot.pass(60_000);
    // An edit under the old ID is refused before Slack tells of the new one.
    await bot.whenLogged('channel unavailable');
    await bot.happens(MOVED);
    const live = await bot.whenLive(/images 6\/12/, 'C0MOVED');
    bot.pass(SCAN.durationMs);
    await bot.whenEnded(/completed/, 'C0MOVED');
    expect([bot.lives('C0MOVED').length, bot.ends('C0MOVED').length]).toEqual([1, 1]);
    expect(drawn(live)).toContain('stop-watching');
  });

  test('whose old buttons go on working under its new ID', async ({ bot }) => {
    const { ts } = await bot.watch();
    bot.slack.renameChannel('C0GENERAL', 'C0MOVED');
    await bot.happens(MOVED);
    await bot.click({ channel: 'C0MOVED', ts }, 'stop-watching', { user: 'U0BOB' });
    await bot.whenShown('stopped by <@U0BOB>', 'C0MOVED');
  });

  test.for([
    [{ isPrivate: true }, '/invite @scanprogress'],
    [{ isArchived: true }, 'unarchive it'],
  ] as const)(
    'to %o says in its list and in App Home what lets it go on',
    async ([change, step], { bot }) => {
      const channel = 'C0PUBLIC';
      await bot.subscribe({ channel });
      bot.slack.changeChannel(channel, change);
      bot.startHalfAScan();
      await bot.whenLogged('channel unavailable');
      const list = drawn(await bot.reply('list', /1 subscription/, { channel, user: 'U0BOB' }));
      expect(list).toContain('I cannot post here.');
      expect(list).toContain(step);
      expect(await bot.openHome()).toContain(step);
      bot.slack.changeChannel(channel, { isPrivate: false, isArchived: false });
      await bot.type('list', { channel });
      await bot.whenLogged('subscriptions resume');
    },
  );

  test('of two people names no step that Slack does not offer there', async ({ bot }) => {
    bot.slack.changeChannel('D0CAROL', { isMember: false, isPrivate: true });
    const refusal = await bot.reply('watch alpine:3.16', /^I cannot post here/, { channel: 'D0CAROL' });
    const answer = drawn(refusal);
    expect(answer).not.toContain('/invite');
    expect(answer).toContain('in the direct messages with me');
  });
});

describe.concurrent('the app', () => {
  test.for([
    ['app_uninstalled', {}, /uninstalled in Slack/],
    ['tokens_revoked', { tokens: { bot: ['U0SCANBOT'] } }, /was revoked/],
  ] as const)(
    'that is no longer installed says so (%s), and keeps what it knows',
    async ([type, more, problem], { bot }) => {
      const app = await bot.restart();
      await bot.type('subscribe alpine:3.16');
      await bot.happens({ type, ...more });
      await bot.until('the problem', () => problem.test(app.readiness.of('token') ?? ''));
      await bot.reply('list', /1 subscription/);
    },
  );

  test('goes on where only a person’s token was revoked', async ({ bot }) => {
    await bot.happens({ type: 'tokens_revoked', tokens: { oauth: ['U0ALICE'] } });
    await someTicks();
    expect(bot.logged('not ready')).toEqual([]);
  });

  test('works for a whole organisation, and tells Slack which workspace is meant', async ({ botWith }) => {
    const bot = await botWith({ enterpriseId: 'E0GRID', environment: { SCAN_OPERATORS: 'S0ADMINS' } });
    for (const user of ['U0ALICE', 'U0BOB'])
      bot.slack.changeUser(user, { team: 'T0SECOND', enterprise: 'E0GRID' });
    bot.startScan();
    await bot.mention('watch alpine:3.16', { user: 'U0BOB' });
    await bot.click(await bot.whenLive(/discovering/), 'stop-watching', { user: 'U0BOB' });
    await bot.whenShown('No longer watched');
    await bot.reply('scan redis:7', /^Asking the Console to start/);
    expect(bot.slack.calls('usergroups.users.list')[0]?.args).toMatchObject({ team_id: 'T0SECOND' });
  });
});
