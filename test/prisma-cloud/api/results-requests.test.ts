import { describe, expect, test } from 'vitest';
import { REGULAR_SCAN } from '../../../src/scan/target.ts';
import { image, json, poll, stage, jsonOf, status, text } from '../loopback.ts';
import { ALPINE, SCANNED } from './rows.ts';

const withoutResult = (isOngoing: boolean) => ({ result: null, isOngoing });

describe('what is asked', () => {
  test('is all images by name in one request, and those without a row by repository, newest first', async () => {
    const { server, client } = await stage(({ received, response }) =>
      json(response, received.query['name'] === undefined ? [] : [{ repoTag: ALPINE, scanTime: SCANNED }]),
    );
    const targets = [
      image({ repository: 'library/alpine', tag: '3.16' }),
      image({ registry: 'ghcr.io', repository: 'acme/api', tag: '1.4' }),
    ];
    const readings = await client.fetchResults(targets, poll);
    expect(readings.map((one) => one.kind === 'answered' && one.result !== null)).toEqual([true, false]);
    const [, named, newest] = server.received.map(({ path, query }) => [path.split('/').at(-1), query]);
    const page = { sort: 'scanTime', reverse: 'true', compact: 'true', limit: '50' };
    const name =
      'library/alpine:3.16,https://library/alpine:3.16,ghcr.io/acme/api:1.4,https://ghcr.io/acme/api:1.4';
    expect(named).toEqual(['registry', { ...page, name }]);
    expect(newest).toEqual(['registry', { ...page, repository: 'acme/api' }]);
  });

  test('is the status for the regular scan, beside the images', async () => {
    const routes = { 'statuses/registry': { completed: true, scanTime: SCANNED }, registry: [] };
    const { server, client } = await stage(routes);
    const readings = await client.fetchResults([REGULAR_SCAN, image({})], poll);
    expect(readings).toMatchObject([
      { kind: 'answered', result: { scannedAt: Date.parse(SCANNED), error: '', findings: null } },
      { kind: 'answered', result: null },
    ]);
    expect(server.paths()).toContain('statuses/registry');
  });

  test.each([
    [{ scanning: true, completed: false, scanTime: SCANNED }, withoutResult(true)],
    [{ scanning: null, completed: null, scanTime: null }, withoutResult(false)],
    [{ completed: true, scanTime: '0001-01-01T00:00:00Z' }, withoutResult(false)],
  ])('and means, of %j: %j', async (wire, reading) => {
    const { client, server } = await stage(jsonOf(wire));
    expect(await client.fetchResults([REGULAR_SCAN], poll)).toMatchObject([reading]);
    expect(server.paths().filter((path) => path !== 'authenticate')).toEqual(['statuses/registry']);
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not-found'],
    [500, 'unavailable'],
  ])('fails for all alike where the Console answers %i', async (code, cause) => {
    const { client } = await stage(status(code, 'no'));
    const readings = await client.fetchResults([image({}), REGULAR_SCAN, image({ tag: '2' })], poll);
    expect(readings.map((one) => one.kind === 'failed' && one.failure.cause)).toEqual([cause, cause, cause]);
  });
});

test('an answer that cannot be read is handed on as it came', async () => {
  const { client } = await stage(text('[{"isScanOngoing":fal'));
  const [observation, result] = await Promise.all([
    client.fetchProgress(image({}), poll),
    client.fetchResults([image({})], poll),
  ]);
  expect(observation).toMatchObject({ failure: { cause: 'garbled' }, unparsed: '[{"isScanOngoing":fal' });
  expect(result).toMatchObject([{ kind: 'failed', failure: { cause: 'garbled' } }]);
});
