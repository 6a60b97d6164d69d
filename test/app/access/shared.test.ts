/** Conversations with other organisations, guests, and channels that Slack changes while the bot runs. */

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
  whenEnded,
  whenLive,
  whenLogged,
  whenSaid,
  whenEphemeral,
} from '../../support/running-bot.ts';

const shared = 'C0PARTNER';
const OPERATORS = 'U0ALICE,U0GUEST,U0EXTERN';

const happens = ({ slack }: RunningBot, type: string, more: object) =>
  slack.event({ type, event_ts: '1700000000.1', ...more }).ack;

/** What was sent into a conversation, by whatever call. */
const sentTo = ({ slack }: RunningBot, channel: string) =>
  slack.calls().filter(({ method, args }) => method.startsWith('chat.') && args['channel'] === channel);

const direct = ({ slack }: RunningBot, user: string) =>
  slack.messages(`D${user.slice(1)}`).filter((one) => one.user === '');

describe.concurrent('a channel with another organisation', () => {
  test('gets nothing, its strangers no answer, and ours are told why', async ({ bot }) => {
    for (const user of ['U0ALICE', 'U0EXTERN']) {
      await bot.type('watch alpine:3.16', { channel: shared, user });
      await bot.slack.mention({ channel: shared, user, text: '<@U0SCANBOT> watch alpine:3.16' }).ack;
    }
    const answer = await whenEphemeral(bot, /shared with another organisation/);
    expect(drawn(answer)).toContain(`SHARED_CHANNELS=${shared}`);
    await bot.until('a direct message', () => direct(bot, 'U0ALICE').length === 1);
    expect(direct(bot, 'U0ALICE')[0]!.text).toBe(answer.text);
    await someTicks();
    expect(sentTo(bot, shared)).toEqual([]);
    expect([ephemeralTexts(bot, 'U0EXTERN'), direct(bot, 'U0EXTERN')]).toEqual([[], []]);
    await happens(bot, 'app_home_opened', { user: 'U0EXTERN', tab: 'home' });
    await someTicks();
    expect(bot.slack.calls('views.publish')).toEqual([]);
  });

  test.for(['allow', `C0OTHER,${shared}`])(
    'that is allowed by %s is like any other',
    async (allowed, { botWith }) => {
      const bot = await botWith({ environment: { SHARED_CHANNELS: allowed } });
      bot.console.startImageScan(ALPINE, SCAN);
      await bot.type('watch alpine:3.16', { channel: shared, user: 'U0EXTERN' });
      await whenLive(bot, /discovering/, shared);
      bot.pass(SCAN.durationMs);
      await whenEnded(bot, /completed.*<@U0EXTERN>/, shared);
    },
  );

  test('that becomes one holds back what was to be told, and tells it once it is none any more', async ({
    bot,
  }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    const { ts } = await whenLive(bot, /discovering/);
    const channel = 'C0GENERAL';
    bot.slack.changeChannel(channel, { isShared: true });
    await happens(bot, 'channel_shared', { channel, connected_team_id: 'T0OTHER' });
    const before = sentTo(bot, channel).length;
    await bot.slack.click({ channel, ts, user: 'U0EXTERN', actionId: 'stop-watching' }).ack;
    bot.pass(SCAN.durationMs);
    await someTicks();
    expect(sentTo(bot, channel)).toHaveLength(before);
    expect(bot.log().some(({ msg }) => msg.includes('trying again'))).toBe(true);
    bot.slack.changeChannel(channel, { isShared: false });
    await happens(bot, 'channel_unshared', { channel, previously_connected_team_id: 'T0OTHER' });
    await whenEnded(bot, /completed/);
    await someTicks();
    expect([lives(bot).length, ends(bot).length]).toEqual([1, 1]);
  });
});

function expectNoStart({ console: { requests } }: RunningBot): void {
  const posts = requests.filter(({ method, route }) => method === 'POST' && route !== '/authenticate');
  expect(posts).toEqual([]);
}

describe.concurrent('who starts no scan, whoever lists them', () => {
  test('a guest, who watches like the others', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: OPERATORS } });
    await bot.type('scan alpine:3.16', { channel: 'C0TEAM', user: 'U0GUEST' });
    await whenEphemeral(bot, /^Guests and people of other organisations/, 'U0GUEST');
    await bot.type('watch alpine:3.16', { channel: 'C0TEAM', user: 'U0GUEST' });
    await whenLive(bot, /waiting/, 'C0TEAM');
    expectNoStart(bot);
  });

  test('a stranger, where the channel is allowed', async ({ botWith }) => {
    const bot = await botWith({
      environment: { SCAN_OPERATORS: OPERATORS, SHARED_CHANNELS: 'allow' },
    });
    await bot.type('scan alpine:3.16', { channel: shared, user: 'U0EXTERN' });
    await whenEphemeral(bot, /^Guests and people of other organisations/, 'U0EXTERN');
    expectNoStart(bot);
  });

  test('one of whom Slack does not tell', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: OPERATORS } });
    bot.slack.failWhile('users.info', { kind: 'error', error: 'internal_error' });
    await bot.type('scan alpine:3.16');
    await whenEphemeral(bot, /^I could not check that you are an operator/);
    expectNoStart(bot);
  });
});

describe.concurrent('a channel that Slack changes', () => {
  test('that gets another ID keeps its live message and its end', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.slack.renameChannel('C0GENERAL', 'C0MOVED');
    bot.pass(60_000);
    // An edit under the old ID is refused before Slack tells of the new one.
    await whenLogged(bot, 'channel unavailable');
    const renamed = { old_channel_id: 'C0GENERAL', new_channel_id: 'C0MOVED' };
    await happens(bot, 'channel_id_changed', renamed);
    const live = await whenLive(bot, /images 6\/12/, 'C0MOVED');
    bot.pass(SCAN.durationMs);
    await whenEnded(bot, /completed/, 'C0MOVED');
    expect([lives(bot, 'C0MOVED').length, ends(bot, 'C0MOVED').length]).toEqual([1, 1]);
    expect(drawn(live)).toContain('stop-watching');
  });

  test('whose old buttons go on working under its new ID', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    const { ts } = await whenLive(bot, /waiting/);
    bot.slack.renameChannel('C0GENERAL', 'C0MOVED');
    await happens(bot, 'channel_id_changed', { old_channel_id: 'C0GENERAL', new_channel_id: 'C0MOVED' });
    await bot.slack.click({ channel: 'C0MOVED', ts, user: 'U0BOB', actionId: 'stop-watching' }).ack;
    await bot.until('the final state', () =>
      lives(bot, 'C0MOVED').some((one) => drawn(one).includes('stopped by <@U0BOB>')),
    );
  });

  test.for([
    [{ isPrivate: true }, '/invite @scanprogress'],
    [{ isArchived: true }, 'unarchive it'],
  ] as const)(
    'to %o says in its list and in App Home what lets it go on',
    async ([change, step], { bot }) => {
      const channel = 'C0PUBLIC';
      await bot.type('subscribe alpine:3.16', { channel });
      await whenSaid(bot, /subscribed/, channel);
      bot.slack.changeChannel(channel, change);
      bot.console.startImageScan(ALPINE, SCAN);
      bot.pass(60_000);
      await whenLogged(bot, 'channel unavailable');
      await bot.type('list', { channel, user: 'U0BOB' });
      const list = drawn(await whenEphemeral(bot, /1 subscription/, 'U0BOB'));
      expect(list).toContain('I cannot post here.');
      expect(list).toContain(step);
      await happens(bot, 'app_home_opened', { user: 'U0ALICE', tab: 'home' });
      const home = await bot.until('App Home', () => bot.slack.view('home', 'U0ALICE'));
      expect(JSON.stringify(home)).toContain(step);
      bot.slack.changeChannel(channel, { isPrivate: false, isArchived: false });
      await bot.type('list', { channel });
      await whenLogged(bot, 'subscriptions resume');
    },
  );

  test('of two people names no step that Slack does not offer there', async ({ bot }) => {
    bot.slack.changeChannel('D0CAROL', { isMember: false, isPrivate: true });
    await bot.type('watch alpine:3.16', { channel: 'D0CAROL' });
    const answer = drawn(await whenEphemeral(bot, /^I cannot post here/));
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
      await bot.stop();
      const app = await bot.start();
      await bot.type('subscribe alpine:3.16');
      await happens(bot, type, more);
      await bot.until('the problem', () => problem.test(app.readiness.of('token') ?? ''));
      await bot.type('list');
      await whenEphemeral(bot, /1 subscription/);
    },
  );

  test('goes on where only a person’s token was revoked', async ({ bot }) => {
    await happens(bot, 'tokens_revoked', { tokens: { oauth: ['U0ALICE'] } });
    await someTicks();
    expect(bot.log().filter(({ msg }) => msg === 'not ready')).toEqual([]);
  });

  test('works for a whole organisation, and tells Slack which workspace is meant', async ({ botWith }) => {
    const bot = await botWith({
      enterpriseId: 'E0GRID',
      environment: { SCAN_OPERATORS: 'S0ADMINS' },
    });
    for (const user of ['U0ALICE', 'U0BOB'])
      bot.slack.changeUser(user, { team: 'T0SECOND', enterprise: 'E0GRID' });
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.slack.mention({ channel: 'C0GENERAL', user: 'U0BOB', text: '<@U0SCANBOT> watch alpine:3.16' })
      .ack;
    const live = await whenLive(bot, /discovering/);
    await bot.slack.click({ channel: 'C0GENERAL', ts: live.ts, user: 'U0BOB', actionId: 'stop-watching' })
      .ack;
    await bot.until('the final state', () =>
      lives(bot).some((one) => drawn(one).includes('No longer watched')),
    );
    await bot.type('scan redis:7');
    await whenEphemeral(bot, /^Asking the Console to start/);
    expect(bot.slack.calls('usergroups.users.list')[0]?.args).toMatchObject({ team_id: 'T0SECOND' });
  });
});
