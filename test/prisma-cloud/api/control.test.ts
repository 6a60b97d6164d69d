import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../support/rate-limiter.ts';
import { createControl } from '../../../src/prisma-cloud/api/control.ts';
import {
  ConnectTimeError,
  TimeoutError,
  toFailure,
  UnreachableError,
} from '../../../src/prisma-cloud/http/errors.ts';
import { REGULAR_SCAN } from '../../../src/scan/target.ts';
import {
  API,
  type Respond,
  createClient,
  person,
  poll,
  portOfNobody,
  stage,
  stageWithSignIn,
  status,
  text,
} from '../loopback.ts';

const done = text('');
const lost: Respond = ({ socket }) => socket.destroy();
const late =
  (ms: number): Respond =>
  ({ response }) =>
    void sleep(ms).then(() => response.end());
const page = text('<html>', { 'content-type': 'Text/HTML' });

describe('what is sent', () => {
  test('is exactly the image, to scan on demand', async () => {
    const { server, client } = await stage({ 'registry/scan': done });
    expect(await client.startScan(API, poll)).toEqual({ kind: 'done' });
    const { method, url, body, headers } = server.received.at(-1)!;
    expect([method, url]).toEqual(['POST', '/api/v33.03/registry/scan']);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      onDemandScan: true,
      tag: { registry: 'ghcr.io', repo: 'acme/api', tag: '1.4', digest: '' },
    });
  });

  test('has no body for the regular scan, neither to start nor to stop it', async () => {
    const routes = { 'registry/scan': done, 'registry/stop': done };
    const { server, client } = await stage(routes, { project: 'A' });
    expect(await client.startScan(REGULAR_SCAN, poll)).toEqual({ kind: 'done' });
    expect(await client.stopRegularScan(poll)).toEqual({ kind: 'done' });
    expect(server.received.slice(1)).toMatchObject([
      { method: 'POST', url: '/api/v33.03/registry/scan?project=A', body: '' },
      { method: 'POST', url: '/api/v33.03/registry/stop?project=A', body: '' },
    ]);
  });
});

type Row = readonly [string, Respond, object];

const unclear = (cause: string) => ({ kind: 'unclear', failure: { cause } });
const failed = (cause: string) => ({ kind: 'failed', failure: { cause } });
const ALIKE: readonly Row[] = [
  ['it is done', done, { kind: 'done' }],
  ['the role may not write', status(403), { kind: 'forbidden' }],
  ['the request is wrong', status(400, 'no running Defender'), failed('bad-request')],
  ['there is no such route', status(404), failed('not-found')],
  ['it comes too often', status(429), failed('rate-limited')],
  ['the session is refused twice', status(401), failed('sign-in')],
  ['the Console is in trouble', status(500), unclear('unavailable')],
  ['a proxy gives up', status(504), unclear('unavailable')],
  ['the answer is lost', lost, unclear('unreachable')],
  ['a proxy asks to sign in', page, unclear('garbled')],
];

describe('a start', () => {
  test.each<Row>([
    ...ALIKE,
    ['one is running', status(400, 'a registry scan is already in progress'), { kind: 'already-running' }],
    ['one is running', status(400, 'Registry scan already running'), { kind: 'already-running' }],
    ['one is running', status(400, 'scan in progress'), { kind: 'already-running' }],
    ['the Console is in trouble with one', status(500, 'scan in progress'), unclear('unavailable')],
  ])('where %s', async (_, answer, outcome) => {
    const { server, client } = await stage({ 'registry/scan': answer });
    const sent = () => server.paths().filter((path) => path === 'registry/scan').length;
    for (const target of [API, REGULAR_SCAN]) {
      const before = sent();
      expect(await client.startScan(target, person)).toMatchObject(outcome);
      // Except the 401, which shows that the request was not processed.
      if (!/sign-in|rate/.test(JSON.stringify(outcome))) expect(sent()).toBe(before + 1);
    }
  });

  test('may take longer than any other call', async () => {
    const { client } = await stage({ 'registry/scan': late(200_000) });
    expect(await client.startScan(API, poll)).toEqual({ kind: 'done' });
  });

  test('that takes too long is unclear, and is not sent again', async () => {
    const { server, client } = await stage({ 'registry/scan': late(300_000) });
    expect(await client.startScan(API, poll)).toMatchObject(unclear('timeout'));
    expect(server.paths()).toEqual(['authenticate', 'registry/scan']);
  });

  test('that is given up while it is under way is unclear', async () => {
    const { server, client } = await stage({ 'registry/scan': late(5_000) });
    const controller = new AbortController();
    const starting = client.startScan(API, { ...poll, signal: controller.signal });
    await expect.poll(() => server.paths()).toContain('registry/scan');
    controller.abort();
    expect(await starting).toMatchObject(unclear('timeout'));
  });

  test('that was given up before is not sent', async () => {
    const { server, client } = await stage({ 'registry/scan': done });
    const outcome = await client.startScan(API, { ...poll, signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(server.paths()).not.toContain('registry/scan');
  });

  test('goes before the polls', async () => {
    const rateLimiter = createLimiter();
    const { client } = await stage({ 'registry/scan': done }, { rateLimiter });
    const taking = { signal: new AbortController().signal, pauseMs: 0 };
    for (let count = 0; count < 24; count += 1) await rateLimiter.take('background', taking);
    expect(await client.startScan(API, poll)).toEqual({ kind: 'done' });
  });
});

const SCAN = 'POST /api/v33.03/registry/scan';
const NOT_CONNECTED = 'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL'
  .split(' ')
  .map((code): [string, Error, object] => [code, new UnreachableError(SCAN, code), failed('unreachable')]);

test.each<[string, Error, object]>([
  ['that nobody foresaw', new Error('unforeseen'), unclear('garbled')],
  ['without a connection in time', new ConnectTimeError(SCAN, 'late'), failed('timeout')],
  ['without an answer in time', new TimeoutError(SCAN, 'late'), unclear('timeout')],
  ...NOT_CONNECTED,
])('an error %s says whether it may have arrived', async (_, error, outcome) => {
  const control = createControl({ call: () => Promise.reject(error), fail: toFailure });
  expect(await control.startScan(API, poll)).toMatchObject(outcome);
});

describe('a stop', () => {
  test.each<Row>([...ALIKE, ['none is running', status(400, 'no scan in progress'), failed('bad-request')]])(
    'where %s',
    async (_, answer, outcome) => {
      const { client } = await stage({ 'registry/stop': answer });
      expect(await client.stopRegularScan(poll)).toMatchObject(outcome);
    },
  );
});

describe('nothing was started where', () => {
  test('nobody listens', async () => {
    const client = createClient(`http://localhost:${await portOfNobody()}`, { auth: 'basic' });
    expect(await client.startScan(API, poll)).toMatchObject(failed('unreachable'));
  });

  test.each<[string, Respond, string]>([
    ['in trouble', status(503), 'unavailable'],
    ['cut off', lost, 'unreachable'],
    ['no JSON', page, 'garbled'],
    ['refused', status(401), 'sign-in'],
    ['forbidden', status(403), 'sign-in'],
  ])('the sign-in is %s', async (_, answer, cause) => {
    const { server, client } = await stageWithSignIn(answer);
    expect(await client.startScan(API, poll)).toMatchObject(failed(cause));
    expect(server.paths()).toEqual(['authenticate']);
  });
});
