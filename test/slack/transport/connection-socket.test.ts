import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/slack/transport/connection.ts';
import { COMMAND, startError, until, useConnection } from './connection-world.ts';

const { slack, lines, seen, heard, problems, connect, started } = useConnection();

const opens = () => slack().calls('apps.connections.open');
const refuseOpens = () =>
  slack().failWhile('apps.connections.open', { kind: 'error', error: 'internal_error' });
const breakOpens = () =>
  slack().failWhile('apps.connections.open', { kind: 'status', status: 503, stored: false });
const nextProblem = (part: string) => until(() => problems().at(-1)?.includes(part) === true);
const allWell = () => until(() => problems().at(-1) === null);
/** As many sockets are open. */
const sockets = (count: number) => until(() => slack().socket.connections() === count);
const complaints = () => lines().filter((line) => /^(warn|error)/.test(line));
const realProblems = () => problems().filter((problem) => problem !== null);

describe('Socket Mode', () => {
  test.each(['invalid_auth', 'not_allowed_token_type', 'token_revoked', 'missing_scope'])(
    'names SLACK_APP_TOKEN when Slack answers %s',
    async (code) => {
      slack().killToken('app', code);
      const error = await startError(connect('socket'));
      expect(error.message).toBe(`SLACK_APP_TOKEN: Slack answered ${code} to apps.connections.open`);
      expect(error).toMatchObject({ variable: 'SLACK_APP_TOKEN', slackError: code });
    },
  );

  test('names SLACK_APP_TOKEN when it holds the bot’s token', async () => {
    const error = await startError(connect('socket', { mode: 'socket', appToken: slack().botToken }));
    expect(error).toMatchObject({ variable: 'SLACK_APP_TOKEN', slackError: 'not_allowed_token_type' });
  });

  test.each(['upgrade', 'hello'] as const)('gives up a start whose %s never comes', async (withheld) => {
    slack().socket.withheld = withheld;
    const error = await startError(connect('socket', { startLimitMs: 3_000 }));
    expect(error.message).toBe('no connection to Slack within 3 s: Slack never said hello');
    await sockets(0);
  });

  test.each<[string, () => unknown, string]>([
    ['says what Slack answered when a start took too long', refuseOpens, 'internal_error'],
    ['says what became of its request when Slack answered nothing of its own', breakOpens, 'HTTP 503'],
  ])('%s', async (_, fail, reason) => {
    fail();
    const error = await startError(connect('socket', { startLimitMs: 3_000 }));
    expect(error.message).toBe(`no connection to Slack within 3 s: apps.connections.open: ${reason}`);
  });

  test('asks again after a second, then ever more rarely, but every half minute', async () => {
    refuseOpens();
    await startError(connect('socket', { startLimitMs: 150_000 }));
    const { length: asked } = opens();
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(20);
  });

  test('opens no socket with an answer that comes after the stop', async () => {
    slack().failNext('apps.connections.open', { kind: 'late', afterMs: 200, stored: 'last' });
    const opened = connect('socket');
    const starting = startError(opened);
    await until(() => opens().length === 1);
    await opened.stop();
    await starting;
    await until(() => opens()[0]?.answer === 'ok');
    // Those of a connection made afterwards are the only ones: a socket of the first would have been there before them.
    await started('socket');
    await until(() => slack().socket.connections() >= 2);
    expect(slack().socket.connections()).toBe(2);
  });

  test('asks for no address any more once it is stopped, though the SDK retries for ever', async () => {
    breakOpens();
    await startError(connect('socket', { startLimitMs: 3_000 }));
    const asked = opens().length;
    // The SDK's first retry comes after one to two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(opens()).toHaveLength(asked);
  });

  test('stops while it waits to reconnect', async () => {
    const opened = await startedTwice();
    refuseOpens();
    slack().socket.drop();
    await until(() => opens().length === 4);
    await opened.stop();
    const asked = opens().length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(opens()).toHaveLength(asked);
    expect(slack().socket.connections()).toBe(0);
  });

  test('stops while a reconnect hangs, and no rejection is left over', async () => {
    const opened = await startedTwice();
    slack().socket.withheld = 'hello';
    slack().socket.drop();
    await sockets(0);
    await sockets(2);
    await opened.stop();
    await sockets(0);
  });

  test('lets go of a peer that says no farewell', async () => {
    slack().socket.withheld = 'farewell';
    const opened = await startedTwice();
    const { length: tries } = opens();
    await opened.stop();
    await sockets(0);
    expect(opens()).toHaveLength(tries);
    // Some seconds later the SDK would have done so, and said why.
    expect(lines().filter((line) => /pong|handshake/.test(line))).toEqual([]);
  });

  test('reconnects after Slack asked for it', async () => {
    await startedTwice();
    const { length: tries } = opens();
    slack().socket.disconnect('refresh_requested');
    await until(() => opens().length >= tries + 2);
    await sockets(2);
    await slack().command(COMMAND).ack;
    await heard('command alpine:3.16');
  });
});

const QUICK = { openMs: 3_000, pauseMs: 300, lingerMs: 20, graceMs: 50 };

async function startedTwice(timing: Partial<typeof QUICK> = {}): Promise<Connection> {
  const opened = await started('socket', { timing: { ...QUICK, ...timing } });
  await sockets(2);
  return opened;
}

const askedAt = () => opens().map(({ at }) => at);

describe('two sockets', () => {
  test('are opened one after the other, and either brings what comes', async () => {
    await startedTwice();
    for (const text of ['a', 'b', 'c', 'd']) await slack().command({ ...COMMAND, text }).ack;
    await until(() => seen().length === 4);
    expect(opens()).toHaveLength(2);
  });

  test('lose no command while one of them is replaced', async () => {
    await startedTwice();
    for (let round = 0; round < 5; round += 1) {
      slack().socket.disconnect('refresh_requested', 0);
      for (const text of [`${round} a`, `${round} b`])
        expect(await slack().command({ ...COMMAND, text }).ack).not.toBeNull();
      await until(() => opens().length >= 3 + round);
      await sockets(2);
    }
    expect(seen()).toHaveLength(10);
    expect(realProblems()).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  test('of which Slack refreshes one are two again before it drops that one', async () => {
    await startedTwice({ lingerMs: 5_000 });
    const recover = refuseOpens();
    slack().socket.drop();
    // By now each would wait for eight seconds at least before it is opened again.
    await until(() => askedAt().length >= 14);
    recover();
    await sockets(2);
    // From now on a socket counts as one that lived.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    slack().socket.disconnect('refresh_requested', 0);
    await sockets(3);
  });

  test('that Slack leaves acknowledge what came before, and take what still comes', async () => {
    const committed = Promise.withResolvers<undefined>();
    await started('socket', {
      timing: { ...QUICK, lingerMs: 400 },
      take: (event, process) => committed.promise.then(() => process(event)),
    });
    await sockets(2);
    const before = [slack().command(COMMAND).ack, slack().command(COMMAND).ack];
    slack().socket.disconnect('refresh_requested');
    const after = [slack().command(COMMAND).ack, slack().command(COMMAND).ack];
    await sockets(4);
    // Longer than they linger: what is not acknowledged keeps them open.
    await new Promise((resolve) => setTimeout(resolve, 600));
    committed.resolve(undefined);
    expect(await Promise.all([...before, ...after])).not.toContain(null);
    await sockets(2);
    expect(complaints()).toEqual([]);
  });

  test('are opened no sooner than Slack allows', async () => {
    slack().failNext('apps.connections.open', { kind: '429', retryAfter: '7' });
    const from = Date.now();
    await startedTwice();
    expect(Date.now() - from).toBeGreaterThanOrEqual(7_000);
  });

  test('of which the second cannot be opened leave the first alone', async () => {
    await started('socket', { timing: QUICK });
    refuseOpens();
    await until(() => opens().length >= 3);
    expect(await slack().command(COMMAND).ack).not.toBeNull();
    expect(slack().socket.connections()).toBe(1);
    expect(realProblems()).toEqual([]);
  });

  test('that both break are a problem until one is back', async () => {
    await startedTwice();
    await slack().goOffline();
    await nextProblem('no socket to Slack is open');
    await slack().goOnline();
    await until(() => problems().at(-1) === null && slack().socket.connections() > 0);
    await sockets(2);
    expect(await slack().command(COMMAND).ack).not.toBeNull();
  });

  test.each(['upgrade', 'hello'] as const)('are opened anew where the %s never comes', async (withheld) => {
    await startedTwice();
    slack().socket.withheld = withheld;
    slack().socket.drop();
    const { length: before } = opens();
    // Each attempt is given up, and made again.
    await until(() => opens().length >= before + 4);
    slack().socket.withheld = null;
    const opened = () => lines().filter((line) => line.includes('is open'));
    await until(() => problems().at(-1) === null && opened().length >= 4);
    expect(await slack().command(COMMAND).ack).not.toBeNull();
  });

  test('stop at once where neither hello came, and leave nothing behind', async () => {
    const opened = await startedTwice();
    slack().socket.withheld = 'hello';
    slack().socket.disconnect('refresh_requested');
    await until(() => opens().length === 4);
    await opened.stop();
    await sockets(0);
  });

  test('are tried again rarely where Socket Mode was switched off, and come back without a restart', async () => {
    await startedTwice({ pauseMs: 10_000 });
    const from = Date.now();
    slack().socket.disconnect('link_disabled');
    await nextProblem('Socket Mode was switched off');
    await allWell();
    expect(askedAt()[2]! - from).toBeGreaterThanOrEqual(10_000);
    expect(await slack().command(COMMAND).ack).not.toBeNull();
  });

  test('whose token was revoked say so, and come back once it works', async () => {
    await startedTwice({ pauseMs: 10_000 });
    slack().killToken('app', 'invalid_auth');
    slack().socket.disconnect('refresh_requested');
    // Of both.
    const refusals = () => problems().filter((one) => one?.includes('SLACK_APP_TOKEN (invalid_auth)'));
    await until(() => refusals().length === 2);
    slack().reviveToken('app');
    await allWell();
    const [refused, , again] = askedAt().slice(2);
    expect(again! - refused!).toBeGreaterThanOrEqual(10_000);
    expect(await slack().command(COMMAND).ack).not.toBeNull();
  });
});
