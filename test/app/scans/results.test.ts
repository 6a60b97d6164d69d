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
  whenEnded,
  whenLive,
  whenSaid,
  whenEphemeral,
} from '../../support/running-bot.ts';

const channel = 'C0GENERAL';
const user = 'U0ALICE';
const OPERATOR = { SCAN_OPERATORS: user };
const found = (critical: number, high: number) => ({ critical, high, medium: 3, low: 4, compliance: 1 });
const PULL_ERROR = 'failed to pull image: manifest unknown';

const posts = (bot: RunningBot) => posted(bot);
const replies = (bot: RunningBot) => posts(bot).filter(({ thread }) => thread !== '');
const starts = ({ console }: RunningBot) =>
  console.requests.filter(({ method, route }) => method === 'POST' && route === '/registry/scan');

/** One whole scan of alpine, as far as the Console is concerned; the bot sees its middle and its end. */
async function scanWhole(bot: RunningBot, number: number, critical: number): Promise<void> {
  bot.console.startImageScan(ALPINE, { ...SCAN, findings: found(critical, 2) });
  bot.pass(60_000);
  await bot.until('a live message of this scan', () => lives(bot).length === number);
  // No further than its end: the bot's clock does not move meanwhile, and the Console's dates the start.
  bot.pass(SCAN.durationMs - 60_000);
  await bot.until('the end of this scan', () => replies(bot).length === number);
}

describe.concurrent('a completion', () => {
  test('of a subscription tells from the second scan on what has changed', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    await whenSaid(bot, /^<@\w+> subscribed this channel/);
    for (const [index, critical] of [1, 4, 3].entries()) await scanWhole(bot, index + 1, critical);
    const [first, second, third] = replies(bot).map(drawn);
    expect(first).toContain('*1 critical* · 2 high · 3 medium · 4 low · 1 compliance issue');
    expect(first).not.toContain('Since the scan before');
    expect(second).toContain('Since the scan before: *3 new critical*');
    expect(third).toContain('Since the scan before: nothing new · gone: 1 critical · unchanged: 3 critical');
  });

  test('is still known while the next scan is awaited, and while it runs', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await scanWhole(bot, 1, 2);
    await bot.type('watch alpine:3.16');
    const waiting = await whenLive(bot, /^alpine:3.16 · waiting/);
    expect(drawn(waiting)).toMatch(/The last scan completed .*\*2 critical\*.* I’m waiting for the next one/);
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await whenLive(bot, /^alpine:3.16 · scanning/);
    await bot.type('is alpine:3.16 vulnerable?');
    const answer = await whenEphemeral(bot, /^alpine:3.16 · scanning/);
    expect(drawn(answer)).toMatch(/The last scan completed .*\*2 critical\*/);
  });

  test('of an image that could not be pulled says failed, and so does the live message', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, { ...SCAN, pullError: PULL_ERROR });
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.pass(SCAN.durationMs);
    const end = await whenEnded(bot, /^alpine:3.16 · failed/);
    expect(drawn(end)).toContain('It could not be scanned.');
    expect(drawn(end)).toContain(PULL_ERROR);
    const final = await whenLive(bot, /^alpine:3.16 · failed/);
    expect(drawn(final)).toContain(PULL_ERROR);
    await someTicks();
    expect(final.states.map(({ text }) => text).filter((text) => text.includes('completed'))).toEqual([]);
    await bot.type('history alpine:3.16');
    expect(drawn(await whenEphemeral(bot, /^History of alpine:3.16/))).toContain('❌');
  });

  test('whose table Slack refuses has its rows as text, and keeps its buttons', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('subscribe alpine:3.16');
    await whenSaid(bot, /^<@\w+> subscribed this channel/);
    bot.console.startImageScan(ALPINE, { ...SCAN, findings: found(2, 1) });
    bot.pass(60_000);
    await whenLive(bot, /scanning/);
    bot.slack.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    bot.pass(SCAN.durationMs - 60_000);
    const end = drawn(await bot.until('the end of this scan', () => replies(bot)[0]));
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
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.pass(200_000);
    const end = await whenEnded(bot, /^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('The findings are in the Console.');
    await whenLive(bot, /completed/);
  });

  test('of the regular scan tells registries, errors, what failed, and the worst images', async ({
    botWith,
  }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('watch');
    await whenLive(bot, /^Registry scan · (waiting|not running)/);
    await bot.type('scan');
    await bot.until('the dialog', () => bot.slack.view('modal', user));
    await bot.slack.submit({ user }).ack;
    await whenLive(bot, /^Registry scan · (discovering|scanning)/);
    bot.pass(100_000);
    await whenLive(bot, /images [1-9]/);
    bot.pass(600_000);
    const end = await whenEnded(bot, /^Registry scan · completed/);
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
    expect(drawn(await whenLive(bot, /completed/))).toContain('ghcr.io');
  });
});

describe.concurrent('history', () => {
  test('shows each scan with its length, its end and what it found', async ({ bot }) => {
    await bot.type('subscribe alpine:3.16');
    for (const [index, critical] of [1, 4].entries()) await scanWhole(bot, index + 1, critical);
    bot.console.startImageScan(ALPINE, {
      ...SCAN,
      ending: { kind: 'fails', at: 0.7, error: 'no space left' },
    });
    bot.pass(60_000);
    await bot.until('a third live message', () => lives(bot).length === 3);
    bot.pass(10_000);
    await bot.until('a third end', () => replies(bot).length === 3);
    await bot.type('history alpine:3.16');
    const history = await whenEphemeral(bot, /^History of alpine:3.16: 3 scans$/);
    const text = drawn(history);
    expect(text).toMatch(/Critical \+ high 3 to 6\s+`[▁▂▃▄▅▆▇█·]{3}`/);
    const lines = text.split('\\n').filter((line) => /[✅🟠❌]/u.test(line));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/❌.* · failed/);
    expect(lines[1]).toContain('4 critical · 2 high');
    expect(lines[2]).toContain('1 critical · 2 high');
  });

  test('names in a channel nobody, and to one person who started a scan', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('scan alpine:3.16');
    await whenLive(bot, /discovering|scanning/);
    bot.pass(60_000);
    await whenEnded(bot, /completed/);
    await bot.type('history alpine:3.16', { user: 'U0BOB' });
    expect(drawn(await whenEphemeral(bot, /^History of/, 'U0BOB'))).toContain(`started by <@${user}>`);
    const text = `<@${bot.slack.bot.userId}> history alpine:3.16`;
    await bot.slack.mention({ channel, user: 'U0BOB', text }).ack;
    const answer = await bot.until('an answer for all', () =>
      posts(bot).find((post) => post.text.startsWith('History of')),
    );
    expect(drawn(answer)).not.toContain('<@');
  });
});

describe.concurrent('the button Scan again', () => {
  async function whenDone(bot: RunningBot): Promise<string> {
    bot.console.startImageScan(ALPINE, SCAN);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.pass(SCAN.durationMs);
    return (await whenEnded(bot, /completed/)).ts;
  }

  test('starts the scan anew for an operator, in the thread of the end', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    const ts = await whenDone(bot);
    await bot.slack.click({ channel, ts, user, actionId: 'rescan' }).ack;
    await bot.until('a second live message', () => lives(bot).length === 2);
    expect(starts(bot)).toHaveLength(1);
    expect(drawn(lives(bot)[1]!)).toContain(`Started and watched by <@${user}>`);
  });

  test('tells everybody else who may', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    const ts = await whenDone(bot);
    await bot.slack.click({ channel, ts, user: 'U0BOB', actionId: 'rescan' }).ack;
    await whenEphemeral(bot, /^Only operators can start or stop scans/, 'U0BOB');
    await someTicks();
    expect([starts(bot).length, lives(bot).length]).toEqual([0, 1]);
  });

  test('is not there where nobody may', async ({ bot }) => {
    await whenDone(bot);
    expect(drawn(replies(bot)[0]!)).not.toContain('rescan');
  });
});

describe.concurrent('a scan that stands still', () => {
  const STALLING = { environment: { STALL_AFTER: '4s' } };
  const complaint = 'Failed to scan library/alpine: no space left on device';

  test('is told once in the thread, with the likely cause, and again when it moves', async ({ botWith }) => {
    const bot = await botWith(STALLING);
    const ending = { kind: 'sticks', at: 0.5, complaint } as const;
    bot.console.startImageScan(ALPINE, { ...SCAN, ending });
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.pass(80_000);
    const { ts } = await whenLive(bot, /^alpine:3.16 · stalled/);
    const notice = await bot.until('a notice', () => replies(bot)[0]);
    expect(notice.thread).toBe(ts);
    expect(drawn(notice)).toMatch(/\*stalled\* at .* for 4 s/);
    expect(drawn(notice)).toContain(`Console: \`${complaint}\``);
    expect(drawn(notice)).not.toContain('<@');
    await bot.until('the cause', () => drawn(lives(bot)[0]!).includes(`Console: \`${complaint}\``));
    await someTicks();
    await someTicks();
    expect(replies(bot)).toHaveLength(1);
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(90_000);
    const moves = await bot.until('the news that it moves', () => replies(bot)[1]);
    expect(drawn(moves)).toContain('*moves again*');
    await someTicks();
    expect(replies(bot).filter((reply) => drawn(reply).includes('moves again'))).toHaveLength(1);
  });

  test('without a Defender is told so', async ({ botWith }) => {
    const bot = await botWith(STALLING);
    bot.console.setConnectedDefenders(0);
    bot.console.startImageScan(ALPINE, { ...SCAN, ending: { kind: 'sticks', at: 0.5 } });
    await bot.type('watch alpine:3.16');
    bot.pass(80_000);
    const notice = await bot.until('a notice', () => replies(bot)[0]);
    expect(drawn(notice)).toContain('No Defender is connected');
  });

  test('is told without a cause where the role may see none', async ({ botWith }) => {
    const bot = await botWith(STALLING);
    bot.console.startImageScan(ALPINE, { ...SCAN, ending: { kind: 'sticks', at: 0.5 } });
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /discovering/);
    bot.pass(80_000);
    await whenLive(bot, /scanning/);
    for (const route of ['/settings/registry', '/statuses/registry', '/defenders/summary'])
      await bot.console.setFault({ kind: 'status', status: 403, route });
    const notice = await bot.until('a notice', () => replies(bot)[0]);
    expect(drawn(notice)).toContain('*stalled* at');
  });
});

test('a scan that was started and never shows is told once, with the likely cause', async ({ botWith }) => {
  const bot = await botWith({
    environment: OPERATOR,
    console: { scriptFor: () => 'out-of-scope' },
  });
  bot.console.setConnectedDefenders(0);
  await bot.type('scan alpine:3.16');
  const { ts } = await whenLive(bot, /^alpine:3.16 · waiting/);
  const notice = await bot.until('a notice', () => replies(bot)[0]);
  expect(notice.thread).toBe(ts);
  expect(drawn(notice)).toContain('though the Console was asked to start it');
  expect(drawn(notice)).toContain('No Defender is connected');
  await someTicks();
  expect(replies(bot)).toHaveLength(1);
  expect(ephemeralTexts(bot).filter((text) => text.includes('asked to start'))).toEqual([]);
});
