import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { checkNodeVersion } from '../../src/cli/node-version.ts';

it.each(['v20.20.2', 'v22.18.9', 'v18.0.0'])('Node %s is too old', (version) => {
  expect(checkNodeVersion(version)).toBe(`scanprogress needs Node 22.19 or newer; this is ${version}.`);
});

it.each(['v22.19.0', 'v23.0.0', 'v24.21.0', 'v100.0.0-nightly'])('Node %s will do', (version) => {
  expect(checkNodeVersion(version)).toBeNull();
});

test('package.json asks for the same', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  expect(checkNodeVersion('v1.0.0')).toContain(`needs Node ${engines.node.replace('>=', '')} or newer`);
});

/** An import by name of what an old Node lacks fails before any line runs. */
test('what is loaded before the version of Node is checked imports by name only what Node 18 has', () => {
  const loadedFirst = ['cli', 'commands', 'node-version', 'usage'].map((name) => `src/cli/${name}.ts`);
  const sources = [...loadedFirst, 'src/errors.ts', 'src/root.ts', 'src/secrets.ts'];
  const names = sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/import \{([^}]*)\} from 'node:/g)].flatMap(([, list = '']) =>
      list.split(',').map((name) => name.trim()),
    ),
  );
  expect(names.sort()).toEqual(['dirname', 'existsSync', 'fileURLToPath', 'join', 'readFileSync']);
  expect(sources.filter((path) => readFileSync(path, 'utf8').includes('import.meta.dirname'))).toEqual([]);
});
