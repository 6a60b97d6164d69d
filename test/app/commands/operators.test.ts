import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  type RunningBot,
  SCAN,
  someTicks,
  test,
  ephemeralTexts,
  whenEnded,
  whenLive,
  whenEphemeral,
} from '../../support/running-bot.ts';

const starts = ({ console }: RunningBot) =>
  console.requests.filter(({ method, route }) => method === 'POST' && route === '/registry/scan');
const GROUP = { environment: { SCAN_OPERATORS: 'S0ADMINS' } };

const groupTest = test.extend('options', GROUP);

describe.concurrent('SCAN_OPERATORS with a user group', () => {
  groupTest('lets its members start a scan', async ({ bot }) => {
    await bot.type('scan alpine:3.16');
    await whenLive(bot, /discovering|scanning/);
    expect(starts(bot)).toHaveLength(1);
  });

  groupTest('tells everybody else who may, to them alone', async ({ bot }) => {
    for (const command of ['scan alpine:3.16', 'scan', 'stop'] as const) {
      const before = ephemeralTexts(bot, 'U0BOB').length;
      await bot.type(command, { user: 'U0BOB' });
      const answer = await bot.until('a refusal', () => bot.slack.ephemerals('U0BOB')[before]);
      expect(answer.text).toBe('Only operators can start or stop scans: <!subteam^S0ADMINS>');
    }
    await someTicks();
    expect([starts(bot).length, bot.slack.messages().length, bot.slack.view('modal', 'U0BOB')]).toEqual([
      0,
      0,
      null,
    ]);
  });

  groupTest('tells everybody who asks', async ({ bot }) => {
    await bot.type('who can start scans?', { user: 'U0BOB' });
    const answer = await bot.until('an answer', () => bot.slack.ephemerals('U0BOB')[0]);
    expect(answer.text).toBe('Only operators can start or stop scans: <!subteam^S0ADMINS>');
    expect(drawn(answer)).toContain('You are none of them.');
    await bot.slack.mention({
      channel: 'C0GENERAL',
      user: 'U0ALICE',
      text: `<@${bot.slack.bot.userId}> am I an operator?`,
    }).ack;
    const post = await bot.until('a post', () =>
      bot.slack.messages().find(({ text }) => /^Only op/.test(text)),
    );
    expect(post.text).toMatch(/; `\/scanprogress operators` shows you who\.$/);
    expect(drawn(post)).toContain('You are one of them.');
  });

  groupTest('asks Slack for them once a minute at most', async ({ bot }) => {
    for (const refusals of [1, 2, 3]) {
      await bot.type('stop', { user: 'U0BOB' });
      await bot.until('a refusal', () => ephemeralTexts(bot, 'U0BOB').length === refusals);
    }
    // A token of one workspace names none.
    const asked = bot.slack.calls('usergroups.users.list').map(({ args }) => args['team_id']);
    expect(asked).toEqual([undefined]);
  });

  groupTest('says that Slack does not tell, where it does not, and starts nothing', async ({ bot }) => {
    bot.slack.failWhile('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    await bot.type('scan alpine:3.16');
    const answer = await whenEphemeral(bot, /^I could not check that you are an operator/);
    expect(drawn(answer)).toContain('usergroups:read');
    expect(drawn(answer)).toContain('<!subteam^S0ADMINS>');
    await someTicks();
    expect(starts(bot)).toEqual([]);
  });

  groupTest('beside a person lets that person in, whatever Slack tells of the group', async ({ botWith }) => {
    const bot = await botWith({ environment: { SCAN_OPERATORS: 'S0ADMINS,U0BOB' } });
    bot.slack.failWhile('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    await bot.type('scan alpine:3.16', { user: 'U0BOB' });
    await whenLive(bot, /discovering|scanning/);
  });

  groupTest('asks again after a refusal of Slack’s', async ({ bot }) => {
    bot.slack.failNext('usergroups.users.list', { kind: 'error', error: 'internal_error' });
    await bot.type('scan alpine:3.16');
    await whenEphemeral(bot, /^I could not check/);
    await bot.type('scan alpine:3.16');
    await whenLive(bot, /discovering|scanning/);
  });

  groupTest('counts people, and mentions nobody, where everybody reads the answer', async ({ bot }) => {
    const text = `<@${bot.slack.bot.userId}> scan alpine:3.16`;
    await bot.slack.mention({ channel: 'C0GENERAL', user: 'U0BOB', text }).ack;
    const answer = await bot.until('an answer', () =>
      bot.slack.messages().find((one) => one.user === '' && one.text.startsWith('Only operators')),
    );
    expect(drawn(answer)).not.toMatch(/<[@!]/);
    expect(starts(bot)).toEqual([]);
  });
});

test('without SCAN_OPERATORS nobody may, and is told who can change that', async ({ bot }) => {
  await bot.type('scan alpine:3.16');
  expect(drawn(await whenEphemeral(bot, /^Nobody may start or stop scans/))).toContain('SCAN_OPERATORS');
  await bot.type('stop');
  await bot.until('two refusals', () => ephemeralTexts(bot).length === 2);
  expect(starts(bot)).toEqual([]);
});

const user = 'U0ALICE';
const OPERATOR = { SCAN_OPERATORS: user };
const READER = { username: 'demo', password: 'demo', mayWrite: false };
const WRITER = { username: 'writer', password: 'secret', mayWrite: true };
const AS_WRITER = { PRISMA_OPERATOR_USERNAME: 'writer', PRISMA_OPERATOR_PASSWORD: 'secret' };

const signIns = ({ console }: RunningBot) =>
  console.requests.filter(({ method, route }) => `${method} ${route}` === 'POST /authenticate');

async function confirmed(bot: RunningBot, command: string, question: string): Promise<void> {
  await bot.type(command);
  await bot.until('the question', () =>
    JSON.stringify(bot.slack.view('modal', user) ?? '').includes(`"${question}"`),
  );
  expect(await bot.slack.submit({ user }).ack).toMatchObject({ payload: {} });
}

describe.concurrent('a second Console user', () => {
  test('starts and stops scans, where the first may only read', async ({ botWith }) => {
    const bot = await botWith({
      environment: { ...OPERATOR, ...AS_WRITER },
      console: { users: [READER, WRITER] },
    });
    await bot.type('watch');
    await whenLive(bot, /^Registry scan · (waiting|not running)/);
    expect(signIns(bot)).toHaveLength(1);
    await confirmed(bot, 'scan', 'Start registry scan?');
    await whenLive(bot, /^Registry scan · (discovering|scanning)/);
    expect(signIns(bot)).toHaveLength(2);
    await confirmed(bot, 'stop', 'Stop registry scan?');
    await whenEphemeral(bot, /^The Console accepted the stop/);
    await whenEnded(bot, /^Registry scan · stopped/);
    expect(signIns(bot)).toHaveLength(2);
  });

  test('is used for nothing else', async ({ botWith }) => {
    const bot = await botWith({
      environment: { ...OPERATOR, ...AS_WRITER, PRISMA_OPERATOR_PASSWORD: 'wrong' },
      console: { users: [READER, WRITER] },
    });
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    await bot.type('scan redis:7');
    await whenEphemeral(bot, /^The scan of `redis:7` was not started: the Console refused the sign-in/);
    bot.pass(200_000);
    await whenEnded(bot, /completed/);
  });
});
