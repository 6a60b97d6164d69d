import { describe, expect } from 'vitest';
import { FOUR_REGISTRIES } from '../../../src/demo/scripts.ts';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  type RunningBot,
  SCAN,
  someTicks,
  test as anyBot,
  ephemeralTexts,
  whenEnded,
  whenLive,
  whenLogged,
  whenEphemeral,
} from '../../support/running-bot.ts';

const user = 'U0ALICE';
const OPERATOR = { SCAN_OPERATORS: user };
const test = anyBot.extend('options', { environment: OPERATOR });
const READER = { username: 'demo', password: 'demo', mayWrite: false };
/** Longer than the wait before a watch starts without a response of the Console. */
const SLOW = { kind: 'slow', ms: 5_000, route: '/registry/scan' } as const;

const posted = ({ console }: RunningBot, route: string) =>
  console.requests.filter((request) => request.method === 'POST' && request.route === route);
const posts = ({ slack }: RunningBot) => slack.messages().filter((one) => one.user === '');

/** The next modal. */
function whenAsked(bot: RunningBot, title: string): Promise<string> {
  return bot.until(`the dialog ${title}`, () => {
    const view = JSON.stringify(bot.slack.view('modal', user) ?? '');
    return view.includes(`"${title}"`) && view;
  });
}

const mention = ({ slack }: RunningBot, text: string) =>
  slack.mention({ channel: 'C0GENERAL', user, text: `<@${slack.bot.userId}> ${text}` }).ack;

async function confirm({ slack }: RunningBot): Promise<void> {
  expect(await slack.submit({ user }).ack).toMatchObject({ payload: {} });
}

/** Typed and confirmed. */
async function order(bot: RunningBot, word: 'scan' | 'stop'): Promise<void> {
  await bot.type(word);
  await whenAsked(bot, word === 'scan' ? 'Start registry scan?' : 'Stop registry scan?');
  await confirm(bot);
}

const SHOWN = /^Registry scan · (discovering|scanning)/;

describe.concurrent('scan, of an operator,', () => {
  test('asks first, then starts the regular scan and shows who did', async ({ bot }) => {
    await bot.type('scan');
    const dialog = await whenAsked(bot, 'Start registry scan?');
    expect(dialog).toContain('all registries that are configured');
    expect(posted(bot, '/registry/scan')).toEqual([]);
    await confirm(bot);
    expect(drawn(await whenLive(bot, SHOWN))).toContain(`Started and watched by <@${user}>`);
    expect(posted(bot, '/registry/scan').map(({ body }) => body)).toEqual(['']);
    expect(ephemeralTexts(bot).join()).toMatch(/^Asking the Console to start the registry scan/);
  });

  test('warns of one that goes on, and says that nothing was started', async ({ bot }) => {
    await order(bot, 'scan');
    await whenLive(bot, SHOWN);
    await bot.type('scan', { channel: 'C0TEAM' });
    await bot.until('a warning', () =>
      JSON.stringify(bot.slack.view('modal', user)).includes('is running already'),
    );
    await confirm(bot);
    await whenEphemeral(bot, /^The registry scan is running already; nothing was started/);
    await whenLive(bot, /^Registry scan · /, 'C0TEAM');
    await someTicks();
    expect(lives(bot)).toHaveLength(1);
  });

  test('in a mention asks with a button, which opens the dialog for operators alone', async ({ bot }) => {
    await mention(bot, 'scan');
    const { ts } = await bot.until('the question', () => posts(bot)[0]);
    const click = { channel: 'C0GENERAL', ts, actionId: 'start-regular' };
    await bot.slack.click({ ...click, user: 'U0BOB' }).ack;
    await whenEphemeral(bot, /^Only operators can start or stop scans/, 'U0BOB');
    expect(bot.slack.view('modal', 'U0BOB')).toBeNull();
    await bot.slack.click({ ...click, user }).ack;
    await whenAsked(bot, 'Start registry scan?');
    await confirm(bot);
    await whenLive(bot, SHOWN);
  });

  test('asks first on the button Scan again of a regular scan, too', async ({ bot }) => {
    bot.console.startRegularScan(FOUR_REGISTRIES);
    await bot.type('watch');
    await whenLive(bot, SHOWN);
    bot.pass(3_600_000);
    const { channel, ts } = await whenEnded(bot, /^Registry scan · completed/);
    await bot.slack.click({ channel, ts, user, actionId: 'rescan' }).ack;
    await whenAsked(bot, 'Start registry scan?');
    expect(posted(bot, '/registry/scan')).toEqual([]);
    await confirm(bot);
    await bot.until('a start', () => posted(bot, '/registry/scan').length === 1);
  });

  test('sent by somebody who is no operator any more starts nothing', async ({ botWith }) => {
    const environment = { ...OPERATOR };
    const bot = await botWith({ environment });
    await bot.type('scan');
    await whenAsked(bot, 'Start registry scan?');
    await bot.stop();
    environment.SCAN_OPERATORS = 'U0BOB';
    await bot.start();
    await confirm(bot);
    await whenEphemeral(bot, /^Only operators can start or stop scans/);
    expect(posted(bot, '/registry/scan')).toEqual([]);
  });

  test('says so where the Console user may not write, and begins no watch', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR, console: { users: [READER] } });
    await bot.type('scan alpine:3.16');
    const answer = await whenEphemeral(bot, /^The scan of `alpine:3.16` was not started: the Console user/);
    expect(drawn(answer)).toContain('PRISMA_OPERATOR_USERNAME');
    await someTicks();
    expect(posts(bot)).toEqual([]);
  });

  test('of an image that the settings seem not to cover warns, and starts it where the operator wants it', async ({
    bot,
  }) => {
    await bot.type('scan registry.elsewhere.example/app:1');
    const warning = await whenEphemeral(
      bot,
      /^The scan of `[^`]+` was not started yet: no registry specification seems to cover this image/,
    );
    expect(drawn(warning)).toMatch(/Looked at: `.+`/);
    await someTicks();
    expect(posted(bot, '/registry/scan')).toEqual([]);
    expect(posts(bot)).toEqual([]);
    const click = { channel: 'C0GENERAL', ts: warning.ts, actionId: 'start-anyway' };
    await bot.slack.click({ ...click, user: 'U0BOB' }).ack;
    await whenEphemeral(bot, /^Only operators can start or stop scans/, 'U0BOB');
    expect(posted(bot, '/registry/scan')).toEqual([]);
    await bot.slack.click({ ...click, user }).ack;
    await bot.until('a start', () => posted(bot, '/registry/scan').length === 1);
  });

  test('of an image that runs already says so, and asks for nothing', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    await bot.type('scan alpine:3.16');
    await whenEphemeral(bot, /^The scan of `alpine:3.16` is running already; nothing was started/);
    await whenEphemeral(bot, /already watched here/);
    expect(ephemeralTexts(bot).join()).not.toContain('Asking the Console');
    expect(posted(bot, '/registry/scan')).toEqual([]);
  });

  test('that the Console answers with an error claims neither a start nor a repetition', async ({ bot }) => {
    await bot.console.setFault({ kind: 'status', status: 500, route: '/registry/scan' });
    await bot.type('scan alpine:3.16');
    const answer = drawn(await whenEphemeral(bot, /^The Console did not say whether/));
    expect(answer).toContain('before you start it again');
    expect(answer).not.toContain('next try');
    const live = drawn(await whenLive(bot, /^alpine:3.16 · waiting/));
    expect(live).toContain('Start requested by <@U0ALICE>');
    expect(live).not.toContain('Scan started by');
  });

  test('of such an image asks the Console where nobody may read its registries', async ({ bot }) => {
    await bot.console.setFault({ kind: 'status', status: 403, route: '/settings/registry' });
    await bot.type('scan registry.elsewhere.example/app:1');
    await whenLive(bot, /^registry.elsewhere.example\/app:1 · /);
    expect(posted(bot, '/registry/scan')).toHaveLength(1);
  });
});

describe.concurrent('a start that takes long', () => {
  test('shows its live message meanwhile, and says nothing more once it is done', async ({ bot }) => {
    await bot.console.setFault(SLOW);
    await bot.type('scan alpine:3.16');
    await whenLive(bot, /^alpine:3.16 · (waiting|discovering)/);
    await whenLogged(bot, 'responded to a scan start');
    await someTicks();
    expect([lives(bot).length, posts(bot).length, ephemeralTexts(bot).length]).toEqual([1, 1, 1]);
  });

  test('and then fails is told once where its live message is, to the one who asked', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR, console: { users: [READER] } });
    await bot.console.setFault(SLOW);
    await bot.type('scan alpine:3.16');
    const { ts } = await whenLive(bot, /^alpine:3.16 · waiting/);
    const end = await whenEnded(bot, /^alpine:3.16 · not running · .* · <@U0ALICE>$/);
    expect(end.thread).toBe(ts);
    expect(drawn(end)).toContain('*was not started*: the Console user of this bot may not do that');
    await bot.until('the final state', () =>
      lives(bot).some((live) => drawn(live).includes('*Not started*')),
    );
    await someTicks();
    expect(posts(bot)).toHaveLength(2);
    expect(ephemeralTexts(bot).filter((text) => text.includes('not started'))).toEqual([]);
    await bot.type('list');
    await whenEphemeral(bot, /^Nothing is watched here/);
  });

  test('asked for by a mention, and then fails, is told once as well', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR, console: { users: [READER] } });
    await bot.console.setFault(SLOW);
    await mention(bot, 'scan alpine:3.16');
    await whenEnded(bot, /not running/);
    await someTicks();
    expect(posts(bot).filter((post) => drawn(post).includes('was not started'))).toHaveLength(1);
  });

  test('and fails leaves a watch alone that was there before', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR, console: { users: [READER] } });
    await bot.type('watch alpine:3.16', { user: 'U0BOB' });
    await whenLive(bot, /waiting/);
    await bot.console.setFault(SLOW);
    await bot.type('scan alpine:3.16');
    await whenEphemeral(bot, /was not started: the Console user/);
    await someTicks();
    expect(ends(bot)).toEqual([]);
    bot.console.startImageScan(ALPINE, SCAN);
    await whenLive(bot, /discovering/);
  });

  test('and fails, while somebody else’s scan of that image goes on, goes on to show that', async ({
    botWith,
  }) => {
    const bot = await botWith({ environment: OPERATOR, console: { users: [READER] } });
    await bot.console.setFault(SLOW);
    await bot.type('scan alpine:3.16');
    bot.console.startImageScan(ALPINE, SCAN);
    await whenLive(bot, /discovering/);
    await whenEphemeral(bot, /was not started: the Console user/);
    bot.pass(200_000);
    await whenEnded(bot, /completed/);
  });
});

describe.concurrent('stop, of an operator,', () => {
  test('asks first, then stops the regular scan; the end names who did', async ({ bot }) => {
    await order(bot, 'scan');
    await whenLive(bot, SHOWN);
    bot.pass(60_000);
    await whenLive(bot, /^Registry scan · .* images [1-9]/);
    await bot.type('stop');
    expect(await whenAsked(bot, 'Stop registry scan?')).toContain('for everybody');
    expect(posted(bot, '/registry/stop')).toEqual([]);
    await confirm(bot);
    await whenEphemeral(bot, /^The Console accepted the stop/);
    expect(posted(bot, '/registry/stop')).toHaveLength(1);
    expect(drawn(await whenEnded(bot, /^Registry scan · stopped/))).toContain(`stopped by <@${user}>`);
  });

  test('in a mention asks with a button, which opens the dialog', async ({ bot }) => {
    await mention(bot, 'stop');
    const { ts } = await bot.until('the question', () => posts(bot)[0]);
    await bot.slack.click({ channel: 'C0GENERAL', ts, user, actionId: 'stop-regular' }).ack;
    await whenAsked(bot, 'Stop registry scan?');
  });

  test.for([
    ['nothing is running', {}, /^No registry scan is running/],
    [
      'the Console user may not',
      { console: { users: [READER] } },
      /^The registry scan was not stopped: the Console user of this bot may not do that/,
    ],
  ] as const)('says so plainly where %s', async ([, options, words], { botWith }) => {
    const bot = await botWith({ environment: OPERATOR, ...options });
    await order(bot, 'stop');
    await whenEphemeral(bot, words);
  });

  test('says beforehand that there may be nothing to stop', async ({ bot }) => {
    await bot.type('');
    await whenEphemeral(bot, /^Registry scan · not running/);
    await bot.type('stop');
    expect(await whenAsked(bot, 'Stop registry scan?')).toContain('nothing to stop');
  });
});
