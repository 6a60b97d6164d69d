import { describe, expect, test } from 'vitest';
import type { ImageReference } from '../../../src/image/reference.ts';
import { image, json, jsonOf, poll, stage as stageAtOurTime, type Respond } from '../loopback.ts';
import { ALPINE, SCANNED } from './rows.ts';

const stage = (respond: Respond) => stageAtOurTime(respond, { now: () => 42 });

const HUB = { repository: 'library/alpine', tag: '3.16' };
const IN_GHCR = { registry: 'ghcr.io', repository: 'acme/api', tag: '1.4' };
const DATE = 'Thu, 15 Jan 2026 12:00:00 GMT';

/** What becomes of one image, where this is all that the Console has. */
async function resultAmong(rows: unknown, target = image(HUB)) {
  const { client } = await stage(({ response }) => json(response.setHeader('date', DATE), rows));
  const [reading] = await client.fetchResults([target], poll);
  if (reading?.kind !== 'answered') throw new Error(JSON.stringify(reading));
  return reading;
}

describe('the result of an image', () => {
  test("has its time by the Console's clock, beside that clock and ours", async () => {
    expect(await resultAmong([{ repoTag: ALPINE, scanTime: SCANNED, err: '' }])).toEqual({
      kind: 'answered',
      at: 42,
      consoleAt: Date.parse(DATE),
      result: { scannedAt: Date.parse(SCANNED), error: '', findings: null },
      isOngoing: false,
    });
  });

  test('has the clock of the answer that came last, where there were two', async () => {
    const dates = [DATE, 'Thu, 15 Jan 2026 12:00:07 GMT'];
    const { client } = await stage(({ response }) =>
      json(response.setHeader('date', dates.shift() ?? ''), []),
    );
    const readings = await client.fetchResults([image({})], poll);
    expect(readings).toMatchObject([{ consoleAt: Date.parse(DATE) + 7_000 }]);
  });

  const COUNTED = { critical: 1, high: 2, medium: 3, low: 4 };
  const NONE = { critical: 0, high: 0, medium: 0, low: 0, compliance: 0 };
  const UNREADABLE = { complianceIssuesCount: {}, complianceDistribution: COUNTED };
  const counts = (vulnerabilityDistribution: unknown, rest: object = {}) => ({
    vulnerabilityDistribution,
    ...rest,
  });
  const found = (compliance: number) => ({ ...COUNTED, compliance });

  test.each<[string, object, object | null]>([
    ['no distribution', counts(null, { complianceIssuesCount: 3 }), null],
    ['a distribution', counts({ ...COUNTED, total: 10 }, { complianceIssuesCount: 5 }), found(5)],
    ['compliance issues by severity only', counts(COUNTED, { complianceDistribution: COUNTED }), found(10)],
    ['a count of compliance issues that cannot be read', counts(COUNTED, UNREADABLE), found(10)],
    ['no compliance issues', counts(COUNTED), found(0)],
    ['counts of 0 left out, as Go does', counts({ high: '2' }), { ...NONE, high: 2 }],
    ['a count that cannot be read', counts({ ...COUNTED, critical: 'many' }), null],
    ['a low count that cannot be read', counts({ ...COUNTED, low: [] }), null],
    ['a distribution that cannot be read', counts([1, 2]), null],
    ['blanks for an error', counts(COUNTED, { err: ' \n' }), found(0)],
    ['a failed pull', counts(COUNTED, { err: 'pull failed' }), null],
  ])('counts, of %s, %j: %j', async (_, counted, findings) => {
    const { result } = await resultAmong([{ repoTag: ALPINE, scanTime: SCANNED, ...counted }]);
    expect(result).toMatchObject({ scannedAt: Date.parse(SCANNED), findings });
  });

  test('has the error of a pull that failed, as one line', async () => {
    const row = { repoTag: ALPINE, scanTime: SCANNED, err: 'pull\nfailed \u202e' };
    expect((await resultAmong([row])).result?.error).toBe('pull failed');
    const long = { ...row, err: 'x'.repeat(400) };
    expect((await resultAmong([long])).result?.error).toHaveLength(300);
  });

  test.each<[string, unknown]>([
    ['there are none', []],
    ['the answer is null', null],
    ['it was not scanned yet', [{ repoTag: ALPINE, scanTime: '0001-01-01T00:00:00Z' }]],
    ['its time is no time', [{ repoTag: ALPINE, scanTime: 'yesterday' }]],
    ['it is of another tag', [{ repoTag: { ...ALPINE, tag: '3.17' }, scanTime: SCANNED }]],
    ['it is of another repository', [{ repoTag: { ...ALPINE, repo: 'acme/alpine' }, scanTime: SCANNED }]],
    ['it is of another registry', [{ repoTag: { ...ALPINE, registry: 'ghcr.io' }, scanTime: SCANNED }]],
    ['the rows are nonsense', [null, 7, 'row', { repoTag: 3 }, { repoTag: { tag: 4 }, scanTime: {} }]],
  ])('is none where %s', async (_, rows) => {
    expect((await resultAmong(rows)).result).toBeNull();
  });

  test('is found beside rows that are nonsense', async () => {
    const rows = [null, { repoTag: [] }, { repoTag: ALPINE, scanTime: SCANNED, repoDigests: 7, tags: {} }];
    expect((await resultAmong(rows)).result).not.toBeNull();
  });

  test('is the latest of several', async () => {
    const times = ['2026-01-15T10:00:00Z', SCANNED, '2026-01-15T09:00:00Z'];
    const rows = times.map((scanTime) => ({ repoTag: ALPINE, scanTime }));
    expect((await resultAmong(rows)).result?.scannedAt).toBe(Date.parse(SCANNED));
  });

  test('is the first of two of one time', async () => {
    const rows = ['first', 'second'].map((err) => ({ repoTag: ALPINE, scanTime: SCANNED, err }));
    expect((await resultAmong(rows)).result?.error).toBe('first');
  });

  const DIGEST = `sha256:${'a'.repeat(64)}`;
  const API = { registry: 'ghcr.io', repo: 'acme/api', tag: '1.4', digest: '' };

  test.each<[string, object, Partial<ImageReference>]>([
    ['docker.io', { ...ALPINE, registry: 'docker.io' }, HUB],
    ['none', { ...ALPINE, registry: null }, HUB],
    ['the Hub by its API', { ...ALPINE, registry: 'https://registry-1.docker.io/' }, HUB],
    ['an official image without library/', { ...ALPINE, repo: 'alpine' }, HUB],
    ['a registry with its scheme', { ...API, registry: 'https://ghcr.io' }, IN_GHCR],
  ])('is known by another spelling: %s', async (_, repoTag, reference) => {
    expect((await resultAmong([{ repoTag, scanTime: SCANNED }], image(reference))).result).not.toBeNull();
  });

  test('below another registry keeps library/ apart', async () => {
    const repoTag = { registry: 'ghcr.io', repo: 'library/api', tag: '1' };
    const target = image({ registry: 'ghcr.io', repository: 'api', tag: '1' });
    expect((await resultAmong([{ repoTag, scanTime: SCANNED }], target)).result).toBeNull();
  });

  test('is known by a further tag of its row', async () => {
    const tags = [{ ...ALPINE, tag: '3' }, ALPINE];
    const row = { repoTag: { ...ALPINE, tag: '3' }, tags, scanTime: SCANNED };
    expect((await resultAmong([row])).result).not.toBeNull();
  });

  test.each<[string, object, unknown, boolean]>([
    ['it has that digest', API, [`acme/api@${DIGEST}`], true],
    ['its tag has that digest', { ...API, digest: DIGEST }, null, true],
    ['it has another one', API, [`acme/api@sha256:${'b'.repeat(64)}`], false],
    ['it has none', API, null, false],
    ['neither has a tag', { ...API, tag: '' }, null, false],
    ['another repository has that digest', { ...API, repo: 'acme/web' }, [`acme/web@${DIGEST}`], false],
    ['another registry has that digest', { ...API, registry: 'quay.io' }, [`acme/api@${DIGEST}`], false],
  ])('is looked for by its digest: %s', async (_, repoTag, repoDigests, isKnown) => {
    const target = image({ ...IN_GHCR, tag: '', digest: DIGEST });
    const { result } = await resultAmong([{ repoTag, repoDigests, scanTime: SCANNED }], target);
    expect(result !== null).toBe(isKnown);
  });
});

describe('where tags have had several digests', () => {
  const minute = (index: number): string => new Date(Date.parse(SCANNED) + index * 60_000).toISOString();
  const tags = Array.from({ length: 20 }, (_, index) => `tag-${String(index)}`);

  /** A row per digest of each tag, oldest first, from a Console that sorts and pages as requested. */
  async function stageOfDigests(digestsOf: (tag: number) => number) {
    const rows = tags.flatMap((tag, index) =>
      Array.from({ length: digestsOf(index) }, (_, digest) => ({
        repoTag: { registry: 'ghcr.io', repo: 'acme/api', tag, digest: `sha256:${String(digest)}` },
        scanTime: minute(100 * digest + index),
      })),
    );
    return stage(({ received: { query }, response }) => {
      const names = query['name']?.split(',') ?? null;
      const found = rows.filter(({ repoTag }) => names?.includes(`ghcr.io/acme/api:${repoTag.tag}`) ?? true);
      const sign = query['reverse'] === 'true' ? -1 : 1;
      const byTime = found.toSorted((a, b) => sign * a.scanTime.localeCompare(b.scanTime));
      json(response, (query['sort'] === 'scanTime' ? byTime : found).slice(0, Number(query['limit'])));
    });
  }

  test.each([
    { name: 'a few', digestsOf: () => 4, requests: 1 },
    { name: 'very many of one tag', digestsOf: (tag: number) => (tag === 3 ? 60 : 2), requests: 2 },
    { name: 'several of all but one', digestsOf: (tag: number) => (tag === 0 ? 1 : 4), requests: 2 },
    { name: 'very many of two tags', digestsOf: (tag: number) => (tag < 2 ? 200 : 1), requests: 2 },
  ])('the latest row of each is told: $name', async ({ digestsOf, requests }) => {
    const { server, client } = await stageOfDigests(digestsOf);
    const targets = tags.map((tag) => image({ ...IN_GHCR, tag }));
    const readings = await client.fetchResults(targets, poll);
    expect(readings.map((one) => one.kind === 'answered' && one.result?.scannedAt)).toEqual(
      tags.map((_, index) => Date.parse(minute(100 * (digestsOf(index) - 1) + index))),
    );
    expect(server.paths().filter((path) => path === 'registry')).toHaveLength(requests);
  });

  test('eight pages that each tell of another one are enough', async () => {
    const { server, client } = await stage(({ received: { query }, response }) => {
      const tag = query['name']?.split(',')[0]?.split(':')[1];
      const row = { repoTag: { registry: 'ghcr.io', repo: 'acme/api', tag }, scanTime: SCANNED };
      json(response, tag === undefined ? [] : Array(50).fill(row));
    });
    const targets = tags.map((tag) => image({ ...IN_GHCR, tag }));
    const readings = await client.fetchResults(targets, poll);
    expect(readings.filter((one) => one.kind === 'answered' && one.result !== null)).toHaveLength(8);
    expect(server.received.filter(({ query }) => query['name'] !== undefined)).toHaveLength(8);
  });

  test('a page that tells of none of them is asked for once', async () => {
    const other = { repoTag: { ...ALPINE, tag: 'other' }, scanTime: SCANNED };
    const { server, client } = await stage(jsonOf(Array(50).fill(other)));
    await client.fetchResults([image({}), image({ tag: '2' })], poll);
    expect(server.paths().filter((path) => path === 'registry')).toHaveLength(2);
  });
});
