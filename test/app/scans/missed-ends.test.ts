import BetterSqlite3 from 'better-sqlite3';
import { describe, expect } from 'vitest';
import {
  ALPINE,
  drawn,
  ends,
  lives,
  type RunningBot,
  SCAN,
  someTicks,
  stateOf,
  test,
  whenAnswered,
  whenEnded,
  whenLive,
} from '../../support/running-bot.ts';

const HOUR_MS = 3_600_000;

/** Lets the scan end and another client consume that before the bot polls. */
async function loseTheEnd(bot: RunningBot): Promise<void> {
  await bot.console.setFault({ kind: 'status', status: 503, route: '/registry/progress' });
  bot.pass(SCAN.durationMs);
  bot.console.readElsewhere(ALPINE);
  await bot.console.setFault(null);
}

async function expectOneEnd(bot: RunningBot): Promise<void> {
  await bot.until('the final state', () => stateOf(lives(bot)[0]) !== 'scanning');
  await someTicks();
  expect(lives(bot)).toHaveLength(1);
  expect(ends(bot)).toHaveLength(1);
}

describe.concurrent('an end that the Console told to somebody else', () => {
  test('is told from the results', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await loseTheEnd(bot);
    const end = await whenEnded(bot, /^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('Its end comes from the Console’s results');
    await expectOneEnd(bot);
  });

  test('leaves no scan that goes on in the history meanwhile', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await bot.console.setFault({ kind: 'status', status: 503 });
    bot.pass(SCAN.durationMs);
    bot.console.readElsewhere(ALPINE);
    await bot.console.setFault({ kind: 'status', status: 503, route: '/registry' });
    await someTicks();
    const history = await whenAnswered(bot, 'history alpine:3.16', /^History of alpine:3.16/);
    expect(drawn(history)).toMatch(/not running, last seen at 6 of 12 images/);
    expect(drawn(history)).not.toMatch(/scanning|🔵/);
  });

  test('is told as failed where the results say so', async ({ bot }) => {
    const ending = { kind: 'fails', at: 0.9, error: 'failed to pull: 401' } as const;
    bot.console.startImageScan(ALPINE, { ...SCAN, ending });
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await loseTheEnd(bot);
    const end = await whenEnded(bot, /^alpine:3.16 · failed/);
    expect(drawn(end)).toContain('failed to pull: 401');
    await expectOneEnd(bot);
  });

  test('is told although the scan began and ended between two looks', async ({ bot }) => {
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await bot.until('a look at the results', () => bot.console.requests.some(isLook));
    await bot.console.setFault({ kind: 'status', status: 503 });
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(10 * SCAN.durationMs);
    bot.console.readElsewhere(ALPINE);
    await bot.console.setFault(null);
    const end = await whenEnded(bot, /^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('It ran between two polls');
    await expectOneEnd(bot);
  });

  test('is told to those who watch where a person’s own question consumed it', async ({ botWith }) => {
    const bot = await botWith({ environment: { POLL_CRON: '0 0 0 1 1 *' } });
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16', { user: 'U0BOB' });
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    bot.pass(SCAN.durationMs);
    await whenAnswered(bot, 'alpine:3.16', /completed/);
    const end = await whenEnded(bot, /^alpine:3.16 · completed/);
    expect(drawn(end)).not.toContain('Its end comes from the Console’s results');
    await expectOneEnd(bot);
  });
});

function unparsedIn({ databaseFile }: RunningBot): readonly unknown[] {
  const database = new BetterSqlite3(databaseFile, { readonly: true });
  const rows = database.prepare('select body from unparsed_responses').all();
  database.close();
  return rows;
}

const isLook = ({ route }: { readonly route: string }) => route === '/registry';

describe.concurrent('an answer that was lost on its way', () => {
  test.for([
    ['reset', { kind: 'lost' }, 0],
    ['behind a proxy that gave up', { kind: 'lost', status: 502 }, 0],
    ['cut', { kind: 'cut' }, 0],
    ['in types that nobody understands', { kind: 'wrong-types' }, 1],
  ] as const)('with the only report of an end, %s, costs no end', async ([, kind, kept], { bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    await bot.console.setFault({ ...kind, route: '/registry/progress', times: 1 });
    bot.pass(SCAN.durationMs);
    const end = await whenEnded(bot, /^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('Its end comes from the Console’s results');
    await expectOneEnd(bot);
    expect(unparsedIn(bot)).toHaveLength(kept);
  });
});

describe.concurrent('an end of long ago', () => {
  test('that nobody asked for is none of a watch that begins now', async ({ bot }) => {
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(HOUR_MS);
    await bot.type('watch alpine:3.16');
    await whenLive(bot, /waiting/);
    await someTicks();
    expect(ends(bot)).toEqual([]);
    bot.console.startImageScan(ALPINE, SCAN);
    bot.pass(60_000);
    await whenLive(bot, /scanning · tags 1\/1 · images 6\/12$/);
    bot.pass(SCAN.durationMs);
    await whenEnded(bot, /^alpine:3.16 · completed/);
    await expectOneEnd(bot);
  });
});
