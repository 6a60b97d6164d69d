import { afterEach, describe, expect, test } from 'vitest';

import type { Fault } from '../../src/demo/console-faults.ts';
import { FAILING, FOUR_REGISTRIES, ORDINARY } from '../../src/demo/scripts.ts';
import { createSimulatedConsole } from '../../src/demo/simulated-console.ts';
import type { SimulatedConsole, SimulatedConsoleOptions } from '../../src/demo/simulated-console.ts';
import type { WireElement } from '../../src/demo/wire.ts';
import type { ImageReference } from '../../src/image/reference.ts';

const ALPINE: ImageReference = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
const ASK_FOR_ALPINE = '/registry/progress?onDemand=true&repo=library/alpine&tag=3.16';
const START = 1_800_000_000_000;

const opened: SimulatedConsole[] = [];
afterEach(async () => {
  for (const simulated of opened.splice(0)) await simulated.close();
});

interface Session {
  readonly simulated: SimulatedConsole;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body?: unknown) => Promise<Response>;
  readonly read: (path: string) => Promise<unknown>;
  readonly elements: (path: string) => Promise<WireElement[]>;
  readonly pass: (ms: number) => void;
}

async function open(options: SimulatedConsoleOptions = {}): Promise<Session> {
  let now = START;
  const simulated = await createSimulatedConsole({ now: () => now, ...options });
  opened.push(simulated);
  const { username, password } = options.users?.[0] ?? { username: 'demo', password: 'demo' };
  const base = `${simulated.url}/customer/api/v33.03`;
  const signIn = await fetch(`${base}/authenticate`, {
    method: 'POST',
    body: JSON.stringify({ username, password }),
  });
  const { token } = (await signIn.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const get = (path: string) => fetch(base + path, { headers });
  return {
    simulated,
    get,
    post: (path, body) =>
      fetch(base + path, { method: 'POST', headers, body: body === undefined ? '' : JSON.stringify(body) }),
    read: async (path) => (await get(path)).json(),
    elements: async (path) => (await (await get(path)).json()) as WireElement[],
    pass: (ms) => (now += ms),
  };
}

describe('on-demand scans', () => {
  test('nothing is known before the start, the end is told once, and then nothing is known again', async () => {
    const { simulated, read, pass } = await open();
    expect(await read(ASK_FOR_ALPINE)).toEqual([]);
    simulated.startImageScan(ALPINE, ORDINARY);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: true }]);
    pass(60_000);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: false }]);
    expect(await read(ASK_FOR_ALPINE)).toEqual([]);
    simulated.startImageScan(ALPINE, ORDINARY);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: true }]);
  });

  test('a finished one looks as in the sample of the vendor', async () => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan(ALPINE, { ...ORDINARY, images: 1 });
    pass(60_000);
    const step = { id: '', type: '', discovery: false, total: 1, scanned: 1 };
    expect(await read(ASK_FOR_ALPINE)).toEqual([
      {
        discovery: { ...step, title: 'Step 1/2 discovering tags in repository: library/alpine, tag: 3.16' },
        imageScan: { ...step, title: 'Step 2/2 scanning images in repository: library/alpine, tag: 3.16' },
        isScanOngoing: false,
        specScanStartTime: '0001-01-01T00:00:00Z',
      },
    ]);
  });

  test('only the literal spelling of the start finds a scan', async () => {
    const { simulated, read } = await open();
    simulated.startImageScan(ALPINE, ORDINARY);
    expect(await read('/registry/progress?onDemand=true&repo=alpine&tag=3.16')).toEqual([]);
    expect(await read(`${ASK_FOR_ALPINE}&registry=docker.io`)).toEqual([]);
    expect(await read(`${ASK_FOR_ALPINE}&registry=`)).toHaveLength(1);
  });

  test('one that is started through the API is seen by its literal values', async () => {
    const { post, read } = await open();
    const tag = { registry: 'ghcr.io', repo: 'acme/api', tag: '', digest: 'sha256:ab' };
    const started = await post('/registry/scan', { onDemandScan: true, tag });
    expect(started.status).toBe(200);
    expect(await started.text()).toBe('');
    expect(
      await read('/registry/progress?onDemand=true&registry=ghcr.io&repo=acme/api&digest=sha256:ab'),
    ).toHaveLength(1);
  });

  test('one out of scope is accepted and never seen', async () => {
    const { post, read, pass } = await open({ scriptFor: () => 'out-of-scope' });
    const tag = { registry: '', repo: 'library/alpine', tag: '3.16' };
    expect((await post('/registry/scan', { onDemandScan: true, tag })).status).toBe(200);
    pass(600_000);
    expect(await read(ASK_FOR_ALPINE)).toEqual([]);
    expect(await read('/registry')).toEqual([]);
  });

  test('one that failed ends with the error of its images', async () => {
    const { simulated, elements, pass } = await open();
    simulated.startImageScan(ALPINE, FAILING);
    pass(30_000);
    const [element] = await elements(ASK_FOR_ALPINE);
    expect(element).toMatchObject({
      isScanOngoing: false,
      imageScan: { error: 'No available Defender was found' },
    });
    expect(element!.discovery.error).toBeUndefined();
  });

  test('scans run as many times faster as is asked for', async () => {
    const { simulated, read, pass } = await open({ speed: 60 });
    simulated.startImageScan(ALPINE, ORDINARY);
    pass(999);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: true }]);
    pass(1);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: false }]);
  });

  test('where nothing is known the answer may be null', async () => {
    const { read } = await open({ nothing: null });
    expect(await read(ASK_FOR_ALPINE)).toBeNull();
  });
});

describe('the regular scan', () => {
  const ongoing = (elements: readonly WireElement[]): boolean[] =>
    elements.map((element) => element.isScanOngoing);

  test('every registry is an element, once it has begun', async () => {
    const { post, elements, pass } = await open();
    expect(await elements('/registry/progress')).toEqual([]);
    await post('/registry/scan');
    expect(await elements('/registry/progress')).toHaveLength(3);
    pass(30_000);
    const shown = await elements('/registry/progress');
    expect(shown).toHaveLength(4);
    expect(shown[1]!.discovery.title).toBe(
      'Step 1/2 discovering tags in registry us-west2-docker.pkg.dev: Discovered tags in 4/4 repositories with 1 Defenders',
    );
    expect(shown[1]!.imageScan.title).toBe(
      'Step 2/2 scanning images in registry us-west2-docker.pkg.dev: Scanned 4/26 images with 1 Defender',
    );
  });

  test('registries end one by one, and stay without titles however often they are asked for', async () => {
    const { simulated, elements, pass } = await open();
    simulated.startRegularScan(FOUR_REGISTRIES);
    pass(100_000);
    const halfWay = await elements('/registry/progress');
    expect(ongoing(halfWay)).toEqual([true, true, false, true]);
    expect(halfWay[2]!.imageScan).toMatchObject({ title: '', error: expect.stringContaining('401') });
    pass(155_000);
    for (const shown of [await elements('/registry/progress'), await elements('/registry/progress')]) {
      expect(ongoing(shown)).toEqual([false, false, false, false]);
      expect(shown[0]).toMatchObject({ discovery: { title: '' }, imageScan: { title: '', scanned: 48 } });
    }
  });

  test('registries that are done may leave, and the last one is the trace of the scan', async () => {
    const { simulated, elements, pass } = await open();
    simulated.startRegularScan({ ...FOUR_REGISTRIES, finished: 'leave' });
    pass(130_000);
    expect(ongoing(await elements('/registry/progress'))).toEqual([true, true]);
    pass(200_000);
    const after = await elements('/registry/progress');
    expect(ongoing(after)).toEqual([false]);
    expect(after[0]!.imageScan.total).toBe(95);
  });

  test('a stopped one stands still where it was', async () => {
    const { simulated, post, elements, pass } = await open();
    await post('/registry/scan');
    pass(60_000);
    expect((await post('/registry/stop')).status).toBe(200);
    const stopped = await elements('/registry/progress');
    pass(60_000);
    expect(await elements('/registry/progress')).toEqual(stopped);
    expect(ongoing(stopped)).toEqual([false, false, false, false]);
    expect(simulated.isRegularScanOngoing()).toBe(false);
  });

  test('no second one starts beside it', async () => {
    const { post, pass } = await open();
    await post('/registry/scan');
    expect((await post('/registry/scan')).status).toBe(400);
    pass(300_000);
    expect((await post('/registry/scan')).status).toBe(200);
  });

  test('its errors and its state are told by the status and the settings', async () => {
    const { simulated, read, pass } = await open();
    expect(await read('/settings/registry')).toMatchObject({
      specifications: [{ scanStatus: '' }, {}, {}, {}, { registry: '' }],
    });
    simulated.startRegularScan(FOUR_REGISTRIES);
    pass(100_000);
    expect(await read('/statuses/registry')).toMatchObject({
      scanning: true,
      completed: false,
      errors: [expect.stringContaining('Failed to retrieve repositories info')],
    });
    expect(await read('/settings/registry')).toMatchObject({
      specifications: [
        {},
        {},
        { registry: 'https://registry.acme.example:5000', scanStatus: 'failed' },
        {},
        {},
      ],
    });
    pass(200_000);
    expect(await read('/statuses/registry')).toMatchObject({ scanning: false, completed: true });
  });
});

describe('results', () => {
  test('a finished scan has a row whether or not its end was told, and reading rows consumes no end', async () => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan(ALPINE, ORDINARY);
    expect(await read('/registry')).toEqual([]);
    pass(90_000);
    expect(await read('/registry?name=library/alpine:3.16&compact=true')).toMatchObject([
      {
        _id: 'library/alpine:3.16',
        repoTag: { registry: '', repo: 'library/alpine', tag: '3.16' },
        scanTime: new Date(START + 60_000).toISOString(),
        vulnerabilitiesCount: 20,
        vulnerabilityDistribution: { critical: 0, high: 2, medium: 7, low: 11, total: 20 },
        vulnerabilityRiskScore: 20_711,
        err: '',
      },
    ]);
    expect(await read(ASK_FOR_ALPINE)).toMatchObject([{ isScanOngoing: false }]);
  });

  test('a later scan replaces the row of an earlier one', async () => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan(ALPINE, ORDINARY);
    pass(100_000);
    simulated.startImageScan(ALPINE, FAILING);
    pass(30_000);
    expect(await read('/registry')).toMatchObject([
      {
        scanTime: new Date(START + 130_000).toISOString(),
        err: 'No available Defender was found',
        vulnerabilitiesCount: 0,
      },
    ]);
  });

  test('many names are asked for at once, with or without https', async () => {
    const { simulated, read, pass } = await open();
    const api: ImageReference = { registry: 'ghcr.io', repository: 'acme/api', tag: '1', digest: '' };
    simulated.startImageScan(ALPINE, ORDINARY);
    simulated.startImageScan(api, ORDINARY);
    simulated.startImageScan({ ...api, tag: '2' }, ORDINARY);
    pass(60_000);
    const ids = async (query: string) =>
      ((await read(`/registry?${query}`)) as { _id: string }[]).map((row) => row._id);
    expect(await ids('name=https://ghcr.io/acme/api:1,library/alpine:3.16')).toEqual([
      'library/alpine:3.16',
      'ghcr.io/acme/api:1',
    ]);
    expect(await ids('repository=acme/api')).toEqual(['ghcr.io/acme/api:1', 'ghcr.io/acme/api:2']);
    expect(await ids('offset=1&limit=1')).toEqual(['ghcr.io/acme/api:1']);
  });
});

describe('what is found', () => {
  const found = (critical: number, compliance: number) => ({
    critical,
    high: 0,
    medium: 0,
    low: 1,
    compliance,
  });
  const SCAN_MS = 60_000;

  test('may change from one scan to the next, and then stays', async () => {
    const { simulated, read, pass } = await open();
    const script = { ...ORDINARY, findingsByScan: [found(2, 1), found(0, 4)] };
    const told: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      simulated.startImageScan(ALPINE, script);
      pass(SCAN_MS);
      const [row] = (await read('/registry')) as Record<string, { critical: number }>[];
      told.push([row!['vulnerabilityDistribution']!.critical, row!['complianceIssuesCount']]);
    }
    expect(told).toEqual([
      [2, 1],
      [0, 4],
      [0, 4],
    ]);
  });

  test('is told of images of a registry once its regular scan completed, also while the next one runs', async () => {
    const { simulated, read, pass } = await open();
    const hosts = async () => {
      const rows = (await read('/registry')) as { repoTag: { registry: string } }[];
      return [...new Set(rows.map(({ repoTag }) => repoTag.registry))];
    };
    simulated.startRegularScan(FOUR_REGISTRIES);
    pass(119_999);
    expect(await hosts()).toEqual([]);
    pass(60_001);
    expect(await hosts()).toEqual(['ghcr.io', 'us-west2-docker.pkg.dev']);
    simulated.stopRegularScan();
    pass(600_000);
    expect(await hosts()).toEqual(['ghcr.io', 'us-west2-docker.pkg.dev']);
    simulated.startRegularScan(FOUR_REGISTRIES);
    expect(await hosts()).toEqual(['ghcr.io', 'us-west2-docker.pkg.dev']);
  });

  test('is sorted by risk or by time, either way', async () => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan({ ...ALPINE, tag: 'bad' }, { ...ORDINARY, findings: found(9, 0) });
    pass(1_000);
    simulated.startImageScan({ ...ALPINE, tag: 'good' }, { ...ORDINARY, findings: found(0, 0) });
    pass(SCAN_MS);
    const tags = async (query: string) =>
      ((await read(`/registry?${query}`)) as { repoTag: { tag: string } }[]).map(
        ({ repoTag }) => repoTag.tag,
      );
    expect(await tags('sort=vulnerabilityRiskScore')).toEqual(['good', 'bad']);
    expect(await tags('sort=vulnerabilityRiskScore&reverse=true')).toEqual(['bad', 'good']);
    expect(await tags('sort=scanTime')).toEqual(['bad', 'good']);
    expect(await tags('sort=scanTime&reverse=true')).toEqual(['good', 'bad']);
    expect(await tags('sort=vulnerabilityRiskScore&reverse=true&limit=1')).toEqual(['bad']);
  });
});

describe('what keeps a scan from moving', () => {
  test('is told by the status from when it got stuck', async () => {
    const { simulated, read, pass } = await open();
    simulated.startImageScan(ALPINE, {
      ...ORDINARY,
      ending: { kind: 'sticks', at: 0.5, complaint: 'Failed to pull library/alpine' },
    });
    pass(29_999);
    expect(await read('/statuses/registry')).toMatchObject({ errors: [] });
    pass(1);
    expect(await read('/statuses/registry')).toMatchObject({ errors: ['Failed to pull library/alpine'] });
  });

  test('is a lack of Defenders, which may go and come', async () => {
    const { simulated, read } = await open();
    simulated.setConnectedDefenders(0);
    expect(await read('/defenders/summary')).toMatchObject([{ category: 'container', connected: 0 }]);
    simulated.setConnectedDefenders(3);
    expect(await read('/defenders/summary')).toMatchObject([{ category: 'container', connected: 3 }]);
  });
});

describe('refusals', () => {
  const errorOf = async (response: Response): Promise<[number, unknown]> => [
    response.status,
    await response.json(),
  ];

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
    const { simulated, get } = await open();
    const base = `${simulated.url}/api/v33.03`;
    const body = JSON.stringify({ username: 'demo', password: 'wrong' });
    expect((await fetch(`${base}/authenticate`, { method: 'POST', body })).status).toBe(401);
    expect((await fetch(`${base}/version`)).status).toBe(401);
    expect((await get('/version')).status).toBe(200);
    simulated.expireTokens();
    expect(await errorOf(await get('/version'))).toEqual([401, { err: 'unauthorized' }]);
    const another = await open();
    another.pass(30 * 60_000);
    expect((await another.get('/version')).status).toBe(401);
  });

  test('the token says when it expires', async () => {
    const { simulated } = await open();
    const response = await fetch(`${simulated.url}/api/v33.03/authenticate`, {
      method: 'POST',
      body: JSON.stringify({ username: 'demo', password: 'demo' }),
    });
    const { token } = (await response.json()) as { token: string };
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(payload.exp).toBe((START + 30 * 60_000) / 1_000);
  });

  test('a changed password is needed at the next sign-in, and basic authentication needs it at once', async () => {
    const { simulated, get } = await open();
    const basic = () =>
      fetch(`${simulated.url}/api/v33.03/version`, {
        headers: { authorization: `Basic ${btoa('demo:demo')}` },
      });
    expect((await basic()).status).toBe(200);
    simulated.setPassword('other');
    expect((await basic()).status).toBe(401);
    expect((await get('/version')).status).toBe(200);
  });

  test('403 for starting and stopping by somebody who may only watch', async () => {
    const { get, post } = await open({ users: [{ username: 'eye', password: 'eye', mayWrite: false }] });
    expect((await get('/registry/progress')).status).toBe(200);
    expect((await post('/registry/scan')).status).toBe(403);
    expect((await post('/registry/stop')).status).toBe(403);
  });

  test('429 from the thirty-first request in thirty seconds on', async () => {
    const { get, pass } = await open({ isLimited: true });
    for (let count = 0; count < 30; count += 1) expect((await get('/version')).status).toBe(200);
    expect((await get('/version')).status).toBe(429);
    pass(30_001);
    expect((await get('/version')).status).toBe(200);
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
    const { simulated, get } = await open();
    await simulated.setFault(fault);
    await expect(get('/registry/progress').then((response) => response.text())).rejects.toThrow();
    await simulated.setFault(null);
    expect((await get('/registry/progress')).status).toBe(200);
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
    const { simulated, get, read, pass } = await open();
    simulated.startImageScan(ALPINE, ORDINARY);
    pass(60_000);
    await simulated.setFault(fault);
    await get(ASK_FOR_ALPINE)
      .then((response) => response.text())
      .catch(() => '');
    expect(await read(ASK_FOR_ALPINE)).toHaveLength(isConsumed ? 0 : 1);
  });

  test('html is a page of a proxy, a status has its header, types are all wrong, a huge body is still JSON', async () => {
    const { simulated, get, elements } = await open();
    await simulated.setFault({ kind: 'html' });
    const page = await get('/registry/progress');
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    await simulated.setFault({ kind: 'status', status: 429, retryAfter: '7' });
    const refused = await get('/registry/progress');
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      429,
      '7',
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
    const { simulated, get } = await open();
    await simulated.setFault({ kind: 'slow', ms: 80 });
    const before = performance.now();
    expect((await get('/version')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(75);
  });

  test('a fault may be for one route only', async () => {
    const { simulated, get } = await open();
    await simulated.setFault({ kind: 'html', route: '/registry/progress' });
    expect((await get('/version')).status).toBe(200);
    expect((await get('/registry/progress')).status).toBe(502);
  });

  test('closing does not wait for a slow answer', async () => {
    const { simulated, get } = await open();
    await simulated.setFault({ kind: 'slow', ms: 60_000 });
    const hanging = get('/version').then(
      () => 'answered',
      () => 'cut off',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await simulated.close();
    expect(await hanging).toBe('cut off');
  });
});

test('requests are logged with their query, and never with a password', async () => {
  const { simulated, get } = await open();
  await get(ASK_FOR_ALPINE);
  expect(simulated.requests).toEqual([
    expect.objectContaining({ method: 'POST', route: '/authenticate', body: '' }),
    {
      at: START,
      method: 'GET',
      path: '/customer/api/v33.03/registry/progress',
      route: '/registry/progress',
      query: { onDemand: 'true', repo: 'library/alpine', tag: '3.16' },
      body: '',
    },
  ]);
});
