import { once } from 'node:events';
import { connect as connectTo } from 'node:net';

import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createFront, type Front } from '../../src/front.ts';
import { createConnection, type Connection } from '../../src/slack/connection.ts';
import { StartError } from '../../src/slack/start-error.ts';
import { sign, type Signing } from '../support/fake-slack-requests.ts';
import { startFakeSlack, type FakeSlack } from '../support/fake-slack.ts';

const COMMAND = { channel: 'C0GENERAL', user: 'U0ALICE', text: 'alpine:3.16' };
const BIG = 'x'.repeat(70_000);

let slack: FakeSlack;
let front: Front;
let connection: Connection | null;
let lines: string[];
let seen: string[];
let problems: (string | null)[];

beforeEach(async () => {
  slack = await startFakeSlack();
  front = createFront({ port: 0, host: '127.0.0.1' });
  await front.listen();
  connection = null;
  lines = [];
  seen = [];
  problems = [];
});

afterEach(async () => {
  await connection?.stop();
  await front.close();
  await slack.close();
});

function register(app: App): void {
  app.command('/scanprogress', async ({ command, ack }) => {
    await ack();
    seen.push(`command ${command.text}`);
  });
  app.event('app_mention', ({ event }) => {
    if (event.text === 'fail') throw new Error(`a listener's error, xoxb-1-secret`);
    seen.push(`mention ${event.text}`);
    return Promise.resolve();
  });
  app.action('stop', async ({ ack, action }) => {
    await ack();
    seen.push(`click ${'value' in action ? action.value : ''}`);
  });
}

type Mode = 'socket' | 'http';

function connect(mode: Mode, options: Partial<Parameters<typeof createConnection>[0]> = {}): Connection {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const way =
    mode === 'socket'
      ? ({ mode, appToken: slack.appToken } as const)
      : ({ mode, signingSecret: slack.signingSecret, mount: front.mount } as const);
  connection = createConnection({
    ...way,
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    register,
    take: (event, process) => process(event),
    onProblem: (problem) => problems.push(problem),
    stopLimitMs: 500,
    ...options,
  } as Parameters<typeof createConnection>[0]);
  return connection;
}

async function started(mode: Mode): Promise<Connection> {
  const opened = connect(mode);
  await opened.start();
  if (mode === 'http') slack.useHttp(eventsUrl());
  return opened;
}

function eventsUrl(path = '/slack/events'): string {
  return `http://127.0.0.1:${front.port()}${path}`;
}

async function startError(opened: Connection): Promise<StartError> {
  const error: unknown = await opened.start().catch((caught: unknown) => caught);
  if (!(error instanceof StartError)) throw new Error(`no StartError: ${String(error)}`);
  return error;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each<Mode>(['socket', 'http'])('%s mode', (mode) => {
  test('brings a command and takes its acknowledgement back', async () => {
    await started(mode);
    const ack = await slack.command(COMMAND).ack;
    expect(ack).toMatchObject({ status: mode === 'http' ? 200 : null });
    await until(() => seen.length === 1);
    expect(seen).toEqual(['command alpine:3.16']);
  });

  test('brings an event', async () => {
    await started(mode);
    await slack.mention({ ...COMMAND, text: 'hello' }).ack;
    await until(() => seen.length === 1);
    expect(seen).toEqual(['mention hello']);
  });

  test('brings an event again that Slack sends again', async () => {
    await started(mode);
    const sent = slack.mention({ ...COMMAND, text: 'hello' });
    await sent.ack;
    await slack.redeliver(sent, 'same-envelope').ack;
    await slack.redeliver(sent, 'new-envelope').ack;
    await until(() => seen.length === 3);
    expect(slack.acks).toHaveLength(3);
  });

  test('brings a click', async () => {
    await started(mode);
    const ts = await postButton();
    await slack.click({ channel: 'C0GENERAL', user: 'U0BOB', ts, actionId: 'stop', value: 'watch-2' }).ack;
    await until(() => seen.length === 1);
    expect(seen).toEqual(['click watch-2']);
  });

  test('brings a payload of many kilobytes', async () => {
    await started(mode);
    await slack.mention({ ...COMMAND, text: BIG }).ack;
    await until(() => seen.length === 1);
    expect(seen).toEqual([`mention ${BIG}`]);
  });

  test('logs what a listener throws, without its secrets, and goes on', async () => {
    await started(mode);
    await slack.mention({ ...COMMAND, text: 'fail' }).ack;
    await until(() => lines.some((line) => line.startsWith('error')));
    expect(lines.find((line) => line.startsWith('error'))).toContain(`a listener's error, [redacted]`);
    await slack.command(COMMAND).ack;
    await until(() => seen.length === 1);
  });

  test('logs no payload, no token and no ticket', async () => {
    await started(mode);
    await slack.command(COMMAND).ack;
    await connection?.stop();
    expect(lines.join('\n')).toContain('connected to Slack');
    expect(lines.join('\n')).not.toMatch(/xoxb|xapp|ticket=|alpine|verification-token|response\//);
  });

  test.each(['invalid_auth', 'account_inactive', 'token_revoked', 'missing_scope'])(
    'names SLACK_BOT_TOKEN when Slack answers %s',
    async (code) => {
      slack.killToken('bot', code);
      const error = await startError(connect(mode));
      expect(error).toMatchObject({ variable: 'SLACK_BOT_TOKEN', slackError: code });
      expect(error.message).toBe(`SLACK_BOT_TOKEN: Slack answered ${code} to auth.test`);
    },
  );

  test('names SLACK_API_URL when nobody is there', async () => {
    await slack.goOffline();
    const error = await startError(connect(mode));
    expect(error.variable).toBe('SLACK_API_URL');
    expect(error.message).toMatch(/^SLACK_API_URL: no answer from 127.0.0.1:\d+ to auth.test: ECONNREFUSED$/);
  });

  test('gives up a start that hangs', async () => {
    slack.failNext('auth.test', { kind: 'late', afterMs: 60_000, stored: 'first' });
    const error = await startError(connect(mode, { startLimitMs: 100 }));
    expect(error.message).toMatch(/^no connection to Slack within 0.1 s: /);
  });

  test('stops before it was started', async () => {
    await connect(mode).stop();
    expect(slack.calls()).toEqual([]);
  });

  test('stops in the middle of a start, which then rejects and opens nothing', async () => {
    slack.failNext('auth.test', { kind: 'late', afterMs: 200, stored: 'last' });
    const opened = connect(mode);
    const starting = startError(opened);
    await until(() => slack.calls('auth.test').length === 1);
    await opened.stop();
    expect((await starting).message).toBe('stopped before the connection to Slack was there');
    // Two more answers after the late one: by then the start has gone on, if it does.
    await until(() => slack.calls('auth.test')[0]?.answer === 'ok');
    await postButton();
    await postButton();
    expect(slack.socket.connections()).toBe(0);
    if (mode === 'http') expect((await fetch(eventsUrl(), { method: 'POST' })).status).toBe(503);
  });

  test('stops twice', async () => {
    const opened = await started(mode);
    await Promise.all([opened.stop(), opened.stop()]);
    await opened.stop();
    const ack = await slack.command(COMMAND).ack;
    expect(ack?.status ?? null).toBe(mode === 'http' ? 503 : null);
  });

  test('stops after Slack is gone', async () => {
    const opened = await started(mode);
    await slack.goOffline();
    await opened.stop();
    await slack.goOnline();
    expect(slack.socket.connections()).toBe(0);
  });
});

async function postButton(): Promise<string> {
  const button = (value: string) => ({
    type: 'button',
    action_id: 'stop',
    value,
    text: { type: 'plain_text', text: 'Stop' },
  });
  const answer = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${slack.botToken}` },
    body: JSON.stringify({
      channel: 'C0GENERAL',
      text: 'x',
      blocks: [{ type: 'actions', elements: [button('watch-1'), button('watch-2')] }],
    }),
  });
  return ((await answer.json()) as { ts: string }).ts;
}

describe('Socket Mode', () => {
  test.each(['invalid_auth', 'not_allowed_token_type', 'token_revoked', 'missing_scope'])(
    'names SLACK_APP_TOKEN when Slack answers %s',
    async (code) => {
      slack.killToken('app', code);
      const error = await startError(connect('socket'));
      expect(error.message).toBe(`SLACK_APP_TOKEN: Slack answered ${code} to apps.connections.open`);
      expect(error).toMatchObject({ variable: 'SLACK_APP_TOKEN', slackError: code });
    },
  );

  test('names SLACK_APP_TOKEN when it holds the bot’s token', async () => {
    const error = await startError(connect('socket', { mode: 'socket', appToken: slack.botToken }));
    expect(error).toMatchObject({ variable: 'SLACK_APP_TOKEN', slackError: 'not_allowed_token_type' });
  });

  test.each(['upgrade', 'hello'] as const)('gives up a start whose %s never comes', async (withheld) => {
    slack.socket.withheld = withheld;
    const error = await startError(connect('socket', { startLimitMs: 300 }));
    expect(error.message).toBe('no connection to Slack within 0.3 s: Slack never said hello');
    await until(() => slack.socket.connections() === 0);
  });

  test('says what Slack answered when a start took too long', async () => {
    slack.failWhile('apps.connections.open', { kind: 'error', error: 'internal_error' });
    const error = await startError(connect('socket', { startLimitMs: 300 }));
    expect(error.message).toBe('no connection to Slack within 0.3 s: apps.connections.open: internal_error');
  });

  test('opens no socket with an answer that comes after the stop', async () => {
    slack.failNext('apps.connections.open', { kind: 'late', afterMs: 200, stored: 'last' });
    const opened = connect('socket');
    const starting = startError(opened);
    await until(() => slack.calls('apps.connections.open').length === 1);
    await opened.stop();
    await starting;
    await until(() => slack.calls('apps.connections.open')[0]?.answer === 'ok');
    // A connection made afterwards is the only one: a socket of the first would have been there before it.
    await started('socket');
    expect(slack.socket.connections()).toBe(1);
  });

  test('asks for no address any more once it is stopped, though the SDK retries for ever', async () => {
    slack.failWhile('apps.connections.open', { kind: 'status', status: 503, stored: false });
    await startError(connect('socket', { startLimitMs: 300 }));
    const asked = slack.calls('apps.connections.open').length;
    // The SDK's first retry comes after one to two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(slack.calls('apps.connections.open')).toHaveLength(asked);
  });

  test('stops while it waits to reconnect', async () => {
    const opened = await started('socket');
    slack.socket.disconnect('refresh_requested');
    await until(() => slack.socket.connections() === 0);
    await opened.stop();
    const asked = slack.calls('apps.connections.open').length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(slack.calls('apps.connections.open')).toHaveLength(asked);
    expect(slack.socket.connections()).toBe(0);
  });

  test('stops while a reconnect hangs, and no rejection is left over', async () => {
    const opened = await started('socket');
    slack.socket.withheld = 'hello';
    slack.socket.disconnect('refresh_requested');
    await until(() => slack.socket.connections() === 0);
    await until(() => slack.socket.connections() === 1);
    await opened.stop();
    await until(() => slack.socket.connections() === 0);
  });

  test('lets go of a peer that says no farewell', async () => {
    slack.socket.withheld = 'farewell';
    const opened = await started('socket');
    await opened.stop();
    await until(() => slack.socket.connections() === 0);
    expect(slack.calls('apps.connections.open')).toHaveLength(1);
  });

  test('reconnects after Slack asked for it', async () => {
    await started('socket');
    slack.socket.disconnect('refresh_requested');
    await until(() => slack.socket.connections() === 0);
    await until(() => slack.socket.connections() === 1);
    await slack.command(COMMAND).ack;
    await until(() => seen.length === 1);
  });
});

const QUICK = { openMs: 300, restMs: 300, secondAfterMs: 20, graceMs: 50 };

async function startedTwice(): Promise<Connection> {
  const opened = connect('socket', { timing: QUICK });
  await opened.start();
  await until(() => slack.socket.connections() === 2);
  return opened;
}

describe('two sockets', () => {
  test('are opened one after the other, and either brings what comes', async () => {
    await startedTwice();
    for (const text of ['a', 'b', 'c', 'd']) await slack.command({ ...COMMAND, text }).ack;
    await until(() => seen.length === 4);
    expect(slack.calls('apps.connections.open')).toHaveLength(2);
  });

  test('lose no command while one of them is replaced', async () => {
    await startedTwice();
    for (let round = 0; round < 5; round += 1) {
      slack.socket.disconnect('refresh_requested', 0);
      await until(() => slack.socket.connections() === 1);
      expect(await slack.command({ ...COMMAND, text: `round ${round}` }).ack).not.toBeNull();
      await until(() => slack.socket.connections() === 2);
    }
    expect(seen).toHaveLength(5);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
    expect(lines.filter((line) => /^(warn|error)/.test(line))).toEqual([]);
  });

  test('of which the second cannot be opened leave the first alone', async () => {
    const opened = connect('socket', { timing: QUICK });
    await opened.start();
    slack.failWhile('apps.connections.open', { kind: 'error', error: 'internal_error' });
    await until(() => slack.calls('apps.connections.open').length >= 3);
    expect(await slack.command(COMMAND).ack).not.toBeNull();
    expect(slack.socket.connections()).toBe(1);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });

  test('that both break are a problem until one is back', async () => {
    await startedTwice();
    await slack.goOffline();
    await until(() => problems.at(-1)?.includes('no socket to Slack is open') === true);
    await slack.goOnline();
    await until(() => problems.at(-1) === null && slack.socket.connections() > 0);
    await until(() => slack.socket.connections() === 2);
    expect(await slack.command(COMMAND).ack).not.toBeNull();
  });

  test.each(['upgrade', 'hello'] as const)('are opened anew where the %s never comes', async (withheld) => {
    await startedTwice();
    slack.socket.withheld = withheld;
    slack.socket.drop();
    const asked = () => slack.calls('apps.connections.open').length;
    const before = asked();
    // Each attempt is given up, and made again.
    await until(() => asked() >= before + 4);
    slack.socket.withheld = null;
    await until(
      () => problems.at(-1) === null && lines.filter((line) => line.includes('is open')).length >= 4,
    );
    expect(await slack.command(COMMAND).ack).not.toBeNull();
  });

  test('stop at once where neither hello came, and leave nothing behind', async () => {
    const opened = await startedTwice();
    slack.socket.withheld = 'hello';
    slack.socket.disconnect('refresh_requested');
    await until(() => slack.calls('apps.connections.open').length === 4);
    await opened.stop();
    await until(() => slack.socket.connections() === 0);
  });

  test('are tried again rarely where Socket Mode was switched off, and come back without a restart', async () => {
    await startedTwice();
    const asked = () => slack.calls('apps.connections.open').length;
    slack.failWhile('apps.connections.open', { kind: 'late', afterMs: 0, stored: 'first' });
    slack.socket.disconnect('link_disabled');
    await until(() => problems.at(-1)?.includes('Socket Mode was switched off') === true);
    expect(asked()).toBe(2);
    await until(() => problems.at(-1) === null);
    expect(await slack.command(COMMAND).ack).not.toBeNull();
  });

  test('whose token was revoked say so, and come back once it works', async () => {
    await startedTwice();
    slack.killToken('app', 'invalid_auth');
    slack.socket.disconnect('refresh_requested');
    await until(() => problems.at(-1)?.includes('SLACK_APP_TOKEN (invalid_auth)') === true);
    const asked = slack.calls('apps.connections.open').length;
    expect(asked).toBeLessThan(8);
    slack.reviveToken('app');
    await until(() => problems.at(-1) === null);
    expect(await slack.command(COMMAND).ack).not.toBeNull();
  });
});

describe('HTTP mode', () => {
  test('asks Slack to come again before it has started', async () => {
    slack.failNext('auth.test', { kind: 'late', afterMs: 500, stored: 'last' });
    const opened = connect('http');
    const starting = opened.start();
    slack.useHttp(eventsUrl());
    expect(await slack.command(COMMAND).ack).toMatchObject({ status: 503 });
    await starting;
    expect(await slack.command(COMMAND).ack).toMatchObject({ status: 200 });
  });

  test.each<[string, Signing]>([
    ['a wrong signature', { signature: 'bad' }],
    ['no signature', { signature: 'none' }],
    ['a timestamp of six minutes ago', { skewSeconds: -360 }],
    ['a timestamp six minutes ahead', { skewSeconds: 360 }],
    ['a timestamp of another year', { skewSeconds: 31_536_000 }],
  ])('refuses %s', async (_, signing) => {
    await started('http');
    expect(await slack.command(COMMAND, signing).ack).toMatchObject({ status: 401 });
    expect(seen).toEqual([]);
  });

  test.each([-240, 240])('accepts a clock that is off by %i s', async (skewSeconds) => {
    await started('http');
    expect(await slack.command(COMMAND, { skewSeconds }).ack).toMatchObject({ status: 200 });
  });

  test('refuses a signature over another body', async () => {
    await started('http');
    const headers = { 'content-type': 'application/json', ...sign('{}', slack.signingSecret) };
    const answer = await fetch(eventsUrl(), { method: 'POST', headers, body: '{ }' });
    expect(answer.status).toBe(401);
  });

  test('refuses a body of more than 4 MB', async () => {
    await started('http');
    const ack = await slack.event({ type: 'app_mention', text: 'x'.repeat(4 * 1024 * 1024) }).ack;
    // The rest of the body may meet a connection that is closed already.
    expect([413, undefined]).toContain(ack?.status);
    expect(seen).toEqual([]);
  });

  test('proves to Slack whose address it is', async () => {
    await started('http');
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    const headers = { 'content-type': 'application/json', ...sign(body, slack.signingSecret) };
    const answer = await fetch(eventsUrl(), { method: 'POST', headers, body });
    expect(await answer.json()).toEqual({ challenge: 'abc' });
  });

  test.each([
    ['POST', '/'],
    ['POST', '/slack/events/'],
    ['POST', '//slack/events'],
    ['GET', '/slack/events'],
  ])('%s %s is not found', async (method, path) => {
    await started('http');
    expect((await fetch(eventsUrl(path), { method })).status).toBe(404);
  });

  test('stops although a client keeps its connection', async () => {
    const opened = await started('http');
    await slack.command(COMMAND).ack;
    await opened.stop();
    expect(await slack.command(COMMAND).ack).toMatchObject({ status: 503 });
    expect(seen).toHaveLength(1);
  });

  test('stops although a request never ends', async () => {
    const opened = await started('http');
    const socket = connectTo({ host: '127.0.0.1', port: front.port() ?? 0 });
    const head = ['POST /slack/events HTTP/1.1', 'Host: app', 'Content-Length: 9', 'Expect: 100-continue'];
    socket.write([...head, '', ''].join('\r\n'));
    // The server says "go on" once it has taken the request; the body never comes.
    await once(socket, 'data');
    const closed = once(
      socket.on('error', () => undefined),
      'close',
    );
    await opened.stop();
    await closed;
    expect(seen).toEqual([]);
  });
});
