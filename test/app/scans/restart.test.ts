import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { findFreePort } from '../../../src/demo/free-port.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../../src/store/drivers/sqlite.ts';
import { backUp } from '../../../src/store/maintenance/backup.ts';
import { someTicks, test } from '../../support/running-bot.ts';
import { createDirectory } from '../../support/directory.ts';
import { watching } from '../../support/store.ts';
import { makeRequests } from '../../support/rate-limiter.ts';
import { sql } from '../../../src/store/sql.ts';

describe.concurrent('started again', () => {
  test('it goes on with the same message', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.stop();
    bot.pass(30_000);
    await bot.start();
    await bot.whenLive(/images 10\/12$/);
    bot.pass(30_000);
    await bot.expectOneEnd(ts);
  });

  test('it tells the end that came meanwhile', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.stop();
    bot.pass(60_000);
    await bot.start();
    await bot.expectOneEnd(ts);
  });

  test('on a backup that was made while it ran, it goes on from there', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    const backup = `${bot.databaseFile}.backup`;
    backUp(bot.databaseFile, backup, { isReplacing: false });
    await bot.stop();
    copyFileSync(backup, bot.databaseFile);
    bot.pass(60_000);
    await bot.start();
    await bot.expectOneEnd(ts);
  });

  test('on a backup that took its place while it ran, it posts the end that it did not post before', async ({
    bot,
  }) => {
    const { ts } = await bot.watchHalfAScan();
    const backup = `${bot.databaseFile}.backup`;
    backUp(bot.databaseFile, backup, { isReplacing: false });
    // Another file, not another content: SQLite shares the log of one file within a process, and this one goes on.
    for (const part of ['', '-wal', '-shm']) rmSync(`${bot.databaseFile}${part}`);
    copyFileSync(backup, bot.databaseFile);
    await bot.whenLogged('not ready');
    bot.pass(60_000);
    await someTicks();
    expect(bot.ends()).toEqual([]);
    await bot.restart();
    await bot.expectOneEnd(ts);
  });

  test('it sends the end that was recorded and not sent', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.slack.goOffline();
    bot.pass(60_000);
    await bot.until('an attempt to tell the end', () =>
      bot.logged('trying again').some((line) => JSON.stringify(line).includes('completion')),
    );
    await bot.stop();
    await bot.slack.goOnline();
    await bot.start();
    await bot.expectOneEnd(ts);
  });

  test('it sends the live message that was recorded and not sent', async ({ bot }) => {
    bot.slack.failNext('chat.postMessage', { kind: '429', retryAfter: '1' });
    await bot.type('watch alpine:3.16');
    await bot.restart();
    await bot.whenLive(/waiting/);
    await someTicks();
    expect(bot.lives()).toHaveLength(1);
  });

  test('it looks for the end of which nobody knows whether it was posted', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    bot.slack.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    bot.slack.delayHistory(8_000);
    bot.pass(60_000);
    await bot.whenLogged('searching the conversation first');
    await bot.restart();
    await bot.whenLogged('ambiguous post found');
    await bot.expectOneEnd(ts);
  });

  test('again and again it is one message and one end', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    for (let times = 0; times < 6; times += 1) {
      await bot.stop();
      bot.pass(8_000);
      await bot.start();
    }
    await bot.expectOneEnd(ts);
  });

  test('in mid-answer of the Console, it still tells the end', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.console.setFault({ kind: 'slow', ms: 2_000, route: '/registry/progress', times: 1 });
    bot.pass(60_000);
    const asked = bot.console.requests.length;
    await bot.until('a reading', () => bot.console.requests.length > asked);
    await bot.restart();
    await bot.expectOneEnd(ts);
  });

  test('while its polls wait for the budget, it stops at once and leaves no lease', async ({
    botWith,
    onTestFinished,
  }) => {
    const file = join(createDirectory({ onTestFinished }), 'bot.db');
    const database = openSqlite(file);
    onTestFinished(() => database.close());
    await migrate(database, readMigrations(), Date.now());
    await watching(database, { channel: 'C0GENERAL', now: Date.now() });
    await makeRequests(database, { count: 24, now: Date.now() });
    const bot = await botWith({ environment: { DATABASE_URL: `sqlite:${file}` } });
    const held = () => database.query(sql`select id from targets where lease_owner is not null`);
    await bot.until('a reading that waits', async () => (await held()).length > 0);
    const before = await database.query(sql`select state, next_poll_at from targets`);
    const stoppedAt = performance.now();
    await bot.stop();
    expect(performance.now() - stoppedAt).toBeLessThan(8_000);
    expect(await held()).toEqual([]);
    expect(await database.query(sql`select state, next_poll_at from targets`)).toEqual(before);
  });

  test('it keeps what was watched, and answers a button of before', async ({ bot }) => {
    const live = await bot.watchHalfAScan();
    await bot.restart();
    await bot.reply('list', /^1 scan is watched here/);
    await bot.click(live, 'stop-watching', { user: 'U0BOB' });
    await bot.whenShown('stopped by <@U0BOB>');
  });

  test('it answers an event once that it has answered before', async ({ bot }) => {
    const { sent } = await bot.mention('help');
    await bot.until('the answer', () => bot.messages('C0GENERAL').length === 1);
    await bot.restart();
    await bot.slack.redeliver(sent, 'new-envelope').ack;
    await someTicks();
    expect(bot.messages('C0GENERAL')).toHaveLength(1);
  });
});

describe.concurrent('without Slack', () => {
  test('at the start it goes on with its watches, and connects once Slack is there', async ({ bot }) => {
    const { ts } = await bot.watchHalfAScan();
    await bot.stop();
    await bot.slack.goOffline();
    await bot.start();
    const asked = bot.console.requests.length;
    await bot.until('readings', () => bot.console.requests.length > asked + 5);
    bot.pass(60_000);
    await bot.whenLogged('scan state changed');
    await bot.slack.goOnline();
    await bot.expectOneEnd(ts);
    await bot.until('a connection', () => bot.slack.socket.connections() > 0);
    await bot.reply('list', /^Nothing is watched here/);
  });

  test('that says nothing but errors at the start, it tries again', async ({ botWith }) => {
    const bot = await botWith({ isStarted: false });
    const calm = bot.slack.failWhile('*', { kind: 'status', status: 503, stored: false });
    await bot.start();
    await bot.until('another try', () => bot.slack.calls('auth.test').length > 2);
    calm();
    await bot.until('a connection', () => bot.slack.socket.connections() > 0);
    await bot.reply('help');
  });

  test('it can be stopped while it tries', async ({ botWith }) => {
    const bot = await botWith({ isStarted: false });
    await bot.slack.goOffline();
    await bot.start();
    await bot.stop();
    await bot.slack.goOnline();
    await someTicks();
    expect(bot.slack.calls()).toEqual([]);
  });

  test('for a while in between, it comes back by itself', async ({ bot }) => {
    await bot.slack.goOffline();
    await someTicks();
    await bot.slack.goOnline();
    await bot.until('a connection', () => bot.slack.socket.connections() > 0);
    await bot.reply('help', /What you can type/);
  });
});

describe.concurrent('a start that cannot succeed', () => {
  test.for([
    ['bot', 'SLACK_BOT_TOKEN', 41_600],
    ['app', 'SLACK_APP_TOKEN', 41_700],
  ] as const)(
    'for want of the %s token says which variable',
    async ([which, variable, firstPort], { botWith }) => {
      const port = await findFreePort(firstPort);
      const bot = await botWith({ port, isStarted: false });
      bot.slack.killToken(which, 'invalid_auth');
      await expect(bot.start()).rejects.toThrow(variable);
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
    },
  );
});
