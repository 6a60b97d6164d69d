import { describe, expect, test } from 'vitest';
import { FAILING, FOUR_REGISTRIES, ORDINARY } from '../../../src/demo/scripts.ts';
import type { WireElement } from '../../../src/demo/console/wire.ts';
import { ALPINE, ASK_FOR_ALPINE, open, START } from './console-session.ts';

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
