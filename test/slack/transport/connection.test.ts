import { describe, expect, test } from 'vitest';
import { COMMAND, type Mode, startError, until, useConnection } from './connection-world.ts';

const BIG = 'x'.repeat(70_000);

const { slack, lines, heard, eventsUrl, connect, started } = useConnection();

describe.each<Mode>(['socket', 'http'])('%s mode', (mode) => {
  test('brings a command and takes its acknowledgement back', async () => {
    await started(mode);
    const ack = await slack().command(COMMAND).ack;
    expect(ack).toMatchObject({ status: mode === 'http' ? 200 : null });
    await heard('command alpine:3.16');
  });

  test.each([
    ['an event', 'hello'],
    ['a payload of many kilobytes', BIG],
  ])('brings %s', async (_, text) => {
    await started(mode);
    await slack().mention({ ...COMMAND, text }).ack;
    await heard(`mention ${text}`);
  });

  test('brings an event again that Slack sends again', async () => {
    await started(mode);
    const sent = slack().mention({ ...COMMAND, text: 'hello' });
    await sent.ack;
    await slack().redeliver(sent, 'same-envelope').ack;
    await slack().redeliver(sent, 'new-envelope').ack;
    await heard('mention hello', 'mention hello', 'mention hello');
    expect(slack().acks).toHaveLength(3);
  });

  test('brings a click', async () => {
    await started(mode);
    const ts = await postButton();
    await slack().click({ channel: 'C0GENERAL', user: 'U0BOB', ts, actionId: 'stop', value: 'watch-2' }).ack;
    await heard('click watch-2');
  });

  test('logs what a listener throws, without its secrets, and goes on', async () => {
    await started(mode);
    await slack().mention({ ...COMMAND, text: 'fail' }).ack;
    await until(() => lines().some((line) => line.startsWith('error')));
    expect(lines().find((line) => line.startsWith('error'))).toContain(`a listener's error, [redacted]`);
    expect(lines().join('\n')).not.toContain('xoxb-1-secret');
    await slack().command(COMMAND).ack;
    await heard('command alpine:3.16');
  });

  test('logs no payload, no token and no ticket', async () => {
    const opened = await started(mode);
    await slack().command(COMMAND).ack;
    await opened.stop();
    expect(lines().join('\n')).toContain('connected to Slack');
    expect(lines().join('\n')).not.toMatch(/xoxb|xapp|ticket=|alpine|verification-token|response\//);
  });

  test.each(['invalid_auth', 'account_inactive', 'token_revoked', 'missing_scope'])(
    'names SLACK_BOT_TOKEN when Slack answers %s',
    async (code) => {
      slack().killToken('bot', code);
      const error = await startError(connect(mode));
      expect(error).toMatchObject({ variable: 'SLACK_BOT_TOKEN', slackError: code });
      expect(error.message).toBe(`SLACK_BOT_TOKEN: Slack answered ${code} to auth.test`);
    },
  );

  test('names SLACK_API_URL when nobody is there', async () => {
    await slack().goOffline();
    const error = await startError(connect(mode));
    expect(error.variable).toBe('SLACK_API_URL');
    expect(error.message).toMatch(/^SLACK_API_URL: no answer from 127.0.0.1:\d+ to auth.test: ECONNREFUSED$/);
  });

  test('gives up a start that hangs', async () => {
    slack().failNext('auth.test', { kind: 'late', afterMs: 60_000, stored: 'first' });
    const error = await startError(connect(mode, { startLimitMs: 100 }));
    expect(error.message).toMatch(/^no connection to Slack within 0.1 s: /);
  });

  test('waits ten seconds for an answer of Slack, and no longer', async () => {
    slack().failNext('auth.test', { kind: 'late', afterMs: 25_000, stored: 'first' });
    expect((await startError(connect(mode))).message).toMatch(/^SLACK_API_URL: no answer from/);
  });

  test('leaves repeating to its caller', async () => {
    slack().failWhile('auth.test', { kind: 'status', status: 503, stored: false });
    await startError(connect(mode));
    expect(slack().calls('auth.test')).toHaveLength(1);
  });

  test('warns of an address for its reply that is not Slack’s', async () => {
    const { process } = await started(mode);
    const body = { ...COMMAND, command: '/scanprogress', response_url: 'https://slack.com.example.org/x' };
    await process({ body, ack: () => Promise.resolve() });
    const warnings = lines().filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([expect.stringContaining('response_url that is not Slack’s')]);
  });

  test('stops before it was started', async () => {
    await connect(mode).stop();
    expect(slack().calls()).toEqual([]);
  });

  test('stops in the middle of a start, which then rejects and opens nothing', async () => {
    slack().failNext('auth.test', { kind: 'late', afterMs: 200, stored: 'last' });
    const opened = connect(mode);
    const starting = startError(opened);
    await until(() => slack().calls('auth.test').length === 1);
    await opened.stop();
    expect((await starting).message).toBe('stopped before the connection to Slack was there');
    // Two more responses after the late one: by then the start has continued, if it does.
    await until(() => slack().calls('auth.test')[0]?.answer === 'ok');
    await postButton();
    await postButton();
    expect(slack().socket.connections()).toBe(0);
    if (mode === 'http') expect((await fetch(eventsUrl(), { method: 'POST' })).status).toBe(503);
  });

  test('stops twice', async () => {
    const opened = await started(mode);
    await Promise.all([opened.stop(), opened.stop()]);
    await opened.stop();
    const ack = await slack().command(COMMAND).ack;
    expect(ack?.status ?? null).toBe(mode === 'http' ? 503 : null);
  });

  test('stops after Slack is gone', async () => {
    const opened = await started(mode);
    await slack().goOffline();
    await opened.stop();
    await slack().goOnline();
    expect(slack().socket.connections()).toBe(0);
  });
});

async function postButton(): Promise<string> {
  const button = { type: 'button', action_id: 'stop', text: { type: 'plain_text', text: 'Stop' } };
  const elements = ['watch-1', 'watch-2'].map((value) => ({ ...button, value }));
  const answer = await fetch(`${slack().apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${slack().botToken}` },
    body: JSON.stringify({ channel: 'C0GENERAL', text: 'x', blocks: [{ type: 'actions', elements }] }),
  });
  return ((await answer.json()) as { ts: string }).ts;
}
