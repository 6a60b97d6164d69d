import { createServer, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverEvent } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpTransport } from '../../../src/slack/transport/http.ts';
import { createSdkLogger } from '../../../src/slack/web-api/sdk-logger.ts';
import { sign } from '../../support/fake-slack/fake-slack-requests.ts';
import { listenLocally } from '../../support/listen.ts';
import { groupedRows } from '../../support/rows.ts';
import { SILENT_LOG } from '../../support/store.ts';

const SECRET = 'fake-signing-secret';
const FORM = 'application/x-www-form-urlencoded';
const MEGABYTE = 1_000_000;

let taken: unknown[];
let port: number;
let sockets: Socket[];

beforeEach(async (context) => {
  taken = [];
  sockets = [];
  let listener: RequestListener = () => undefined;
  const transport = createHttpTransport({
    signingSecret: SECRET,
    mount: (_, mounted) => (listener = mounted),
    logger: createSdkLogger(SILENT_LOG),
    take: async ({ body, ack }: ReceiverEvent) => {
      taken.push(body);
      await ack();
    },
  });
  await transport.open();
  const server = createServer((request, response) => listener(request, response));
  port = await listenLocally(server, context);
});

afterEach(() => sockets.forEach((socket) => socket.destroy()));

/** Resolves to the status line; the text goes out as it is. */
function say(head: Readonly<Record<string, string | number>>, body = '', method = 'POST'): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const lines = Object.entries({ host: 'bot', ...head }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} /slack/events HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return new Promise((resolve) => {
    socket.on('error', () => undefined).once('data', (data) => resolve(String(data).slice(9, 12)));
  });
}

function whole(body: string, type = 'application/json', secret = SECRET): Promise<string> {
  return say({ ...sign(body, secret), 'content-type': type, 'content-length': body.length }, body);
}

/** Signed like Slack's, with a body that never comes. */
const unfinished = (length: number, body = '') =>
  say({ ...sign('anything', SECRET), 'content-length': length }, body);

const UNREAD = { 'content-length': 900_000 };
const LATER = sign('', SECRET, { skewSeconds: 600 });
const EARLIER = sign('', SECRET, { skewSeconds: -600 });
const RECENT = sign('', SECRET, { skewSeconds: -60 });

describe('a request is refused before its body has come', () => {
  it.for([
    ['without a signature', '401', { ...sign('', SECRET, { signature: 'none' }), ...UNREAD }, 'POST'],
    ['without a time', '401', { 'x-slack-signature': `v0=${'0'.repeat(64)}`, ...UNREAD }, 'POST'],
    ['with a signature of another form', '401', { ...LATER, 'x-slack-signature': 'v0=1', ...UNREAD }, 'POST'],
    ['of a later time', '401', { ...LATER, ...UNREAD }, 'POST'],
    ['of an earlier time', '401', { ...EARLIER, ...UNREAD }, 'POST'],
    ['of a moment ago, as too large', '413', { ...RECENT, 'content-length': MEGABYTE + 1 }, 'POST'],
    ['of another method', '404', { ...sign('', SECRET), ...UNREAD }, 'PUT'],
    ['that says it is too large', '413', { ...sign('', SECRET), 'content-length': MEGABYTE + 1 }, 'POST'],
  ] as const)('%s: %s', async ([, status, head, method]) => {
    expect(await say(head, '', method)).toBe(status);
  });
});

it('a refusal closes the connection, whose body is not read', async () => {
  const { status, headers } = await fetch(`http://127.0.0.1:${port}/slack/events`);
  expect([status, headers.get('connection')]).toEqual([404, 'close']);
});

describe('a body', () => {
  it('that grows beyond a megabyte is refused, whatever was said of its length', async () => {
    const chunk = `${(MEGABYTE / 2).toString(16)}\r\n${'x'.repeat(MEGABYTE / 2)}\r\n`;
    const head = { ...sign('', SECRET), 'transfer-encoding': 'chunked' };
    expect(await say(head, `${chunk}${chunk}1\r\nx\r\n0\r\n\r\n`)).toBe('413');
  });

  // Bolt refuses the first one as well.
  it.each(['{"type":"event_callback"}', 'null'])(
    'that was signed with another secret is refused: %s',
    async (body) => {
      expect(await whole(body, 'application/json', 'another')).toBe('401');
    },
  );

  const NO_OBJECTS = groupedRows({
    'application/json': ['null', '7', '[]', '{'],
    [FORM]: ['payload=null', 'payload=%7B'],
  });

  it.for(NO_OBJECTS)('%s is no object and gets a 400, signed as it is', async ([body, type]) => {
    expect(await whole(body, type)).toBe('400');
    expect(taken).toEqual([]);
  });

  it('of Slack goes on, as JSON, as a form, and as JSON in a form', async () => {
    await whole('{"type":"event_callback"}');
    await whole('command=%2Fscanprogress', FORM);
    await whole('payload=%7B%22type%22%3A%22block_actions%22%7D', FORM);
    expect(taken).toEqual([
      { type: 'event_callback' },
      { command: '/scanprogress' },
      { type: 'block_actions' },
    ]);
  });
});

describe('of bodies that never end', () => {
  it('the oldest give way, and Slack is heard', async () => {
    const statuses: string[] = [];
    for (let count = 0; count < 150; count += 1)
      void unfinished(500_000, 'x').then((status) => statuses.push(status));
    await expect.poll(() => statuses.length).toBe(150 - 64);
    expect(await whole('{"type":"event_callback"}')).toBe('200');
    expect(new Set(statuses)).toEqual(new Set(['503']));
  });

  it('no more than sixteen megabytes are kept', async () => {
    const statuses: string[] = [];
    for (let count = 0; count < 20; count += 1)
      void unfinished(MEGABYTE, 'x'.repeat(MEGABYTE - 1)).then((status) => statuses.push(status));
    await expect.poll(() => statuses.length).toBe(4);
  });

  it('the largest gives way first', async () => {
    const statuses: string[] = [];
    const send = (name: string, length: number) =>
      void unfinished(MEGABYTE, 'x'.repeat(length)).then(() => statuses.push(name));
    send('largest', 900_000);
    await sleep(1_000);
    for (let count = 0; count < 24; count += 1) send('smaller', 650_000);
    await expect.poll(() => statuses).toEqual(['largest']);
  });
});
