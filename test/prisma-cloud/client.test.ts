import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REGULAR_SCAN } from '../../src/scan/target.ts';
import { ALPINE, API, image, json, person, poll, stage, stageWithSignIn, status, text } from './loopback.ts';

const NONE = { 'registry/progress': [] };
const VERSION = { version: '33.03.138', registry: [], _ping: '' };

function sample(name: string): string {
  return readFileSync(`${import.meta.dirname}/../fixtures/registry-progress/${name}.json`, 'utf8');
}

describe('what is asked', () => {
  const DIGEST = `sha256:${'a'.repeat(64)}`;
  const AT_PORT = 'registry=reg:5000&repo=a&tag=1&digest=sha256:0';

  test('the regular scan takes no parameter', async () => {
    const { server, client } = await stage(NONE);
    await client.fetchProgress(REGULAR_SCAN, poll);
    expect(server.received.at(-1)).toMatchObject({ method: 'GET', url: '/api/v33.03/registry/progress' });
  });

  test.each([
    [{ repository: 'library/alpine', tag: '3.16' }, 'repo=library/alpine&tag=3.16'],
    [{ registry: 'ghcr.io', repository: 'acme/api', tag: '1.4' }, 'registry=ghcr.io&repo=acme/api&tag=1.4'],
    [
      { registry: 'reg:5000', repository: 'a/b', digest: DIGEST },
      `registry=reg:5000&repo=a/b&digest=${DIGEST}`,
    ],
    [{ registry: 'reg:5000', repository: 'a', tag: '1', digest: 'sha256:0' }, AT_PORT],
    [{ repository: 'a', tag: 'x y&z=1+2' }, 'repo=a&tag=x%20y%26z%3D1%2B2'],
  ])('an on-demand scan is named literally: %j', async (reference, query) => {
    const { server, client } = await stage(NONE);
    await client.fetchProgress(image({ tag: '', ...reference }), poll);
    const { repository, ...rest } = reference;
    const [first] = server.received.filter(({ path }) => path.endsWith('/progress'));
    expect(first?.url).toBe(`/api/v33.03/registry/progress?onDemand=true&${query}`);
    expect(first?.query).toEqual({ onDemand: 'true', repo: repository, ...rest });
  });

  test.each([
    ['/customer', '/customer'],
    ['/customer/', '/customer'],
    ['/', ''],
    ['/a/b', '/a/b'],
  ])("the address's path %s is kept", async (path, kept) => {
    const { server, client } = await stage(NONE, { apiVersion: 'v34.04' }, path);
    await client.fetchProgress(REGULAR_SCAN, poll);
    const paths = server.received.map((one) => one.path);
    expect(paths).toEqual([`${kept}/api/v34.04/authenticate`, `${kept}/api/v34.04/registry/progress`]);
  });

  test('the project is named in every call but the sign-in', async () => {
    const { server, client } = await stage({ ...NONE, ...VERSION }, { project: 'Team A/1' });
    await client.fetchProgress(REGULAR_SCAN, poll);
    await client.fetchProgress(ALPINE, poll);
    await client.ping();
    await client.check();
    const projects = server.received.map((one) => [one.path.split('/').at(-1), one.query['project']]);
    expect(projects).toEqual([
      ['authenticate', undefined],
      ['progress', 'Team A/1'],
      ['progress', 'Team A/1'],
      ['_ping', 'Team A/1'],
      ['version', 'Team A/1'],
      ['registry', 'Team A/1'],
    ]);
  });

  test('a token is fetched once and carried along', async () => {
    const { server, client } = await stage(NONE);
    await Promise.all(Array.from({ length: 10 }, () => client.fetchProgress(ALPINE, poll)));
    await client.fetchProgress(API, person);
    const [first, ...rest] = server.received;
    expect(first).toMatchObject({ method: 'POST', path: '/api/v33.03/authenticate' });
    expect(JSON.parse(first!.body)).toEqual({ username: 'user', password: 'secret-password' });
    expect(first?.headers['authorization']).toBeUndefined();
    expect(rest).toHaveLength(11);
    expect(new Set(rest.map((one) => one.headers['authorization']))).toEqual(new Set(['Bearer token-1']));
  });

  test('basic authentication goes with every request and signs in nowhere', async () => {
    const { server, client } = await stage(NONE, { auth: 'basic' });
    await client.fetchProgress(ALPINE, poll);
    const authorization = `Basic ${Buffer.from('user:secret-password').toString('base64')}`;
    expect(server.paths()).toEqual(['registry/progress']);
    expect(server.received[0]?.headers['authorization']).toBe(authorization);
  });

  test('connections are used again', async () => {
    const sockets = new Set<unknown>();
    const { client } = await stage(({ response, socket }) => {
      sockets.add(socket);
      json(response, []);
    });
    for (let i = 0; i < 10; i += 1) await client.fetchProgress(ALPINE, poll);
    // The pool opens a second one where the first has only just responded.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });
});

describe('what is understood', () => {
  test.each([['null'], ['[]'], [' [ ] '], ['\uFEFF[]']])(
    '%j means that there is no such scan',
    async (body) => {
      const { client } = await stage(text(body), { now: () => 42 });
      await expect(client.fetchProgress(ALPINE, poll)).resolves.toMatchObject({ kind: 'absent', at: 42 });
    },
  );

  test("the vendor's regular scan", async () => {
    const { client } = await stage(text(sample('regular')));
    const observation = await client.fetchProgress(REGULAR_SCAN, poll);
    expect(observation).toMatchObject({
      kind: 'progress',
      registries: [{ host: 'us-west2-docker.pkg.dev', isOngoing: true, discovery: { scanned: 2, total: 4 } }],
    });
  });

  test("the vendor's on-demand scan", async () => {
    const { client } = await stage(text(sample('on-demand')));
    const observation = await client.fetchProgress(ALPINE, poll);
    expect(observation).toMatchObject({ kind: 'progress', registries: [{ isOngoing: false }] });
  });
});

describe('the check at the start', () => {
  const NAMED = ['a', 'b', 'c'];

  test('returns the version and reads no progress', async () => {
    const { server, client } = await stage(VERSION);
    await expect(client.check()).resolves.toEqual({ kind: 'answered', value: '33.03.138' });
    expect(server.paths()).toEqual(['authenticate', 'version', 'registry']);
  });

  test.each(['version', 'registry'])('tells a role that may not see the %s', async (route) => {
    const { client } = await stage({ ...VERSION, [route]: status(403, 'access denied') });
    await expect(client.check()).resolves.toMatchObject({ kind: 'failed', failure: { cause: 'forbidden' } });
  });

  test('tells an API version that this Console does not know', async () => {
    const { client } = await stageWithSignIn(status(404));
    const detail = 'POST /api/v33.03/authenticate: HTTP 404';
    const failure = { cause: 'not-found', detail, retryAfterMs: null };
    await expect(client.check()).resolves.toEqual({ kind: 'failed', failure });
  });

  test.each([
    [['a', { _id: 'b' }, { name: 'c' }, 7, 'a', ''], NAMED],
    [null, []],
  ])('the projects are named once, however the Console lists them: %j', async (names, value) => {
    const { client } = await stage({ 'current/projects': names });
    await expect(client.fetchProjects()).resolves.toEqual({ kind: 'answered', value });
  });

  test('leaves nothing behind at the signal of its caller', async () => {
    const { client } = await stage(VERSION);
    const { signal } = new AbortController();
    await client.check(signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each([{ version: 1 }, ''])(
    'a version that is no text, or an empty one, is garbled: %o',
    async (version) => {
      const { client } = await stage({ version });
      await expect(client.fetchVersion()).resolves.toMatchObject({ failure: { cause: 'garbled' } });
    },
  );

  test('a ping that a web page answers has not reached the Console', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    const { client } = await stage(text('<html><title>Log in</title></html>', headers));
    const failure = { cause: 'garbled', detail: expect.stringContaining('a web page') as string };
    expect(await client.ping()).toMatchObject({ kind: 'failed', failure });
  });

  test('a ping needs no credentials and reads no body', async () => {
    const { server, client } = await stage(text(''));
    await expect(client.ping()).resolves.toEqual({ kind: 'answered', value: expect.closeTo(Date.now(), -4) });
    expect(server.received[0]?.headers['authorization']).toBeUndefined();
    expect(server.paths()).toEqual(['_ping']);
  });
});
