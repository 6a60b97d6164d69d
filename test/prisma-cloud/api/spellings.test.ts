import { describe, expect, test } from 'vitest';
import type { Target } from '../../../src/scan/target.ts';
import { json, person, poll, stage, status, text } from '../loopback.ts';
import { ALPINE, reference, SCANNED } from './rows.ts';

const HEX = 'a'.repeat(64);
const TAG = { registry: '', repo: 'library/alpine', tag: '3.16' };
const ONGOING = [{ imageScan: { total: 3, scanned: 1 }, isScanOngoing: true }];

const image = (name: string): Target => ({ kind: 'image', reference: reference(name) });

/** A Console that knows a scan by one literal name alone. */
async function consoleOf(known: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const { client } = await stage(({ received, response }) => {
    const { onDemand, ...query } = received.query;
    const name = [query['registry'], query['repo'], query['tag'], query['digest']?.slice(0, 8)];
    asked.push(name.filter(Boolean).join(' '));
    const isKnown = JSON.stringify(query) === JSON.stringify(known);
    json(response, isKnown && onDemand === 'true' ? ONGOING : []);
  });
  return { client, asked };
}

describe('a scan that was started under another name', () => {
  test('with a tag alone is found for a name with tag and digest, and says so', async () => {
    const { client, asked } = await consoleOf({ repo: 'library/alpine', tag: '3.16' });
    const target = image(`alpine:3.16@sha256:${HEX}`);
    const found = { kind: 'progress', registries: [{ foundAs: 'alpine:3.16' }] };
    expect(await client.fetchProgress(target, poll)).toMatchObject(found);
    expect(await client.fetchProgress(target, poll)).toMatchObject(found);
    expect(asked).toEqual(['library/alpine 3.16 sha256:a', 'library/alpine 3.16', 'library/alpine 3.16']);
  });

  test.each([
    'alpine:3.16',
    'docker.io/alpine:3.16',
    'index.docker.io/library/alpine:3.16',
    'https://registry-1.docker.io/library/alpine:3.16/',
  ])('%s is one target with one name', async (name) => {
    const { client, asked } = await consoleOf({ repo: 'library/alpine', tag: '3.16' });
    expect(await client.fetchProgress(image(name), poll)).toMatchObject({ kind: 'progress' });
    expect(asked).toEqual(['library/alpine 3.16']);
  });

  test('without `library/` is found where a person waits for it, and followed by every replica', async () => {
    const { client, asked } = await consoleOf({ repo: 'alpine', tag: '3.16' });
    const target = image('alpine:3.16');
    expect(await client.fetchProgress(target, poll)).toMatchObject({ kind: 'absent' });
    expect(asked).toEqual(['library/alpine 3.16']);
    const found = await client.fetchProgress(target, person);
    expect(found).toMatchObject({ kind: 'progress', registries: [{ foundAs: 'alpine:3.16' }] });
    await client.fetchProgress(target, poll);
    expect(asked.slice(1)).toEqual(['library/alpine 3.16', 'alpine 3.16', 'alpine 3.16']);

    const other = await consoleOf({ repo: 'alpine', tag: '3.16' });
    await other.client.fetchProgress(target, { ...poll, foundAs: 'alpine:3.16' });
    expect(other.asked).toEqual(['alpine 3.16']);
  });

  test.each([
    ['acme/library/api:1', 'acme/library/api 1'],
    ['ghcr.io/library/api:1', 'ghcr.io library/api 1'],
    [`acme/api@sha256:${HEX}`, 'acme/api sha256:a'],
  ])('is asked for once where it has no other name: %s', async (name, once) => {
    const { client, asked } = await consoleOf({});
    await client.fetchProgress(image(name), person);
    expect(asked).toEqual([once]);
  });

  test('that is over is looked for under its own name again', async () => {
    let isOver = false;
    const asked: string[] = [];
    const { client } = await stage(({ received, response }) => {
      asked.push(received.query['digest'] === undefined ? 'tag' : 'digest');
      json(response, isOver || received.query['digest'] !== undefined ? [] : ONGOING);
    });
    const target = image(`alpine:3.16@sha256:${HEX}`);
    await client.fetchProgress(target, poll);
    isOver = true;
    expect(await client.fetchProgress(target, poll)).toMatchObject({ kind: 'absent' });
    await client.fetchProgress(target, poll);
    expect(asked).toEqual(['digest', 'tag', 'tag', 'digest', 'tag']);
  });
});

test.each([
  ['cannot be read', text('[{"isScanOngoing":fal'), { kind: 'failed', unparsed: '[{"isScanOngoing":fal' }],
  ['is a failure', status(503), { kind: 'absent' }],
])(
  'where the answer for the other name %s, its own is asked for first again',
  async (_, answer, expected) => {
    const asked: string[] = [];
    const { client } = await stage((exchange) => {
      const isOwn = exchange.received.query['digest'] !== undefined;
      asked.push(isOwn ? 'digest' : 'tag');
      if (isOwn) json(exchange.response, []);
      else answer(exchange);
    });
    const target = image(`alpine:3.16@sha256:${HEX}`);
    for (let turn = 0; turn < 2; turn += 1)
      expect(await client.fetchProgress(target, poll)).toMatchObject(expected);
    expect(asked).toEqual(['digest', 'tag', 'digest', 'tag']);
  },
);

test('a password that equals a name changes no name', async () => {
  const routes = { registry: [{ repoTag: TAG, scanTime: SCANNED }] };
  const { client } = await stage(routes, { password: 'library/alpine' });
  const [reading] = await client.fetchResults([image('alpine:3.16')], poll);
  expect(reading).toMatchObject({ kind: 'answered', result: { error: '' } });
});

const OTHER = `sha256:${'b'.repeat(64)}`;

interface Digests {
  readonly digest?: string;
  readonly digests?: readonly string[];
  readonly tags?: readonly object[];
}

describe('a result', () => {
  test.each([
    ['of the tag, where the Console keeps no digest', {}, true],
    ['of several tags, where the Console keeps no digest', { tags: [{ ...ALPINE, tag: '3' }] }, true],
    ['of the tag with another digest', { digest: OTHER }, false],
    ['of the digest', { digest: `sha256:${HEX}` }, true],
    ['of the tag, with the digest of another beside it', { digests: [`other@${OTHER}`] }, false],
  ])('%s is that of a name with both: %s', async (_, { digests, tags, ...more }: Digests, isFound) => {
    const row = { repoTag: { ...TAG, ...more }, repoDigests: digests, tags, scanTime: SCANNED };
    const { client } = await stage({ registry: [row] });
    const [reading] = await client.fetchResults([image(`alpine:3.16@sha256:${HEX}`)], poll);
    expect(reading?.kind === 'answered' && reading.result !== null).toBe(isFound);
  });
});
