import { describe, expect, test } from 'vitest';
import { FAILING, FOUR_REGISTRIES, ORDINARY } from '../../../src/demo/scripts.ts';
import type { ImageReference } from '../../../src/image/reference.ts';
import { ALPINE, ASK_FOR_ALPINE, open, START } from './console-session.ts';

interface Row {
  readonly _id: string;
  readonly repoTag: { readonly registry: string; readonly tag: string };
  readonly vulnerabilityDistribution: { readonly critical: number };
  readonly complianceIssuesCount: number;
}

const rowsOf = async (read: (path: string) => Promise<unknown>, query = '') =>
  (await read(`/registry?${query}`)) as Row[];

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
    const ids = async (query: string) => (await rowsOf(read, query)).map(({ _id }) => _id);
    expect(await ids('name=https://ghcr.io/acme/api:1,library/alpine:3.16')).toEqual([
      'library/alpine:3.16',
      'ghcr.io/acme/api:1',
    ]);
    expect(await ids('repository=acme/api')).toEqual(['ghcr.io/acme/api:1', 'ghcr.io/acme/api:2']);
    expect(await ids('offset=1&limit=1')).toEqual(['ghcr.io/acme/api:1']);
  });
});

describe('what is found', () => {
  const others = { high: 0, medium: 0, low: 1 };
  const found = (critical: number, compliance: number) => ({ ...others, critical, compliance });
  const SCAN_MS = 60_000;

  test('may change from one scan to the next, and then stays', async () => {
    const { simulated, read, pass } = await open();
    const script = { ...ORDINARY, findingsByScan: [found(2, 1), found(0, 4)] };
    const reported: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      simulated.startImageScan(ALPINE, script);
      pass(SCAN_MS);
      const [row] = await rowsOf(read);
      reported.push([row!.vulnerabilityDistribution.critical, row!.complianceIssuesCount]);
    }
    expect(reported).toEqual([
      [2, 1],
      [0, 4],
      [0, 4],
    ]);
  });

  test('is told of images of a registry once its regular scan completed, also while the next one runs', async () => {
    const { simulated, read, pass } = await open();
    const hosts = async () => [...new Set((await rowsOf(read)).map(({ repoTag }) => repoTag.registry))];
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
    const tags = async (query: string) => (await rowsOf(read, query)).map(({ repoTag }) => repoTag.tag);
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
    const ending = { kind: 'sticks', at: 0.5, complaint: 'Failed to pull library/alpine' } as const;
    simulated.startImageScan(ALPINE, { ...ORDINARY, ending });
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
