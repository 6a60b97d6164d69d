import { describe, expect, test } from 'vitest';
import type { ImageReference } from '../../../src/image/reference.ts';
import { stage, poll } from '../loopback.ts';

const ALPINE: ImageReference = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

function row(more: object = {}): object {
  return {
    repoTag: { registry: '', repo: 'library/alpine', tag: '3.16', digest: '' },
    scanTime: new Date(AT).toISOString(),
    err: '',
    vulnerabilityDistribution: { critical: 1, high: 1, medium: 0, low: 0, total: 2 },
    complianceIssuesCount: 0,
    vulnerabilities: [CRITICAL, HIGH],
    ...more,
  };
}

const CRITICAL = {
  cve: 'CVE-2025-1',
  severity: 'critical',
  packageName: 'zlib',
  packageVersion: '1.2',
  status: 'fixed in 1.3, 1.4',
  description: 'never read',
};
const HIGH = { ...CRITICAL, cve: 'CVE-2025-2', severity: 'important', status: 'needed' };

async function detailsOf(answer: unknown, scannedAt = AT) {
  const { client, server } = await stage({ registry: answer });
  const answered = await client.fetchDetails([{ reference: ALPINE, scannedAt }], poll);
  const [query] = server.received.filter(({ path }) => path.endsWith('/registry')).map((one) => one.query);
  const details = answered.kind === 'answered' ? { ...answered, value: answered.value[0] } : answered;
  return { details, query };
}

/** Of an image whose row says more. */
async function valueOf(more: object) {
  const { details } = await detailsOf([row(more)]);
  if (details.kind === 'failed') throw new Error(JSON.stringify(details.failure));
  return details.value;
}

describe('the full result of an image', () => {
  test('is asked for once, the newest alone', async () => {
    const { query } = await detailsOf([row()]);
    const name = 'library/alpine:3.16,https://library/alpine:3.16';
    const newest = { sort: 'scanTime', reverse: 'true', limit: '1' };
    expect(query).toEqual({ ...newest, name, normalizedSeverity: 'true' });
  });

  test('is asked for together with those of others, in one request', async () => {
    const other = { registry: '', repo: 'library/alpine', tag: '3.17', digest: '' };
    const rows = [null, row({ repoTag: other, riskFactors: { other: {} } }), row()];
    const { client, server } = await stage({ registry: rows });
    const references = ['3.16', '3.18', '3.17'].map((tag) => ({ ...ALPINE, tag }));
    const results = references.map((reference) => ({ reference, scannedAt: AT }));
    const answered = await client.fetchDetails(results, poll);
    const details = answered.kind === 'answered' ? answered.value : [];
    expect(details.map((one) => one && one.policy)).toEqual([null, null, expect.anything()]);
    expect(details.map((one) => one === null)).toEqual([false, true, false]);
    const asked = server.received.filter(({ path }) => path.endsWith('/registry'));
    expect(asked.map(({ query }) => query['limit'])).toEqual(['3']);
  });

  test('tells its vulnerabilities, and which of them have a fix', async () => {
    const fix = { packageName: 'zlib', installed: '1.2', fixedIn: '1.3' };
    expect(await valueOf({})).toEqual({
      vulnerabilities: { critical: ['CVE-2025-1 zlib'], high: ['CVE-2025-2 zlib'], medium: [], low: [] },
      fixable: [{ id: 'CVE-2025-1', severity: 'critical', ...fix }],
      policy: null,
    });
  });

  test.each([
    ['fewer are listed than were counted', { vulnerabilities: [CRITICAL] }],
    ['none are listed', { vulnerabilities: null }],
    ['they cannot be read', { vulnerabilities: 'x' }],
    ['one has a severity that nobody knows', { vulnerabilities: [CRITICAL, { ...HIGH, severity: '?' }] }],
    ['the image could not be scanned', { err: 'denied' }],
  ])('tells no ids to compare with where %s', async (_, more) => {
    expect(await valueOf(more)).toMatchObject({ vulnerabilities: null });
  });

  test.each<[string, unknown, number]>([
    ['of another scan', [row()], AT + 1],
    ['of another image', [row({ repoTag: { registry: '', repo: 'library/alpine', tag: '3.17' } })], AT],
    ['that is not there', [], AT],
    ['that is null', null, AT],
  ])('is none where the Console shows one %s', async (_, answer, scannedAt) => {
    expect((await detailsOf(answer, scannedAt)).details).toEqual({ kind: 'answered', value: null });
  });

  test('tells what policies say of it, in the Console’s words', async () => {
    const vulnerabilities = [
      { ...CRITICAL, block: true },
      { ...HIGH, gracePeriodDays: 4.5 },
    ];
    const days = [2, 0, -1].map((gracePeriodDays) => ({ gracePeriodDays }));
    const complianceIssues = [{ block: true, gracePeriodDays: 1 }, ...days];
    const value = await valueOf({ vulnerabilities, complianceIssues, riskFactors: { 'Has fix': {} } });
    const blocked = { blockedVulnerabilities: 1, blockedIssues: 1 };
    const policy = { ...blocked, inGrace: 2, graceDays: 2, riskFactors: ['Has fix'] };
    expect(value).toMatchObject({ policy });
  });

  test.each([
    ['a block', { vulnerabilities: [{ block: true }] }, { blockedVulnerabilities: 1 }],
    ['an issue’s block', { complianceIssues: [{ block: true }] }, { blockedIssues: 1 }],
    ['a grace', { vulnerabilities: [{ gracePeriodDays: 0.5 }] }, { inGrace: 1, graceDays: 1 }],
    ['a risk', { riskFactors: { 'Has fix': {} } }, { riskFactors: ['Has fix'] }],
  ])('tells of policies also where all they say is %s', async (_, more, policy) => {
    const nothingBlocked = { blockedVulnerabilities: 0, blockedIssues: 0 };
    const silent = { ...nothingBlocked, inGrace: 0, graceDays: null, riskFactors: [] };
    expect(await valueOf(more)).toMatchObject({ policy: { ...silent, ...policy } });
  });

  test('tells twenty risks at most', async () => {
    const riskFactors = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`risk ${index}`, {}]));
    expect((await valueOf({ riskFactors }))?.policy?.riskFactors).toHaveLength(20);
  });

  test.each([
    ['Important', 'high'],
    ['moderate', 'medium'],
    ['unimportant', 'low'],
    ['negligible', 'low'],
  ])('knows what distributions call %s for %s', async (word, severity) => {
    const value = await valueOf({ vulnerabilities: [{ ...CRITICAL, severity: word }] });
    expect(value?.fixable).toMatchObject([{ severity }]);
  });

  test('needs no word on a package, nor on a fix', async () => {
    const listed = [
      { ...CRITICAL, packageName: null, packageVersion: null },
      { cve: 'CVE-2025-3', severity: 'high', status: null },
      { ...CRITICAL, cve: null },
      { ...CRITICAL, severity: null },
      null,
    ];
    expect(await valueOf({ vulnerabilities: listed })).toMatchObject({
      vulnerabilities: { critical: ['CVE-2025-1 '], high: ['CVE-2025-3 '] },
      fixable: [{ id: 'CVE-2025-1', packageName: '', installed: '', fixedIn: '1.3' }],
    });
  });

  test.each([
    ['Fixed in: 1.3 , 1.4', ['1.3']],
    ['not fixed in 1.3', []],
  ])('reads %s', async (status, fixes) => {
    const value = await valueOf({ vulnerabilities: [{ ...CRITICAL, status }] });
    expect(value?.fixable.map(({ fixedIn }) => fixedIn)).toEqual(fixes);
  });

  test('names what is in two places of it once', async () => {
    const vulnerabilityDistribution = { critical: 2, high: 1, medium: 0, low: 0, total: 3 };
    const value = await valueOf({ vulnerabilities: [CRITICAL, CRITICAL, HIGH], vulnerabilityDistribution });
    expect(value?.vulnerabilities?.critical).toHaveLength(1);
    expect(value?.fixable).toHaveLength(1);
  });

  test('is kept short and clean', async () => {
    const hostile = {
      ...CRITICAL,
      cve: `CVE\u0000${'x'.repeat(400)}`,
      packageName: `a\u202eb${'x'.repeat(400)}`,
      packageVersion: null,
      status: `fixed in ${'1'.repeat(400)}`,
    };
    const [first] = (await valueOf({ vulnerabilities: [hostile, HIGH] }))?.fixable ?? [];
    expect(first?.id).toHaveLength(60);
    expect(first?.packageName).toBe(`ab${'x'.repeat(97)}…`);
    expect(first?.installed).toBe('');
    expect(first?.fixedIn).toHaveLength(200 - 'fixed in '.length);
  });

  test.each<[string, unknown]>([
    ['is too large', `[${' '.repeat(5_000_001)}]`],
    ['is no list', { err: 'no' }],
  ])('fails where the answer %s', async (_, answer) => {
    expect((await detailsOf(answer)).details.kind).toBe('failed');
  });
});
