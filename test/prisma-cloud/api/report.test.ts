import { expect, describe, test } from 'vitest';
import { image, stage, status, text, poll } from '../loopback.ts';

const SECRET = 'not-for-anybody';

function specification(registry: string, repository = '', scanError = '') {
  const credential = { _id: SECRET, secret: { encrypted: SECRET } };
  return { id: SECRET, registry, repository, tag: '', scanError, credential, scanStatus: 'completed' };
}

function row(repo: string, counts: object, rest: object = {}) {
  const repoTag = { registry: 'https://ghcr.io', repo, tag: '1', digest: '' };
  return { repoTag, vulnerabilityDistribution: counts, complianceIssuesCount: 2, err: '', ...rest };
}

const STATUS = { errors: ['one\nproblem', '', 'one problem', null, 'another'] };
const SETTINGS = {
  specifications: [
    specification('https://ghcr.io'),
    specification('https://quay.io', '*', 'HTTP 401'),
    specification('', 'acme/*', 'no\u202e access'),
  ],
};
const REPORT = {
  kind: 'regular',
  errors: ['one problem', 'another'],
  failed: [
    { name: 'quay.io', error: 'HTTP 401' },
    { name: 'docker.io/acme/*', error: 'no access' },
  ],
  specifications: 3,
  worst: [{ name: 'ghcr.io/a:1', findings: { critical: 1, high: 0, medium: 0, low: 0, compliance: 2 } }],
};
const ROWS = [row('a', { critical: 1 })];
const ROUTES = { 'statuses/registry': STATUS, 'settings/registry': SETTINGS, registry: ROWS };

describe('the report of a regular scan', () => {
  test('has its errors once, the specifications that failed, and the worst images', async () => {
    const { server, client } = await stage(ROUTES);
    expect(await client.fetchRegularReport(poll)).toEqual({ kind: 'answered', value: REPORT });
    const paths = ['registry', 'settings/registry', 'statuses/registry'];
    expect(server.paths().toSorted()).toEqual(['authenticate', ...paths]);
    const worstFirst = { sort: 'vulnerabilityRiskScore', reverse: 'true', compact: 'true', limit: '50' };
    const results = server.received.find(({ path }) => path.endsWith('v33.03/registry'));
    expect(results?.query).toEqual(worstFirst);
  });

  test('has ten errors at most, as short lines', async () => {
    const errors = Array.from({ length: 30 }, (_, index) => `${index} ${'x'.repeat(1_000)}`);
    const { client } = await stage({ ...ROUTES, 'statuses/registry': { errors } });
    const report = await client.fetchRegularReport(poll);
    const reported = report.kind === 'answered' ? report.value.errors : [];
    expect(reported).toHaveLength(10);
    expect(Math.max(...reported.map((error) => error.length))).toBe(300);
  });

  test.each<[string, unknown, object]>([
    ['statuses/registry', status(403), { errors: [] }],
    ['statuses/registry', { errors: null }, { errors: [] }],
    ['statuses/registry', { errors: 'many' }, { errors: [] }],
    ['statuses/registry', text('<html>'), { errors: [] }],
    ['settings/registry', status(403), { failed: [], specifications: null }],
    ['settings/registry', status(404), { failed: [], specifications: null }],
    ['settings/registry', { specifications: null }, { failed: [], specifications: 0 }],
    ['settings/registry', { specifications: {} }, { failed: [], specifications: null }],
    ['settings/registry', { specifications: [{ scanError: 7 }, 4] }, { failed: [], specifications: 1 }],
    ['registry', status(403), { worst: [] }],
    ['registry', null, { worst: [] }],
    ['registry', [null, 7, { repoTag: 3 }, { vulnerabilityDistribution: { critical: 9 } }], { worst: [] }],
  ])('is left without what %s does not tell', async (route, answer, rest) => {
    const { client } = await stage({ ...ROUTES, [route]: answer });
    const value = { ...REPORT, ...rest };
    expect(await client.fetchRegularReport(poll)).toEqual({ kind: 'answered', value });
  });

  test('fails where no part can be had, with the first failure', async () => {
    const { client } = await stage({ 'statuses/registry': status(503), 'settings/registry': status(403) });
    const failure = { cause: 'unavailable', detail: 'GET /api/v33.03/statuses/registry: HTTP 503' };
    expect(await client.fetchRegularReport(poll)).toMatchObject({ kind: 'failed', failure });
  });
});

describe('the worst images', () => {
  async function worst(rows: readonly unknown[]) {
    const { client } = await stage({ ...ROUTES, registry: rows });
    const report = await client.fetchRegularReport(poll);
    return report.kind === 'answered' ? report.value.worst.map(({ name }) => name) : [];
  }

  test('are sorted by severity, whatever the order of the rows', async () => {
    const rows = [
      row('low', { low: 9_999 }),
      row('medium', { medium: 999, low: 1 }),
      row('two', { critical: 2 }),
      row('two-as-well', { critical: 2 }),
      row('two-and-high', { critical: 2, high: 1 }),
      row('many-high', { critical: 0, high: 300 }),
    ];
    const names = ['two-and-high', 'two', 'two-as-well', 'many-high', 'medium', 'low'];
    expect(await worst(rows)).toEqual(names.map((name) => `ghcr.io/${name}:1`));
  });

  test('are neither failed pulls, nor clean or uncounted images, nor one twice', async () => {
    const rows = [
      row('failed', { critical: 9 }, { err: 'pull failed' }),
      row('clean', { critical: 0 }),
      { ...row('uncounted', {}), vulnerabilityDistribution: null },
      row('', { critical: 9 }),
      row('nameless', { critical: 9 }, { repoTag: { registry: 'ghcr.io', tag: '1' } }),
      row('hub', { critical: 2 }, { repoTag: { repo: 'acme/hub', tag: '1' } }),
      row('again', { critical: 1 }),
      row('again', { critical: 3 }),
    ];
    expect(await worst(rows)).toEqual(['ghcr.io/again:1', 'acme/hub:1']);
  });

  test('are ten at most', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => row(`image-${index}`, { critical: index }));
    const names = await worst(rows);
    expect([names.length, names[0], names[9]]).toEqual([10, 'ghcr.io/image-49:1', 'ghcr.io/image-40:1']);
  });

  test.each([
    [{ registry: '', repo: 'library/alpine', tag: '3' }, 'alpine:3'],
    [{ registry: 'docker.io', repo: 'acme/api', tag: '3' }, 'acme/api:3'],
    [{ registry: 'ghcr.io', repo: 'a', tag: '', digest: 'sha256:ab' }, 'ghcr.io/a@sha256:ab'],
    [{ registry: 'ghcr.io', repo: 'a', digest: 'sha256:ab' }, 'ghcr.io/a@sha256:ab'],
    [{ registry: 'ghcr.io', repo: 'a', tag: '1', digest: 'sha256:ab' }, 'ghcr.io/a:1'],
    [{ registry: 'ghcr.io', repo: 'a\u202e\n', tag: '1' }, 'ghcr.io/a :1'],
    [{ registry: 'ghcr.io', repo: 'a'.repeat(400), tag: '1' }, `ghcr.io/${'a'.repeat(291)}…`],
  ])('are named as people write them: %j', async (repoTag, name) => {
    expect(await worst([row('', { high: 1 }, { repoTag })])).toEqual([name]);
  });
});

test.each<[string, unknown]>([
  ['makes sense', SETTINGS],
  ['is cut', text(JSON.stringify(SETTINGS).slice(0, -5))],
  ['is of other types', { specifications: JSON.stringify(SETTINGS) }],
  ['is a list', SETTINGS.specifications],
  ['is not UTF-8', text(Buffer.from(JSON.stringify(SETTINGS).replace('completed', '\xff'), 'latin1'))],
])('no credential leaves an answer of the settings that %s', async (_, answer) => {
  const { client, log } = await stage({ ...ROUTES, 'settings/registry': answer });
  const target = image({ registry: 'ghcr.io' });
  const reported = await Promise.all([
    client.fetchRegularReport(poll),
    client.fetchDiagnosis(target, poll),
    client.fetchScope(target.reference, poll),
  ]);
  expect(JSON.stringify([reported, log.lines])).not.toContain(SECRET);
  expect(log.lines.length).toBeGreaterThan(0);
});
