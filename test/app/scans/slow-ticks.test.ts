import { describe, expect, test } from 'vitest';

import { ALPINE, drawn, runBot, type RunningBot, SCAN } from '../../support/running-bot.ts';

/** A tick per minute, the next one in a few seconds. */
function onceAMinute(): { POLL_CRON: string } {
  const second = new Date(Date.now() + 12_000).getSeconds();
  return { POLL_CRON: `${String(second)} * * * * *` };
}

/** Not within a test, whenever it runs. */
function onceAYear(): { POLL_CRON: string } {
  const month = ((new Date().getMonth() + 6) % 12) + 1;
  return { POLL_CRON: `0 0 0 1 ${String(month)} *` };
}

/** Before a first scan no name has a row, so the repository is requested as well. */
const whenLookedAt = ({ until, console }: RunningBot) =>
  until('a look at the results', () =>
    console.requests.some(({ route, query }) => route === '/registry' && 'repository' in query),
  );

describe.concurrent('with a tick a minute', () => {
  test('a failed pull of which the result tells seconds later is told as failed', async (context) => {
    const bot = await runBot(context, { environment: onceAMinute() });
    await bot.watchNewScan({ pullError: 'manifest unknown' });
    await whenLookedAt(bot);
    await bot.console.setFault({ kind: 'status', status: 503, route: '/registry', times: 2 });
    bot.pass(SCAN.durationMs);
    const end = await bot.whenEnded(/^alpine:3.16 · (failed|completed)/);
    expect(end.text).toMatch(/^alpine:3.16 · failed/);
    expect(drawn(end)).toContain('manifest unknown');
    const final = await bot.whenLive(/^alpine:3.16 · failed/);
    expect(final.states.map(({ text }) => text).filter((text) => text.includes('completed'))).toEqual([]);
  });
});

describe.concurrent('without any tick', () => {
  test('an end that was told to somebody else is told by its result', async (context) => {
    const bot = await runBot(context, { environment: onceAYear() });
    await bot.type('watch alpine:3.16');
    await whenLookedAt(bot);
    bot.startScan({ findings: { critical: 7, high: 2, medium: 0, low: 0 } });
    bot.pass(SCAN.durationMs);
    bot.console.readElsewhere(ALPINE);
    const end = await bot.whenEnded(/^alpine:3.16 · completed/);
    expect(drawn(end)).toContain('7 critical');
  });
});
