import { describe, expect } from 'vitest';
import type { Message } from '../../support/fake-slack/fake-slack-workspace.ts';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const OPERATOR = { environment: { SCAN_OPERATORS: 'U0ALICE' } };
const operatorTest = test.extend('options', OPERATOR);
const found = (critical: number, high: number) => ({ critical, high, medium: 3, low: 4, compliance: 1 });
const PULL_ERROR = 'failed to pull image: manifest unknown';

/** One whole scan of alpine, as far as the Console is concerned; the bot sees its middle and its end. */
async function scanWhole(bot: RunningBot, number: number, critical: number): Promise<void> {
  bot.startHalfAScan({ findings: found(critical, 2) });
  await bot.until('a live message of this scan', () => bot.lives().length === number);
  // No further than its end: the bot's clock does not move meanwhile, and the Console's dates the start.
  bot.pass(SCAN.durationMs - 60_000);
  await bot.until('the end of this scan', () => bot.threadPosts().length === number);
}

describe.concurrent('a completion', () => {
  test('of a subscription tells from the second scan on what has changed', async ({ bot }) => {
    await bot.subscribe();
    for (const [index, critical] of [1, 4, 3].entries()) await scanWhole(bot, index + 1, critical);
    const [first, second, third] = bot.threadPosts().map(drawn);
    expect(first).toContain('*1 critical* · 2 high · 3 medium · 4 low · 1 compliance issue');
    expect(first).not.toContain('Since the scan before');
    expect(second).toContain('Since the scan before: *3 new critical*');
    expect(third).toContain('Since the scan before: nothing new · gone: 1 critical · unchanged: 3 critical');
  });

  test('is still known while the next scan is awaited, and while it runs', async ({ bot }) => {
    await bot.watch();
    await scanWhole(bot, 1, 2);
    const waiting = await bot.watch();
    expect(drawn(waiting)).toMatch(/The last scan completed .*\*2 critical\*.* I’m waiting for the next one/);
    bot.startHalfAScan();
    await bot.whenLive(/^alpine:3.16 · scanning/);
    const answer = await bot.reply('is alpine:3.16 vulnerable?', /^alpine:3.16 · scanning/);
    expect(drawn(answer)).toMatch(/The last scan completed .*\*2 critical\*/);
  });

  test('of an image that could not be pulled says failed, and so does the live message', async ({ bot }) => {
    await bot.watchNewScan({ pullError: PULL_ERROR });
    bot.pass(SCAN.durationMs);
    const end = await bot.whenEnded(/^alpine:3.16 · failed/);
    expect(drawn(end)).toContain('It could not be scanned.');
    expect(drawn(end)).toContain(PULL_ERROR);
    const final = await bot.whenLive(/^alpine:3.16 · failed/);
    expect(drawn(final)).toContain(PULL_ERROR);
    await someTicks();
    expect(final.states.map(({ text }) => text).filter((text) => text.includes('completed'))).toEqual([]);
    expect(drawn(await bot.reply('history alpine:3.16', /^History of alpine:3.16/))).toContain('❌');
  });

  operatorTest('whose table Slack refuses has its rows as text, and keeps its buttons', async ({ bot }) => {
    await bot.subscribe();
    bot.startHalfAScan({ findings: found(2, 1) });
    await bot.whenLive(/scanning/);
    bot.slack.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    bot.pass(SCAN.durationMs - 60_000);
    const end = drawn(await bot.until('the end of this scan', () => bot.threadPosts()[0]));
    expect(end).not.toContain('"table"');
    expect(end).toContain('|CVE-2025-20000> · `critical` · `openssl ');
    expect(end).toContain('All in the Console');
    expect(end).toContain('Scan again');
  });

  test.for([
    ['that nobody may see', 403],
    ['that do not come', 503],
  ] as const)('waits 20 s at most for results %s', async ([, status], { bot }) => {
    await bot.console.setFault({ kind: 'status', status, route: '/registry' });
    await bot.watchNewScan();
    bot.pass(200_000);
    const end = await bot.whenEnded(/^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('The findings are in the Console.');
    await bot.whenLive(/completed/);
  });

  operatorTest(
    'of the regular scan tells registries, errors, what failed, and the worst images',
    async ({ bot }) => {
      await bot.type('watch');
      await bot.whenLive(/^Registry scan · (waiting|not running)/);
      await bot.type('scan');
      await bot.submit('Start registry scan?');
      await bot.whenLive(/^Registry scan · (discovering|scanning)/);
      bot.pass(100_000);
      await bot.whenLive(/images [1-9]/);
      bot.pass(600_000);
      const end = await bot.whenEnded(/^Registry scan · completed/);
      expect(drawn(end)).toContain('*completed with errors*');
      expect(drawn(end)).toContain('401 Unauthorized');
      expect(drawn(end)).toContain('*1 of 5 registry specifications failed.*');
      expect(drawn(end)).toContain('registry.acme.example:5000');
      const table = end.blocks.find((block) => (block as { type: string }).type === 'table');
      const { rows } = table as { rows: { text: string }[][] };
      const names = rows.slice(1).map(([name]) => name?.text);
      expect(names).toHaveLength(10);
      expect(names.slice(0, 3)).toEqual([
        'quay.io/acme/warehouse:2.1',
        'quay.io/acme/warehouse:2.2',
        'ghcr.io/acme/payments:4.4.0',
      ]);
      expect(drawn(await bot.whenLive(/completed/))).toContain('ghcr.io');
    },
  );
});

describe.concurrent('history', () => {
  test('shows each scan with its length, its end and what it found', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    for (const [index, critical] of [1, 4].entries()) await scanWhole(bot, index + 1, critical);
    bot.startHalfAScan({ ending: { kind: 'fails', at: 0.7, error: 'no space left' } });
    await bot.until('a third live message', () => bot.lives().length === 3);
    bot.pass(10_000);
    await bot.until('a third end', () => bot.threadPosts().length === 3);
    const history = await bot.reply('history alpine:3.16', /^History of alpine:3.16: 3 scans$/);
    const text = drawn(history);
    expect(text).toMatch(/Critical \+ high 3 to 6\s+`[▁▂▃▄▅▆▇█·]{3}`/);
    const lines = text.split('\\n').filter((line) => /[✅🟠❌]/u.test(line));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/❌.* · failed/);
    expect(lines[1]).toContain('4 critical · 2 high');
    expect(lines[2]).toContain('1 critical · 2 high');
  });

  operatorTest('names in a channel nobody, and to one person who started a scan', async ({ bot }) => {
    await bot.type('scan alpine:3.16');
    await bot.whenLive(/discovering|scanning/);
    bot.pass(60_000);
    await bot.whenEnded(/completed/);
    const alone = await bot.reply('history alpine:3.16', /^History of/, { user: 'U0BOB' });
    expect(drawn(alone)).toContain('started by <@U0ALICE>');
    await bot.mention('history alpine:3.16', { user: 'U0BOB' });
    expect(drawn(await bot.whenPosted(/^History of/))).not.toContain('<@');
  });
});

describe.concurrent('the button Scan again', () => {
  async function whenDone(bot: RunningBot): Promise<Message> {
    await bot.watchNewScan();
    bot.pass(SCAN.durationMs);
    return bot.whenEnded(/completed/);
  }

  operatorTest('starts the scan anew for an operator, in the thread of the end', async ({ bot }) => {
    await bot.click(await whenDone(bot), 'rescan');
    await bot.until('a second live message', () => bot.lives().length === 2);
    expect(bot.starts()).toHaveLength(1);
    expect(drawn(bot.lives()[1]!)).toContain('Started and watched by <@U0ALICE>');
  });

  operatorTest('tells everybody else who may', async ({ bot }) => {
    await bot.click(await whenDone(bot), 'rescan', { user: 'U0BOB' });
    await bot.whenEphemeral(/^Only operators can start or stop scans/, 'U0BOB');
    await someTicks();
    expect([bot.starts().length, bot.lives().length]).toEqual([0, 1]);
  });

  test('is not there where nobody may', async ({ bot }) => {
    await whenDone(bot);
    expect(drawn(bot.threadPosts()[0]!)).not.toContain('rescan');
  });
});

describe.concurrent('a scan that stands still', () => {
  const stallTest = test.extend('options', { environment: { STALL_AFTER: '4s' } });
  const complaint = 'Failed to scan library/alpine: no space left on device';

  stallTest('is told once in the thread, with the likely cause, and again when it moves', async ({ bot }) => {
    await bot.watchNewScan({ ending: { kind: 'sticks', at: 0.5, complaint } });
    bot.pass(80_000);
    const { ts } = await bot.whenLive(/^alpine:3.16 · stalled/);
    const notice = await bot.until('a notice', () => bot.threadPosts()[0]);
    expect(notice.thread).toBe(ts);
    expect(drawn(notice)).toMatch(/\*stalled\* at .* since <!date/);
    expect(drawn(notice)).toContain(`Console: \`${complaint}\``);
    expect(drawn(notice)).not.toContain('<@');
    await bot.whenShown(`Console: \`${complaint}\``);
    await someTicks();
    await someTicks();
    expect(bot.threadPosts()).toHaveLength(1);
    bot.startScan();
    bot.pass(90_000);
    const moves = await bot.until('the news that it moves', () => bot.threadPosts()[1]);
    expect(drawn(moves)).toContain('*moves again*');
    await someTicks();
    expect(bot.threadPosts().filter((reply) => drawn(reply).includes('moves again'))).toHaveLength(1);
  });

  stallTest('is told to who watches late by the live message alone', async ({ bot }) => {
    await bot.watchNewScan({ ending: { kind: 'sticks', at: 0.5, complaint } });
    bot.pass(80_000);
    const notice = await bot.until('a notice', () => bot.threadPosts()[0]);
    const [since] = /since <[^>]+>/.exec(drawn(notice)) ?? [];
    await bot.type('watch alpine:3.16', { channel: 'C0PUBLIC' });
    const late = await bot.whenLive(/^alpine:3.16 · stalled/, 'C0PUBLIC');
    expect(drawn(late)).toContain(`*Stalled* at 5/12 images ${since}`);
    expect(drawn(late)).toContain(`Console: \`${complaint}\``);
    bot.startScan();
    bot.pass(90_000);
    await bot.until('the news that it moves', () => bot.threadPosts()[1]);
    await bot.whenLive(/^alpine:3.16 · (?!stalled)/, 'C0PUBLIC');
    const posts = () => bot.threadPosts('C0PUBLIC').map(drawn).join();
    expect(posts()).toBe('');
    await someTicks();
    // A second stall is posted.
    expect(posts()).not.toContain(since);
  });

  stallTest('without a Defender is told so', async ({ bot }) => {
    bot.console.setConnectedDefenders(0);
    bot.startScan({ ending: { kind: 'sticks', at: 0.5 } });
    await bot.type('watch alpine:3.16');
    bot.pass(80_000);
    const notice = await bot.until('a notice', () => bot.threadPosts()[0]);
    expect(drawn(notice)).toContain('No Defender is connected');
  });

  stallTest('is told without a cause where the role may see none', async ({ bot }) => {
    await bot.watchNewScan({ ending: { kind: 'sticks', at: 0.5 } });
    bot.pass(80_000);
    await bot.whenLive(/scanning/);
    for (const route of ['/settings/registry', '/statuses/registry', '/defenders/summary'])
      await bot.console.setFault({ kind: 'status', status: 403, route });
    const notice = await bot.until('a notice', () => bot.threadPosts()[0]);
    expect(drawn(notice)).toContain('*stalled* at');
  });
});

test('a scan that was started and never shows is told once, with the likely cause', async ({ botWith }) => {
  const bot = await botWith({ ...OPERATOR, console: { scriptFor: () => 'out-of-scope' } });
  bot.console.setConnectedDefenders(0);
  await bot.type('scan alpine:3.16');
  const { ts } = await bot.whenLive(/^alpine:3.16 · waiting/);
  const notice = await bot.until('a notice', () => bot.threadPosts()[0]);
  expect(notice.thread).toBe(ts);
  expect(drawn(notice)).toContain('though the Console was asked to start it');
  expect(drawn(notice)).toContain('No Defender is connected');
  await someTicks();
  expect(bot.threadPosts()).toHaveLength(1);
  expect(bot.ephemeralTexts().filter((text) => text.includes('asked to start'))).toEqual([]);
});
