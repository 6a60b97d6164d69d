import { describe, expect, test, vi } from 'vitest';
import type { Exchange } from '../loopback.ts';
import { stage, status, text, poll } from '../loopback.ts';
import { reference } from './rows.ts';

const LONG = 'acme/api-'.repeat(20).slice(0, -1);
const DIGEST = `sha256:${'a'.repeat(64)}`;

async function scopeAmong(written: string, specifications: unknown) {
  const { client } = await stage({ 'settings/registry': { specifications } });
  return (await client.fetchScope(reference(written), poll)).scope;
}

type Spelled = readonly [registry: string, repository: string, tag: string];

describe('an image is', () => {
  test.each<[string, string, Spelled]>([
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', '', '']],
    ['inside', 'ghcr.io/acme/api:1', ['https://ghcr.io', '*', '*']],
    ['inside', 'ghcr.io/acme/api:1', [' HTTPS://GHCR.io// ', 'acme/api', '1']],
    ['inside', 'reg.example:5000/a:1', ['http://reg.example:5000/', 'a', '']],
    ['outside', 'reg.example:5000/a:1', ['reg.example', '', '']],
    ['outside', 'ghcr.io/acme/api:1', ['eu.ghcr.io', '', '']],
    ['outside', 'ghcr.io/acme/api:1', ['', '', '']],
    ['outside', 'eu.ghcr.io/acme/api:1', ['eu.https://ghcr.io', '', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', 'acme', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', 'acme/api-gateway', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', 'acme/*', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', '*/api', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', 'a*e*p*', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', 'acme/*api', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', '*acme*', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', '*p*p*', '']],
    ['inside', 'ghcr.io/acme/api:1', ['ghcr.io', '*'.repeat(500), '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', '*'.repeat(501), '']],
    ['inside', 'ghcr.io/acme/team/api:1', ['ghcr.io', 'acme/*', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', '*/api*/api', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', 'acme/a*api', '']],
    ['outside', 'ghcr.io/acme/api:1', ['ghcr.io', 'other/*', '']],
    ['outside', 'ghcr.io/acmexapi/a:1', ['ghcr.io', 'acme.api/*', '']],
    ['inside', 'ghcr.io/acme/api:1.4.0', ['ghcr.io', '', '1.*']],
    ['outside', 'ghcr.io/acme/api:2.4.0', ['ghcr.io', '', '1.*']],
    ['outside', 'ghcr.io/acme/api:latest', ['ghcr.io', '', '1']],
    ['inside', `ghcr.io/acme/api@${DIGEST}`, ['ghcr.io', 'acme/*', '1.*']],
    ['inside', `ghcr.io/${LONG}:1`, ['ghcr.io', LONG, '']],
    ['outside', `ghcr.io/${LONG}:1`, ['ghcr.io', `${LONG.slice(0, 60)}…`, '']],
    ['inside', 'alpine:3', ['', '', '']],
    ['inside', 'alpine:3', ['', 'alpine', '3']],
    ['inside', 'alpine:3', ['docker.io', 'library/alpine', '']],
    ['inside', 'alpine:3', ['https://index.docker.io/', 'library/*', '']],
    ['inside', 'alpine:3', ['registry-1.docker.io', 'alp*', '']],
    ['outside', 'alpine:3', ['', 'nginx', '']],
    ['outside', 'acme/api:3', ['', 'library/*', '']],
    ['inside', 'acme/api:3', ['', 'acme/*', '']],
    ['outside', 'alpine:3', ['ghcr.io', '', '']],
    ['unknown', 'art.example/docker/api:1', ['https://art.example/docker', '', '']],
  ])('%s: %s where %j is configured', async (scope, written, [registry, repository, tag]) => {
    const other = { registry: 'https://elsewhere.example', repository: '', tag: '' };
    expect(await scopeAmong(written, [other, null, 7, { registry, repository, tag }])).toBe(scope);
  });

  test('judged by specifications that are named in 300 characters', async () => {
    const specifications = [{ registry: 'ghcr.io', repository: LONG.repeat(3) }];
    const { client } = await stage({ 'settings/registry': { specifications } });
    const { specifications: names } = await client.fetchScope(reference('ghcr.io/acme/api:1'), poll);
    expect(names).toEqual([`${`ghcr.io/${LONG.repeat(3)}`.slice(0, 299)}…`]);
  });

  test('judged in no time by a pattern of many stars', async () => {
    const repository = `${'a*'.repeat(200)}b`;
    const before = performance.now();
    const scope = await scopeAmong(`ghcr.io/${'a'.repeat(240)}:1`, [{ registry: 'ghcr.io', repository }]);
    expect(scope).toBe('outside');
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test.each<[string, unknown]>([
    ['the settings are forbidden', status(403)],
    ['the Console has no such settings', status(404)],
    ['the Console is in trouble', status(503)],
    ['the answer is no JSON', text('<html>')],
    ['the answer is null', null],
    ['there is no list', { specifications: 'all' }],
    ['the list is null', { specifications: null }],
    ['the list is empty', { specifications: [] }],
    ['nothing in the list makes sense', { specifications: [7, 'ghcr.io', null] }],
  ])('unknown where %s', async (_, answer) => {
    const { client } = await stage({ 'settings/registry': answer });
    const found = await client.fetchScope(reference('ghcr.io/acme/api:1'), poll);
    expect(found).toEqual({ scope: 'unknown', specifications: [] });
  });
});

describe('the scope that is known at once', () => {
  const API = reference('ghcr.io/acme/api:1');
  const OTHER = reference('quay.io/acme/api:1');

  test('is unknown at first, and asked for once a minute for all images', async () => {
    let minutes = 0;
    let specifications: readonly object[] = [{ registry: 'ghcr.io' }];
    const { client, server } = await stage(
      { 'settings/registry': ({ response }: Exchange) => response.end(JSON.stringify({ specifications })) },
      { monotonicNow: () => minutes * 60_000 },
    );
    const asked = () => server.received.filter(({ path }) => path.endsWith('settings/registry')).length;
    expect([client.knownScope(API), client.knownScope(OTHER)]).toEqual(['unknown', 'unknown']);
    await vi.waitFor(() => expect(client.knownScope(API)).toBe('inside'), 20_000);
    expect([client.knownScope(OTHER), asked()]).toEqual(['outside', 1]);
    minutes = 0.999;
    expect(client.knownScope(API)).toBe('inside');
    specifications = [{ registry: 'quay.io' }];
    minutes = 1;
    expect(client.knownScope(API)).toBe('inside');
    await vi.waitFor(() => expect(client.knownScope(API)).toBe('outside'), 20_000);
    expect(asked()).toBe(2);
  });
});
