import { describe, expect, test } from 'vitest';
import type { Cause } from '../../../src/scan/results/report.ts';
import { REGULAR_SCAN, type Target } from '../../../src/scan/target.ts';
import { image, stage, status, text, poll } from '../loopback.ts';

const API = image({ registry: 'ghcr.io', repository: 'acme/api' });
const ALPINE = image({ repository: 'library/alpine' });
const DIGEST = `sha256:${'a'.repeat(64)}`;
const BY_DIGEST = image({ repository: 'library/alpine', tag: '', digest: DIGEST });
const BY_BOTH = image({ repository: 'library/alpine', digest: DIGEST });
const NO_DEFENDER: Cause = { kind: 'no-defender' };
const OUT_OF_SCOPE: Cause = { kind: 'out-of-scope' };

interface Signs {
  readonly defenders?: unknown;
  readonly specifications?: readonly object[];
  readonly errors?: readonly string[];
}

/** How many Defenders for containers are connected. */
const containers = (connected: unknown) => ({ category: 'container', connected });
const EVERYWHERE = [{ registry: 'https://ghcr.io' }, { registry: '' }];

async function causesOf(target: Target, signs: Signs): Promise<readonly Cause[]> {
  const { defenders = [containers(2)], specifications = EVERYWHERE, errors = [] } = signs;
  const { client } = await stage({
    'defenders/summary': defenders,
    'settings/registry': { specifications },
    'statuses/registry': { errors },
  });
  const diagnosis = await client.fetchDiagnosis(target, poll);
  if (diagnosis.kind === 'failed') throw new Error(JSON.stringify(diagnosis.failure));
  expect(diagnosis.value.isHidden).toBe(false);
  return diagnosis.value.causes;
}

const failedWith = (scanError: string, registry = 'ghcr.io') => [
  { registry, repository: 'acme/*', scanError },
];
const consoleError = (error: string): Cause => ({ kind: 'console-error', error });

describe('the Defenders', () => {
  const HOSTS = { category: 'host', connected: 4 };

  test.each<[string, unknown, readonly Cause[]]>([
    ['none is connected', [{ category: 'container', connected: 0, deployed: 2 }], [NO_DEFENDER]],
    ['none of several kinds is', [containers('0'), containers(0), HOSTS], [NO_DEFENDER]],
    ['one is connected', [containers(1)], []],
    ['no category is container', [{ category: 'host', connected: 0 }], []],
    ['the list is empty', [], []],
    ['the list is null', null, []],
    ['the count cannot be read', [containers('none')], []],
    ['one count of two is missing', [containers(0), { category: 'container' }], []],
    ['one count of two cannot be read', [containers(0), containers('none')], []],
    ['the list cannot be read', [7, null, 'container'], []],
    ['the answer is no JSON', text('<html>'), []],
    ['the role may not see them', status(403), []],
  ])('mean, where %s (%j): %j', async (_, defenders, causes) => {
    expect(await causesOf(API, { defenders })).toEqual(causes);
    expect(await causesOf(REGULAR_SCAN, { defenders })).toEqual(causes);
  });
});

describe('the specifications', () => {
  test('do not cover an image', async () => {
    expect(await causesOf(API, { specifications: [{ registry: 'quay.io' }] })).toEqual([OUT_OF_SCOPE]);
    expect(await causesOf(REGULAR_SCAN, { specifications: [{ registry: 'quay.io' }] })).toEqual([]);
  });

  test('say nothing of the scope where there are none', async () => {
    expect(await causesOf(API, { specifications: [] })).toEqual([]);
  });

  test('failed: the one that covers an image, each for the regular scan', async () => {
    const specifications = [...failedWith('HTTP 401'), ...failedWith('HTTP 500', 'quay.io')];
    const ofGhcr = { kind: 'specification-failed', name: 'ghcr.io/acme/*', error: 'HTTP 401' };
    const ofQuay = { kind: 'specification-failed', name: 'quay.io/acme/*', error: 'HTTP 500' };
    expect(await causesOf(API, { specifications })).toEqual([ofGhcr]);
    expect(await causesOf(REGULAR_SCAN, { specifications })).toEqual([ofGhcr, ofQuay]);
  });

  test('that failed are told of, five at most', async () => {
    const specifications = Array.from({ length: 9 }, (_, index) => failedWith(`HTTP 50${index}`)).flat();
    expect(await causesOf(REGULAR_SCAN, { specifications })).toHaveLength(5);
    expect(await causesOf(API, { specifications })).toHaveLength(5);
  });
});

describe('an error of the Console', () => {
  test.each<[string, Target, string]>([
    ['the registry', API, 'Failed to retrieve repositories info from https://ghcr.io/v2'],
    ['itself', API, 'Failed to pull ghcr.io/acme/api:1.2'],
    ['an address of the registry', API, 'GET https://ghcr.io/v2/_catalog: HTTP 401'],
    ['the repository', API, 'acme/api: no such tag'],
    ['Docker Hub', ALPINE, 'toomanyrequests: index.docker.io'],
    ['a short name with a path', image({ repository: 'acme/api' }), 'pull of acme/api failed'],
    ['an official image with its tag', ALPINE, 'Failed to pull image alpine:1, error: timeout'],
    ['such an image with its host', ALPINE, 'Failed to pull image docker.io/alpine:1, error: timeout'],
    ['such an image with its digest', BY_DIGEST, `Failed to pull image alpine@${DIGEST}`],
    ['the tag of one with a digest, too', BY_BOTH, 'Failed to pull image alpine:1'],
    ['Defenders', API, 'Defender defender-7 disconnected'],
  ])('concerns an image where it names %s', async (_, target, error) => {
    expect(await causesOf(target, { errors: [error] })).toEqual([consoleError(error)]);
  });

  test.each([
    ['another registry', API, 'eu.ghcr.io: HTTP 401'],
    ['another image of its registry', API, 'Failed to pull ghcr.io/acme/other:1.2'],
    ['a longer repository', API, 'acme/api-gateway: HTTP 401'],
    ['a name with another letter for its point', API, 'ghcr-io: HTTP 401'],
    ['another tag of an official image', ALPINE, 'Failed to pull image alpine:1.2'],
    ['an image of its name elsewhere', ALPINE, 'Failed to pull image ghcr.io/acme/alpine:1'],
    ['a longer name than that', ALPINE, 'Failed to pull image my-alpine:1'],
    ['its name as a word', ALPINE, 'no mirror of alpine answers'],
    ['its name before a colon', BY_DIGEST, 'no mirror of alpine: it answers not'],
    ['its name before an at', ALPINE, 'no mirror of alpine@ answers'],
    ['nothing', API, 'Failed to retrieve repositories info'],
  ])('does not concern it where it names %s', async (_, target, error) => {
    expect(await causesOf(target, { errors: [error] })).toEqual([]);
    expect(await causesOf(REGULAR_SCAN, { errors: [error] })).toEqual([consoleError(error)]);
  });

  test('is told once, and three at most', async () => {
    const errors = ['a', 'b', 'a', 'c', 'd'];
    expect(await causesOf(REGULAR_SCAN, { errors })).toEqual(['a', 'b', 'c'].map(consoleError));
  });

  test('that no Defender is available is that cause, and not repeated', async () => {
    const errors = ['No available Defender was found', 'ghcr.io: HTTP 401'];
    const expected = [NO_DEFENDER, consoleError('ghcr.io: HTTP 401')];
    for (const target of [API, REGULAR_SCAN]) expect(await causesOf(target, { errors })).toEqual(expected);
    const specifications = failedWith('No available Defender was found');
    expect(await causesOf(API, { specifications, errors })).toEqual(expected);
  });
});

test('the likeliest cause comes first', async () => {
  const signs = {
    defenders: [containers(0)],
    specifications: failedWith('HTTP 401', 'quay.io'),
    errors: ['ghcr.io is slow'],
  };
  const kinds = async (target: Target) => (await causesOf(target, signs)).map(({ kind }) => kind);
  expect(await kinds(API)).toEqual(['no-defender', 'out-of-scope', 'console-error']);
  expect(await kinds(REGULAR_SCAN)).toEqual(['no-defender', 'specification-failed', 'console-error']);
});

describe('a diagnosis', () => {
  test.each([
    [true, 'nothing', status(403)],
    [false, 'that there is no Defender', []],
  ])('is hidden (%s) where the role may see %s of it', async (isHidden, _, defenders) => {
    const { client } = await stage({ 'defenders/summary': defenders, 'settings/registry': status(403) });
    const seen = { isDefenderConnected: false, areErrorsKnown: false, scope: 'unknown' };
    const value = { causes: [], isHidden, seen };
    expect(await client.fetchDiagnosis(API, poll)).toEqual({ kind: 'answered', value });
  });

  test('fails where nothing came, and not only for want of permission', async () => {
    const { client } = await stage({ 'defenders/summary': status(403), 'settings/registry': status(503) });
    const diagnosis = await client.fetchDiagnosis(API, poll);
    expect(diagnosis).toMatchObject({ kind: 'failed', failure: { cause: 'unavailable' } });
  });

  test.each([
    [1, true],
    [0, false],
  ])('says what was seen, so that nothing else is claimed: %d Defenders', async (connected, isConnected) => {
    const { client } = await stage({
      'defenders/summary': [containers(connected)],
      'settings/registry': status(403),
      'statuses/registry': { errors: null },
    });
    const seen = { isDefenderConnected: isConnected, areErrorsKnown: true, scope: 'unknown' };
    const value = { causes: isConnected ? [] : [NO_DEFENDER], isHidden: false, seen };
    expect(await client.fetchDiagnosis(API, poll)).toEqual({ kind: 'answered', value });
  });
});
