import { describe, expect } from 'vitest';
import { FOUR_REGISTRIES } from '../../../src/demo/scripts.ts';
import { drawn, type RunningBot, someTicks, test as anyBot } from '../../support/running-bot.ts';

const OPERATOR = { SCAN_OPERATORS: 'U0ALICE' };
const READER = { console: { users: [{ username: 'demo', password: 'demo', mayWrite: false }] } };
const test = anyBot.extend('options', { environment: OPERATOR });
/** The Console user may start and stop nothing. */
const readerTest = anyBot.extend('options', { environment: OPERATOR, ...READER });
const BOB = { user: 'U0BOB' };
const ONLY_OPERATORS = /^Only operators can start or stop scans/;
/** Longer than the wait before a watch starts without a response of the Console. */
const SLOW = { kind: 'slow', ms: 5_000, route: '/registry/scan' } as const;

const START = '"Start registry scan?"';
const STOP = '"Stop registry scan?"';
const whenAsked = (bot: RunningBot) => bot.until('the question', () => bot.messages()[0]);

const SHOWN = /^Registry scan · (discovering|scanning)/;

describe.concurrent('scan, of an operator,', () => {
  test('asks first, then starts the regular scan and shows who did', async ({ bot }) => {
    await bot.type('scan');
    expect(await bot.whenModal(START)).toContain('all registries that are configured');
    expect(bot.starts()).toEqual([]);
    await bot.submit(START);
    expect(drawn(await bot.whenLive(SHOWN))).toContain('Started and watched by <@U0ALICE>');
    expect(bot.starts().map(({ body }) => body)).toEqual(['']);
    expect(bot.ephemeralTexts().join()).toMatch(/^Asking the Console to start the registry scan/);
  });

  test('warns of one that goes on, and says that nothing was started', async ({ bot }) => {
    await bot.type('scan');
    await bot.submit(START);
    await bot.whenLive(SHOWN);
    await bot.type('scan', { channel: 'C0TEAM' });
    await bot.submit('is running already');
    await bot.whenEphemeral(/^The registry scan is running already; nothing was started/);
    await bot.whenLive(/^Registry scan · /, 'C0TEAM');
    await someTicks();
    expect(bot.lives()).toHaveLength(1);
  });

  test('in a mention asks with a button, which opens the dialog for operators alone', async ({ bot }) => {
    await bot.mention('scan');
    const question = await whenAsked(bot);
    await bot.click(question, 'start-regular', BOB);
    await bot.whenEphemeral(ONLY_OPERATORS, 'U0BOB');
    expect(bot.slack.view('modal', 'U0BOB')).toBeNull();
    await bot.click(question, 'start-regular');
    await bot.submit(START);
    await bot.whenLive(SHOWN);
  });

  test('asks first on the button Scan again of a regular scan, too', async ({ bot }) => {
    bot.console.startRegularScan(FOUR_REGISTRIES);
    await bot.type('watch');
    await bot.whenLive(SHOWN);
    bot.pass(3_600_000);
    await bot.click(await bot.whenEnded(/^Registry scan · completed/), 'rescan');
    await bot.whenModal(START);
    expect(bot.starts()).toEqual([]);
    await bot.submit(START);
    await bot.until('a start', () => bot.starts().length === 1);
  });

  test('sent by somebody who is no operator any more starts nothing', async ({ botWith }) => {
    const environment = { ...OPERATOR };
    const bot = await botWith({ environment });
    await bot.type('scan');
    await bot.whenModal(START);
    await bot.stop();
    environment.SCAN_OPERATORS = 'U0BOB';
    await bot.start();
    await bot.submit(START);
    await bot.whenEphemeral(ONLY_OPERATORS);
    expect(bot.starts()).toEqual([]);
  });

  readerTest('of the registry scan, which the Console refuses late, leaves no watch', async ({ bot }) => {
    await bot.console.setFault(SLOW);
    await bot.type('scan');
    await bot.submit(START);
    const end = await bot.whenEnded(/^Registry scan · not running · .* · <@U0ALICE>$/);
    expect(drawn(end)).toContain('*was not started*: the Console user of this bot may not do that');
    await bot.whenShown('*Not started*');
    await bot.reply('list', /^Nothing is watched here/);
  });

  readerTest('says so where the Console user may not write, and begins no watch', async ({ bot }) => {
    const refusal = /^The scan of `alpine:3.16` was not started: the Console user/;
    expect(drawn(await bot.reply('scan alpine:3.16', refusal))).toContain('PRISMA_OPERATOR_USERNAME');
    await someTicks();
    expect(bot.messages()).toEqual([]);
  });

  test('of an image that the settings seem not to cover warns, and starts it where the operator wants it', async ({
    bot,
  }) => {
    const warning = await bot.reply(
      'scan registry.elsewhere.example/app:1',
      /^The scan of `[^`]+` was not started yet: no registry specification seems to cover this image/,
    );
    expect(drawn(warning)).toMatch(/Looked at: `.+`/);
    await someTicks();
    expect(bot.starts()).toEqual([]);
    expect(bot.messages()).toEqual([]);
    await bot.click(warning, 'start-anyway', BOB);
    await bot.whenEphemeral(ONLY_OPERATORS, 'U0BOB');
    expect(bot.starts()).toEqual([]);
    await bot.click(warning, 'start-anyway');
    await bot.until('a start', () => bot.starts().length === 1);
  });

  test('of an image that runs already says so, and asks for nothing', async ({ bot }) => {
    await bot.watchNewScan();
    await bot.reply('scan alpine:3.16', /^The scan of `alpine:3.16` is running already; nothing was started/);
    await bot.whenEphemeral(/already watched here/);
    expect(bot.ephemeralTexts().join()).not.toContain('Asking the Console');
    expect(bot.starts()).toEqual([]);
  });

  test('that the Console answers with an error claims neither a start nor a repetition', async ({ bot }) => {
    await bot.console.setFault({ kind: 'status', status: 500, route: '/registry/scan' });
    const answer = drawn(await bot.reply('scan alpine:3.16', /^The Console did not say whether/));
    expect(answer).toContain('before you start it again');
    expect(answer).not.toContain('next try');
    const live = drawn(await bot.whenLive(/^alpine:3.16 · waiting/));
    expect(live).toContain('Start requested by <@U0ALICE>');
    expect(live).not.toContain('Scan started by');
  });

  test('of such an image asks the Console where nobody may read its registries', async ({ bot }) => {
    await bot.console.setFault({ kind: 'status', status: 403, route: '/settings/registry' });
    await bot.type('scan registry.elsewhere.example/app:1');
    await bot.whenLive(/^registry.elsewhere.example\/app:1 · /);
    expect(bot.starts()).toHaveLength(1);
  });
});

describe.concurrent('a start that takes long', () => {
  test('shows its live message meanwhile, and says nothing more once it is done', async ({ bot }) => {
    await bot.console.setFault(SLOW);
    await bot.type('scan alpine:3.16');
    await bot.whenLive(/^alpine:3.16 · (waiting|discovering)/);
    await bot.whenLogged('responded to a scan start');
    await someTicks();
    expect([bot.lives().length, bot.messages().length, bot.ephemeralTexts().length]).toEqual([1, 1, 1]);
  });

  readerTest(
    'and then fails is told once where its live message is, to the one who asked',
    async ({ bot }) => {
      await bot.console.setFault(SLOW);
      await bot.type('scan alpine:3.16');
      const { ts } = await bot.whenLive(/^alpine:3.16 · waiting/);
      const end = await bot.whenEnded(/^alpine:3.16 · not running · .* · <@U0ALICE>$/);
      expect(end.thread).toBe(ts);
      expect(drawn(end)).toContain('*was not started*: the Console user of this bot may not do that');
      await bot.whenShown('*Not started*');
      await someTicks();
      expect(bot.messages()).toHaveLength(2);
      expect(bot.ephemeralTexts().filter((text) => text.includes('not started'))).toEqual([]);
      await bot.reply('list', /^Nothing is watched here/);
    },
  );

  readerTest('asked for by a mention, and then fails, is told once as well', async ({ bot }) => {
    await bot.console.setFault(SLOW);
    await bot.mention('scan alpine:3.16');
    await bot.whenEnded(/not running/);
    await someTicks();
    expect(bot.messages().filter((post) => drawn(post).includes('was not started'))).toHaveLength(1);
  });

  readerTest('and fails leaves a watch alone that was there before', async ({ bot }) => {
    await bot.watch('alpine:3.16', { user: 'U0BOB' });
    await bot.console.setFault(SLOW);
    await bot.reply('scan alpine:3.16', /was not started: the Console user/);
    await someTicks();
    expect(bot.ends()).toEqual([]);
    bot.startScan();
    await bot.whenLive(/discovering/);
  });

  readerTest(
    'and fails, while somebody else’s scan of that image goes on, goes on to show that',
    async ({ bot }) => {
      await bot.console.setFault(SLOW);
      await bot.type('scan alpine:3.16');
      bot.startScan();
      await bot.whenLive(/discovering/);
      await bot.whenEphemeral(/was not started: the Console user/);
      bot.pass(200_000);
      await bot.whenEnded(/completed/);
    },
  );
});

describe.concurrent('stop, of an operator,', () => {
  test('asks first, then stops the regular scan; the end names who did', async ({ bot }) => {
    await bot.type('scan');
    await bot.submit(START);
    await bot.whenLive(SHOWN);
    bot.pass(60_000);
    await bot.whenLive(/^Registry scan · .* images [1-9]/);
    await bot.type('stop');
    expect(await bot.whenModal(STOP)).toContain('for everybody');
    expect(bot.requests('POST', '/registry/stop')).toEqual([]);
    await bot.submit(STOP);
    await bot.whenEphemeral(/^The Console accepted the stop/);
    expect(bot.requests('POST', '/registry/stop')).toHaveLength(1);
    expect(drawn(await bot.whenEnded(/^Registry scan · stopped/))).toContain('stopped by <@U0ALICE>');
  });

  test('in a mention asks with a button, which opens the dialog', async ({ bot }) => {
    await bot.mention('stop');
    await bot.click(await whenAsked(bot), 'stop-regular');
    await bot.whenModal(STOP);
  });

  test.for([
    ['nothing is running', {}, /^No registry scan is running/],
    [
      'the Console user may not',
      READER,
      /^The registry scan was not stopped: the Console user of this bot may not do that/,
    ],
  ] as const)('says so plainly where %s', async ([, options, words], { botWith }) => {
    const bot = await botWith({ environment: OPERATOR, ...options });
    await bot.type('stop');
    await bot.submit(STOP);
    await bot.whenEphemeral(words);
  });

  test('says beforehand that there may be nothing to stop', async ({ bot }) => {
    await bot.reply('', /^Registry scan · not running/);
    await bot.type('stop');
    expect(await bot.whenModal(STOP)).toContain('nothing to stop');
  });
});
