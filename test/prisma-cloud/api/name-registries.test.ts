import { describe, expect, it } from 'vitest';
import { nameRegistries } from '../../../src/prisma-cloud/api/name-registries.ts';
import { step } from '../../support/observations.ts';

function registry(host: string) {
  return { host, discovery: step(1, 1), images: step(1, 1), isOngoing: host !== '', startedAt: null };
}

/** The hosts of the response, once named. */
function named(hosts: readonly string[], specified: readonly string[]): string {
  const specifications = specified.map((one) => ({ registry: one, repository: '', tag: '', error: '' }));
  const name = nameRegistries(() => specifications);
  const observation = { kind: 'progress', at: 0, consoleAt: null, registries: hosts.map(registry) } as const;
  const found = name(observation);
  return found.kind === 'progress'
    ? found.registries.map(({ host }) => (host === '' ? '?' : host)).join(' ')
    : found.kind;
}

describe('a registry that the Console does not name', () => {
  it.each([
    ['ghcr.io quay.io', ['ghcr.io', ''], ['https://ghcr.io', 'quay.io']],
    ['ghcr.io docker.io', ['ghcr.io', ''], ['ghcr.io', '']],
    ['registry-1.docker.io ghcr.io', ['registry-1.docker.io', ''], ['', 'ghcr.io']],
    ['ghcr.io ?', ['ghcr.io', ''], []],
    ['ghcr.io ?', ['ghcr.io', ''], ['ghcr.io', 'quay.io', 'gcr.io']],
    ['ghcr.io ?', ['ghcr.io', ''], ['ghcr.io', 'ghcr.io', 'quay.io']],
    ['ghcr.io ? ?', ['ghcr.io', '', ''], ['ghcr.io', 'quay.io']],
    ['?', [''], ['quay.io']],
  ])('is %s where one name is left', (expected, hosts, specified) => {
    expect(named(hosts, specified)).toBe(expected);
  });

  it('costs no look at the settings where none is missing', () => {
    const name = nameRegistries(() => {
      throw new Error('asked');
    });
    const registries = [registry('ghcr.io'), registry('quay.io')];
    const observation = { kind: 'progress', at: 0, consoleAt: null, registries } as const;
    expect(name(observation)).toBe(observation);
  });
});
