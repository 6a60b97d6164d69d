import { describe, expect, test } from 'vitest';
import { parseReference } from '../../../src/image/reference.ts';
import { json, poll, stage, status } from '../loopback.ts';

const SCANNED = '2026-01-15T11:00:00Z';

function row(repoTag: object | null, rest: object = {}): object {
  return { repoTag, scanTime: SCANNED, ...rest };
}

async function newestOf(rows: unknown) {
  const { client } = await stage(({ response }) => json(response, rows));
  const answered = await client.fetchNewest(poll);
  if (answered.kind === 'failed') throw new Error(JSON.stringify(answered));
  return answered.value;
}

function toReference(name: string) {
  const parsed = parseReference(name);
  return parsed.kind === 'reference' ? parsed.reference : parsed;
}

const HEX = 'a'.repeat(64);

describe('the newest results', () => {
  test('are asked for in one request, without names', async () => {
    const { client, server } = await stage({ registry: [] });
    await client.fetchNewest(poll);
    expect(server.received.map(({ url }) => url)).toContain(
      '/api/v33.03/registry?sort=scanTime&reverse=true&compact=true&limit=50',
    );
  });

  test.each<[string, object, readonly string[]]>([
    ['a tag on Docker Hub', row({ registry: '', repo: 'library/alpine', tag: '3.16' }), ['alpine:3.16']],
    [
      'another spelling of it',
      row({ registry: 'https://docker.io/', repo: 'alpine', tag: '3.16' }),
      ['alpine:3.16'],
    ],
    [
      'a digest',
      row({ registry: 'ghcr.io', repo: 'acme/api', tag: '1', digest: `sha256:${HEX}` }),
      ['ghcr.io/acme/api:1', `ghcr.io/acme/api@sha256:${HEX}`, `ghcr.io/acme/api:1@sha256:${HEX}`],
    ],
    [
      'a digest beside the tag',
      row({ registry: 'ghcr.io', repo: 'acme/api', tag: '1' }, { repoDigests: [`acme/api@sha256:${HEX}`] }),
      ['ghcr.io/acme/api:1', `ghcr.io/acme/api@sha256:${HEX}`, `ghcr.io/acme/api:1@sha256:${HEX}`],
    ],
    [
      'a digest in two places',
      row(
        { registry: 'ghcr.io', repo: 'acme/api', digest: `sha256:${HEX}` },
        { repoDigests: [`acme/api@sha256:${HEX}`] },
      ),
      [`ghcr.io/acme/api@sha256:${HEX}`],
    ],
    [
      'several tags',
      row(null, {
        tags: [{ registry: 'r.io', repo: 'a', tag: '1' }, null, { registry: 'r.io', repo: 'a', tag: '2' }],
      }),
      ['r.io/a:1', 'r.io/a:2'],
    ],
    [
      'a tag that is none',
      row(null, {
        tags: ['', 7].map((tag) => ({ registry: 'ghcr.io', repo: 'acme/api', tag, digest: `sha256:${HEX}` })),
      }),
      [`ghcr.io/acme/api@sha256:${HEX}`, `ghcr.io/acme/api@sha256:${HEX}`],
    ],
    ['no registry', row({ repo: 'acme/api', tag: '1' }), ['acme/api:1']],
    ['no name at all', row(null), []],
  ])('name an image with %s as it may be watched', async (_, one, names) => {
    const { images, resultOf } = await newestOf([one]);
    expect(images).toEqual(names.map(toReference));
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
