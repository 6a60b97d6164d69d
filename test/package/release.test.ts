import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { captures, readJson, readText, ROOT } from '../support/project.ts';

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

const { permissions, jobs } = parse(readText('.github/workflows/release.yml')) as {
  permissions: object;
  jobs: Readonly<Record<string, Job>>;
};

it('a release does nothing before it is switched on, and publishes nothing unchecked', () => {
  const first = Object.values(jobs).filter(({ needs }) => needs === undefined);
  expect(first.map((job) => job.if)).toEqual(["vars.RELEASE == 'on'"]);
  expect(jobs['check']?.steps.map(({ run }) => run)).toContain('npm run check');
  expect([jobs['package']?.needs, jobs['image']?.needs]).toEqual(['check', 'check']);
});

it('each of its jobs may do what it needs, and no more', () => {
  expect(permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    check: { contents: 'read' },
    package: { contents: 'read', 'id-token': 'write' },
    image: { contents: 'read', packages: 'write', 'id-token': 'write' },
  });
});

it('it has provenance, an SBOM and a signature, and runs scripts that there are', () => {
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  expect(runs.some((run) => /^npm publish .*--provenance/.test(run))).toBe(true);
  expect(runs.some((run) => run.startsWith('cosign sign'))).toBe(true);
  const built = jobs['image']?.steps.find((step) => step.with?.['push'] === true)?.with;
  expect(built).toMatchObject({ provenance: 'mode=max', sbom: true });
  const { scripts } = readJson('package.json') as { scripts: object };
  const named = runs.flatMap((run) => captures(run, /npm run ([\w:]+)/g));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(existsSync(join(ROOT, 'deploy/helm/scanprogress/Chart.yaml'))).toBe(true);
});
