import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/demo/console/console-faults.ts';
import { FOUR_REGISTRIES, ORDINARY } from '../../../src/demo/scripts.ts';
import { ALPINE, ASK_FOR_ALPINE, open, signIn, START } from './console-session.ts';

const errorOf = async (response: Response) => [response.status, await response.json()];

describe('refusals', () => {
  test.each([
    ['image parameters without onDemand', '/registry/progress?repo=library/alpine&tag=3.16'],
    ['onDemand=false with an image', '/registry/progress?onDemand=false&repo=library/alpine&tag=3.16'],
    ['no repository', '/registry/progress?onDemand=true&tag=3.16'],
    ['neither tag nor digest', '/registry/progress?onDemand=true&repo=library/alpine'],
  ])('400 for %s', async (_name, path) => {
    const { get } = await open();
    expect(await errorOf(await get(path))).toEqual([400, { err: expect.any(String) }]);
  });

  test('404 for another API version, whatever the prefix', async () => {
    const { simulated } = await open();
    for (const prefix of ['', '/us-1/customer']) {
      expect((await fetch(`${simulated.url}${prefix}/api/v99.01/registry/progress`)).status).toBe(404);
      expect((await fetch(`${simulated.url}${prefix}/api/v33.03/_ping`)).status).toBe(200);
    }
  });

  test('401 for a wrong password, no token, an expired token, and a withdrawn one', async () => {
    const { simulated, get, status } = await open();
    expect((await signIn(simulated, 'demo', 'wrong')).status).toBe(401);
    expect((await fetch(`${simulated.url}/api/v33.03/version`)).status).toBe(401);
    expect(await status('/version')).toBe(200);
    simulated.expireTokens();
    expect(await errorOf(await get('/version'))).toEqual([401, { err: 'unauthorized' }]);
    const another = await open();
    another.pass(30 * 60_000);
    expect((await another.get('/version')).status).toBe(401);
  });

  test('the token says when it expires', async () => {
    const { simulated } = await open();
    const { token } = (await (await signIn(simulated)).json()) as { token: string };
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(payload.exp).toBe((START + 30 * 60_000) / 1_000);
  });

  test('a changed password is needed at the next sign-in, and basic authentication needs it at once', async () => {
    const { simulated, status } = await open();
    const headers = { authorization: `Basic ${btoa('demo:demo')}` };
    const basic = () => fetch(`${simulated.url}/api/v33.03/version`, { headers });
    expect((await basic()).status).toBe(200);
    simulated.setPassword('other');
    expect((await basic()).status).toBe(401);
    expect(await status('/version')).toBe(200);
  });

  test('403 for starting and stopping by somebody who may only watch', async () => {
    const { post, status } = await open({ users: [{ username: 'eye', password: 'eye', mayWrite: false }] });
    expect(await status('/registry/progress')).toBe(200);
    expect((await post('/registry/scan')).status).toBe(403);
    expect((await post('/registry/stop')).status).toBe(403);
  });

  test('429 from the thirty-first request in thirty seconds on', async () => {
    const { pass, status } = await open({ isLimited: true });
    for (let count = 0; count < 30; count += 1) expect(await status('/version')).toBe(200);
    expect(await status('/version')).toBe(429);
    pass(30_001);
    expect(await status('/version')).toBe(200);
  });
});

describe('faults', () => {
  const broken: readonly [string, Fault][] = [
    ['down', { kind: 'down' }],
    ['reset', { kind: 'reset' }],
    ['cut', { kind: 'cut' }],
    ['lost', { kind: 'lost' }],
  ];

  test.each(broken)('%s: no complete answer arrives, and all is well afterwards', async (_name, fault) => {
    const { simulated, get, status } = await open();
    await simulated.setFault(fault);
    await expect(get('/registry/progress').then((response) => response.text())).rejects.toThrow();
    await simulated.setFault(null);
    expect(await status('/registry/progress')).toBe(200);
  });

  test.each<[string, Fault, boolean]>([
    ['reset', { kind: 'reset', times: 1 }, false],
    ['html', { kind: 'html', times: 1 }, false],
    ['status', { kind: 'status', status: 503, times: 1 }, false],
    ['cut', { kind: 'cut', times: 1 }, true],
    ['wrong types', { kind: 'wrong-types', times: 1 }, true],
    ['lost', { kind: 'lost', times: 1 }, true],
    ['lost behind a proxy', { kind: 'lost', status: 504, times: 1 }, true],
  ])('%s: whether the one-time end was consumed', async (_name, fault, isConsumed) => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan(ALPINE, ORDINARY);
    pass(60_000);
    await simulated.setFault(fault);
    await read(ASK_FOR_ALPINE).catch(() => '');
    expect(await read(ASK_FOR_ALPINE)).toHaveLength(isConsumed ? 0 : 1);
  });

  test('html is a page of a proxy, a status has its header, types are all wrong, a huge body is still JSON', async () => {
    const { simulated, get, elements } = await open();
    await simulated.setFault({ kind: 'html' });
    const page = await get('/registry/progress');
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    await simulated.setFault({ kind: 'status', status: 429, retryAfter: '7' });
    const refused = await get('/registry/progress');
    expect([refused.headers.get('retry-after'), ...(await errorOf(refused))]).toEqual([
      '7',
      429,
      { err: '' },
    ]);
    simulated.startRegularScan(FOUR_REGISTRIES);
    await simulated.setFault({ kind: 'wrong-types' });
    expect((await elements('/registry/progress'))[0]).toMatchObject({
      isScanOngoing: 'true',
      imageScan: { title: 0, total: { count: 0 } },
    });
    await simulated.setFault({ kind: 'huge', bytes: 1_000_000 });
    const huge = await (await get('/registry/progress')).text();
    expect(huge.length).toBeGreaterThan(1_000_000);
    expect(JSON.parse(huge)).toHaveLength(3);
  });

  test('slow is right but late', async () => {
    const { simulated, status } = await open();
    await simulated.setFault({ kind: 'slow', ms: 80 });
    const before = performance.now();
    expect(await status('/version')).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(75);
  });

  test('a fault may be for one route only', async () => {
    const { simulated, status } = await open();
    await simulated.setFault({ kind: 'html', route: '/registry/progress' });
    expect(await status('/version')).toBe(200);
    expect(await status('/registry/progress')).toBe(502);
  });

  test('closing does not wait for a slow answer', async () => {
    const { simulated, get } = await open();
    await simulated.setFault({ kind: 'slow', ms: 60_000 });
    const hanging = expect(get('/version')).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await simulated.close();
    await hanging;
  });
});
