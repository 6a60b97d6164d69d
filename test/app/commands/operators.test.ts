import { describe, expect } from 'vitest';
import { drawn, type RunningBot, someTicks, test } from '../../support/running-bot.ts';

const groupTest = test.extend('options', { environment: { SCAN_OPERATORS: 'S0ADMINS' } });
const BOB = { user: 'U0BOB' };
const ONLY = 'Only operators can start or stop scans: <!subteam^S0ADMINS>';

describe.concurrent('SCAN_OPERATORS with a user group', () => {
  groupTest('lets its members start a scan', async ({ bot }) => {
    await bot.type('scan alpine:3.16');
    await bot.whenLive(/discovering|scanning/);
    expect(bot.starts()).toHaveLength(1);
  });

  groupTest('tells everybody else who may, to them alone', async ({ bot }) => {
    for (const command of ['scan alpine:3.16', 'scan', 'stop'])
      expect((await bot.reply(command, /^/, BOB)).text).toBe(ONLY);
    await someTicks();
    expect([bot.starts(), bot.slack.messages(), bot.slack.view('modal', 'U0BOB')]).toEqual([[], [], null]);
  });

  groupTest('tells everybody who asks', async ({ bot }) => {
    const answer = await bot.reply('who can start scans?', /^/, BOB);
    expect(answer.text).toBe(ONLY);
    expect(drawn(answer)).toContain('You are none of them.');
    await bot.mention('am I an operator?');
    const post = await bot.whenPosted(/^Only op/);
    expect(post.text).toMatch(/; `\/scanprogress operators` shows you who\.$/);
    expect(drawn(post)).toContain('You are one of them.');
  });

  groupTest('asks Slack for them once a minute at most', async ({ bot }) => {
    for (let refusals = 0; refusals < 3; refusals += 1) await bot.reply('stop', /^/, BOB);
    // A token of one workspace names none.
    const asked = bot.slack.calls('usergroups.users.list').map(({ args }) => args['team_id']);
    expect(asked).toEqual([undefined]);
  });

  groupTest('says that Slack does not tell, where it does not, and starts nothing', async ({ bot }) => {
    bot.slack.failWhile('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    const answer = await bot.reply('scan alpine:3.16', /^I could not check that you are an operator/);
    expect(drawn(answer)).toContain('usergroups:read');
    expect(drawn(answer)).toContain('<!subteam^S0ADMINS>');
    await someTicks();
    expect(bot.starts()).toEqual([]);
  });

  groupTest('beside a person lets that person in, whatever Slack tells of the group', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'S0ADMINS,U0BOB' } });
    bot.slack.failWhile('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    await bot.type('scan alpine:3.16', BOB);
    await bot.whenLive(/discovering|scanning/);
  });

  groupTest('asks again after a refusal of Slack’s', async ({ bot }) => {
    bot.slack.failNext('usergroups.users.list', { kind: 'error', error: 'internal_error' });
    await bot.reply('scan alpine:3.16', /^I could not check/);
    await bot.type('scan alpine:3.16');
    await bot.whenLive(/discovering|scanning/);
  });

  groupTest('counts people, and mentions nobody, where everybody reads the answer', async ({ bot }) => {
    await bot.mention('scan alpine:3.16', BOB);
    expect(drawn(await bot.whenPosted(/^Only operators/))).not.toMatch(/<[@!]/);
    expect(bot.starts()).toEqual([]);
  });
});

test('without SCAN_OPERATORS nobody may, and is told who can change that', async ({ bot }) => {
  const answer = await bot.reply('scan alpine:3.16', /^Nobody may start or stop scans/);
  expect(drawn(answer)).toContain('SCAN_OPERATORS');
  await bot.reply('stop');
  expect(bot.starts()).toEqual([]);
});

const OPERATOR = { SCAN_OPERATORS: 'U0ALICE' };
const READER = { username: 'demo', password: 'demo', mayWrite: false };
const WRITER = { username: 'writer', password: 'secret', mayWrite: true };
const AS_WRITER = { PRISMA_OPERATOR_USERNAME: 'writer', PRISMA_OPERATOR_PASSWORD: 'secret' };

const signIns = ({ requests }: RunningBot) => requests('POST', '/authenticate');

describe.concurrent('a second Console user', () => {
  test('starts and stops scans, where the first may only read', async ({ botWith }) => {
    const bot = await botWith({
      environment: { ...OPERATOR, ...AS_WRITER },
      console: { users: [READER, WRITER] },
    });
    await bot.type('watch');
    await bot.whenLive(/^Registry scan · (waiting|not running)/);
    expect(signIns(bot)).toHaveLength(1);
    await bot.type('scan');
    await bot.submit('Start registry scan?');
    await bot.whenLive(/^Registry scan · (discovering|scanning)/);
    expect(signIns(bot)).toHaveLength(2);
    await bot.type('stop');
    await bot.submit('Stop registry scan?');
    await bot.whenEphemeral(/^The Console accepted the stop/);
    await bot.whenEnded(/^Registry scan · stopped/);
    expect(signIns(bot)).toHaveLength(2);
  });

  test('is used for nothing else', async ({ botWith }) => {
    const bot = await botWith({
      environment: { ...OPERATOR, ...AS_WRITER, PRISMA_OPERATOR_PASSWORD: 'wrong' },
      console: { users: [READER, WRITER] },
    });
    await bot.watchNewScan();
    const refusal = /^The scan of `redis:7` was not started: the Console refused the sign-in/;
    await bot.reply('scan redis:7', refusal);
    bot.pass(200_000);
    await bot.whenEnded(/completed/);
  });
});
