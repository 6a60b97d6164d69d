import BetterSqlite3 from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { ALPINE, drawn, type RunningBot, SCAN, someTicks, stateOf, test } from '../../support/running-bot.ts';

const HOUR_MS = 3_600_000;

/** Lets the scan end and another client consume that before the bot polls. */
async function loseTheEnd(bot: RunningBot): Promise<void> {
  await bot.console.setFault({ kind: 'status', status: 503, route: '/registry/progress' });
  bot.pass(SCAN.durationMs);
  bot.console.readElsewhere(ALPINE);
  await bot.console.setFault(null);
}

/** Returns the end. */
async function whenEndedOnce(bot: RunningBot, outcome = 'completed'): Promise<string> {
  const end = await bot.whenEnded(new RegExp(`^alpine:3.16 · ${outcome}`));
  await bot.until('the final state', () => stateOf(bot.lives()[0]) !== 'scanning');
  await someTicks();
  expect(bot.lives()).toHaveLength(1);
  expect(bot.ends()).toHaveLength(1);
  return drawn(end);
}

describe.concurrent('an end that the Console told to somebody else', () => {
  test('is told from the results', async ({ bot }) => {
    await bot.watchHalfAScan();
    await loseTheEnd(bot);
    expect(await whenEndedOnce(bot)).toContain('Its end comes from the Console’s results');
  });

  test('leaves no scan that goes on in the history meanwhile', async ({ bot }) => {
    await bot.watchHalfAScan();
    await bot.console.setFault({ kind: 'status', status: 503 });
    bot.pass(SCAN.durationMs);
    bot.console.readElsewhere(ALPINE);
    await bot.console.setFault({ kind: 'status', status: 503, route: '/registry' });
    await someTicks();
    const history = await bot.whenAnswered('history alpine:3.16', /^History of alpine:3.16/);
    expect(drawn(history)).toMatch(/not running, last seen at 6 of 12 images/);
    expect(drawn(history)).not.toMatch(/scanning|🔵/);
  });

  test('is told as failed where the results say so', async ({ bot }) => {
    await bot.watchHalfAScan({ ending: { kind: 'fails', at: 0.9, error: 'failed to pull: 401' } });
    await loseTheEnd(bot);
    expect(await whenEndedOnce(bot, 'failed')).toContain('failed to pull: 401');
  });

  test('is told although the scan began and ended between two looks', async ({ bot }) => {
    await bot.watch();
    await bot.until('a look at the results', () => bot.console.requests.some(isLook));
    await bot.console.setFault({ kind: 'status', status: 503 });
    bot.startScan();
    bot.pass(10 * SCAN.durationMs);
    bot.console.readElsewhere(ALPINE);
    await bot.console.setFault(null);
    expect(await whenEndedOnce(bot)).toContain('It ran between two polls');
  });

  test('is told to those who watch where a person’s own question consumed it', async ({ botWith }) => {
    const bot = await botWith({ environment: { POLL_CRON: '0 0 0 1 1 *' } });
    await bot.watchHalfAScan({}, { user: 'U0BOB' });
    bot.pass(SCAN.durationMs);
    await bot.whenAnswered('alpine:3.16', /completed/);
    expect(await whenEndedOnce(bot)).not.toContain('Its end comes from the Console’s results');
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
    await bot.watchHalfAScan();
    await bot.console.setFault({ ...kind, route: '/registry/progress', times: 1 });
    bot.pass(SCAN.durationMs);
    expect(await whenEndedOnce(bot)).toContain('Its end comes from the Console’s results');
    expect(unparsedIn(bot)).toHaveLength(kept);
  });
});

describe.concurrent('an end of long ago', () => {
  test('that nobody asked for is none of a watch that begins now', async ({ bot }) => {
    bot.startScan();
    bot.pass(HOUR_MS);
    await bot.watch();
    await someTicks();
    expect(bot.ends()).toEqual([]);
    bot.startHalfAScan();
    await bot.whenLive(/scanning · tags 1\/1 · images 6\/12$/);
    bot.pass(SCAN.durationMs);
    await whenEndedOnce(bot);
  });
});
