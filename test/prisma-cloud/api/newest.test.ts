import { describe, expect, test } from 'vitest';
import { jsonOf, poll, stage, status } from '../loopback.ts';
import { reference } from './rows.ts';

const SCANNED = '2026-01-15T11:00:00Z';

function row(repoTag: object | null, rest: object = {}): object {
  return { repoTag, scanTime: SCANNED, ...rest };
}

async function newestOf(rows: unknown) {
  const { client } = await stage(jsonOf(rows));
  const answered = await client.fetchNewest(poll);
  if (answered.kind === 'failed') throw new Error(JSON.stringify(answered));
  return answered.value;
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const API = { registry: 'ghcr.io', repo: 'acme/api' };
const BESIDE = { repoDigests: [`acme/api@${DIGEST}`] };
const BY_DIGEST = `ghcr.io/acme/api@${DIGEST}`;
const BY_ALL = ['ghcr.io/acme/api:1', BY_DIGEST, `ghcr.io/acme/api:1@${DIGEST}`];

describe('the newest results', () => {
  test('are asked for in one request, without names', async () => {
    const { client, server } = await stage({ registry: [] });
    await client.fetchNewest(poll);
    expect(server.received.map(({ url }) => url)).toContain(
      '/api/v33.03/registry?sort=scanTime&reverse=true&compact=true&limit=50',
    );
  });

  const ALPINE = 'alpine:3.16';
  const BOTH = ['ghcr.io/acme/api:1', 'ghcr.io/acme/api:2'];
  const NO_TAGS = ['', 7].map((tag) => ({ ...API, tag, digest: DIGEST }));

  test.each<[string, object, readonly string[]]>([
    ['a tag on Docker Hub', row({ registry: '', repo: 'library/alpine', tag: '3.16' }), [ALPINE]],
    [
      'another spelling of it',
      row({ registry: 'https://docker.io/', repo: 'alpine', tag: '3.16' }),
      [ALPINE],
    ],
    ['a digest', row({ ...API, tag: '1', digest: DIGEST }), BY_ALL],
    ['a digest beside the tag', row({ ...API, tag: '1' }, BESIDE), BY_ALL],
    ['a digest in two places', row({ ...API, digest: DIGEST }, BESIDE), [BY_DIGEST]],
    ['several tags', row(null, { tags: [{ ...API, tag: '1' }, null, { ...API, tag: '2' }] }), BOTH],
    ['a tag that is none', row(null, { tags: NO_TAGS }), [BY_DIGEST, BY_DIGEST]],
    ['no registry', row({ repo: 'acme/api', tag: '1' }), ['acme/api:1']],
    ['no name at all', row(null), []],
  ])('name an image with %s as it may be watched', async (_, one, names) => {
    const { images, resultOf } = await newestOf([one]);
    expect(images).toEqual(names.map(reference));
    for (const image of images) expect(resultOf(image)?.scannedAt).toBe(Date.parse(SCANNED));
  });

  test('name what there is of a row that names no repository', async () => {
    const { images } = await newestOf([row({ registry: 'ghcr.io', tag: '1' })]);
    expect(images).toMatchObject([{ registry: 'ghcr.io', repository: '', tag: '1' }]);
  });

  const times = (count: number, from: number, step: number) =>
    Array.from({ length: count }, (_, n) => row(null, { scanTime: new Date(from + n * step).toISOString() }));

  test.each<[string, object[], boolean]>([
    ['a full page, newest first', times(50, 1e12, -1_000), true],
    ['a full page of one time', times(50, 1e12, 0), true],
    ['a full page, oldest first', times(50, 1e12, 1_000), false],
    ['a full page whose last row is newer', [...times(49, 1e12, -1_000), ...times(1, 2e12, 0)], false],
    [
      'a full page with a row of no time',
      [...times(24, 1e12, -1_000), row(null, { scanTime: null }), ...times(25, 5e11, -1_000)],
      false,
    ],
    ['all that there is, in any order', times(49, 1e12, 1_000), true],
  ])('can be relied on: %s', async (_, rows, isInOrder) => {
    expect((await newestOf(rows)).isInOrder).toBe(isInOrder);
  });

  test('that the role may not see are a failure', async () => {
    const { client } = await stage(status(403));
    expect(await client.fetchNewest(poll)).toMatchObject({ kind: 'failed', failure: { cause: 'forbidden' } });
  });
});
