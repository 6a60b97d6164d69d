import { expect, it } from 'vitest';
import { readJson } from '../support/project.ts';

interface Entry {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly gypfile?: boolean;
}

const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, Entry>> };
const { allowScripts } = readJson('package.json') as { allowScripts: Readonly<Record<string, boolean>> };

it('no dependency runs a script when it is installed, and none of the bot has one', () => {
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(names.filter((name) => allowScripts[name] !== false)).toEqual([]);
  expect(scripted.filter(([, { dev }]) => dev !== true)).toEqual([]);
});

it('better-sqlite3 is not compiled, for it brings its binaries', () => {
  const hint = 'npm dropped it when it wrote package-lock.json: put "gypfile": false back into this entry';
  expect(packages['node_modules/better-sqlite3']?.gypfile, hint).toBe(false);
  expect(allowScripts['better-sqlite3']).toBe(false);
});
