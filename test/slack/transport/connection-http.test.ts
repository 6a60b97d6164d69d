import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { sign, type Signing } from '../../support/fake-slack/fake-slack-requests.ts';
import { COMMAND, useConnection } from './connection-world.ts';

const { slack, seen, port, eventsUrl, connect, started } = useConnection();

const post = (body: string, signed = body) => {
  const headers = { 'content-type': 'application/json', ...sign(signed, slack().signingSecret) };
  return fetch(eventsUrl(), { method: 'POST', headers, body });
};

describe('HTTP mode', () => {
  test('asks Slack to come again before it has started', async () => {
    slack().failNext('auth.test', { kind: 'late', afterMs: 500, stored: 'last' });
    const opened = connect('http');
    const starting = opened.start();
    slack().useHttp(eventsUrl());
    expect(await slack().command(COMMAND).ack).toMatchObject({ status: 503 });
    await starting;
    expect(await slack().command(COMMAND).ack).toMatchObject({ status: 200 });
  });

  test.each<[string, Signing]>([
    ['a wrong signature', { signature: 'bad' }],
    ['no signature', { signature: 'none' }],
    ['a timestamp of six minutes ago', { skewSeconds: -360 }],
    ['a timestamp six minutes ahead', { skewSeconds: 360 }],
    ['a timestamp of another year', { skewSeconds: 31_536_000 }],
  ])('refuses %s', async (_, signing) => {
    await started('http');
    expect(await slack().command(COMMAND, signing).ack).toMatchObject({ status: 401 });
    expect(seen()).toEqual([]);
  });

  test.each([-240, 240])('accepts a clock that is off by %i s', async (skewSeconds) => {
    await started('http');
    expect(await slack().command(COMMAND, { skewSeconds }).ack).toMatchObject({ status: 200 });
  });

  test('refuses a signature over another body', async () => {
    await started('http');
    expect((await post('{ }', '{}')).status).toBe(401);
  });

  test('refuses a body of more than 4 MB', async () => {
    await started('http');
    const ack = await slack().event({ type: 'app_mention', text: 'x'.repeat(4 * 1024 * 1024) }).ack;
    // The rest of the body may meet a connection that is closed already.
    expect([413, undefined]).toContain(ack?.status);
    expect(seen()).toEqual([]);
  });

  test('proves to Slack whose address it is', async () => {
    await started('http');
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    expect(await (await post(body)).json()).toEqual({ challenge: 'abc' });
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
    await slack().command(COMMAND).ack;
    await opened.stop();
    expect(await slack().command(COMMAND).ack).toMatchObject({ status: 503 });
    expect(seen()).toHaveLength(1);
  });

  test('stops although a request never ends', async () => {
    const opened = await started('http');
    const socket = connectTo({ host: '127.0.0.1', port: port() });
    const head = ['POST /slack/events HTTP/1.1', 'Host: app', 'Content-Length: 9', 'Expect: 100-continue'];
    socket.write([...head, '', ''].join('\r\n'));
    // The server says "go on" once it has taken the request; the body never comes.
    await once(socket, 'data');
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await opened.stop();
    await closed;
    expect(seen()).toEqual([]);
  });
});
