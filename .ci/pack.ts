/**
 * What `npm pack` runs before and after packing: builds dist, locks the dependencies, lists them (SBOM), and
 * packs a manifest without what only a checkout needs. `prepare` saves the checkout's files until `restore` puts them
 * back; the next run repairs a pack that was interrupted.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, toShrinkwrap } from './shrinkwrap.ts';

const ROOT = join(import.meta.dirname, '..');
const MANIFEST = join(ROOT, 'package.json');
const KEPT = join(ROOT, 'package.json.checkout');
const README = join(ROOT, 'README.md');
const KEPT_README = join(ROOT, '.README.md.checkout');
/** In the package alone: in a checkout npm would take the first for its lock. */
const SHRINKWRAP = join(ROOT, 'npm-shrinkwrap.json');
const SBOM = join(ROOT, 'sbom.cdx.json');

/** The rest is for developers. Not `private`: a registry of one's own may serve the tarball. */
const PUBLISHED = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'engines',
  'bin',
  'files',
  'dependencies',
];

const [step] = process.argv.slice(2);
if (step === 'prepare') prepare();
else if (step === 'restore') restore();
else throw new Error('Usage: node .ci/pack.ts prepare|restore');

function prepare(): void {
  restore();
  const bundler = join(ROOT, 'node_modules/rolldown');
  if (!existsSync(bundler)) throw new Error('The bundler is not installed: run npm ci, then npm pack again.');
  execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts')], { stdio: 'inherit' });
  copyFileSync(README, KEPT_README);
  writeFileSync(README, withoutSourceLinks(readFileSync(README, 'utf8')));
  copyFileSync(MANIFEST, KEPT);
  const manifest = readJson(MANIFEST) as Readonly<Record<string, unknown>>;
  const published = Object.fromEntries(PUBLISHED.map((key) => [key, manifest[key]]));
  writeJson(MANIFEST, { ...published, ...repository() });
  writeJson(SHRINKWRAP, toShrinkwrap(published, readJson(join(ROOT, 'package-lock.json')) as Lock));
  writeFileSync(
    SBOM,
    execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], { cwd: ROOT }),
  );
}

/** The package has what was bundled from the sources, and not the sources. */
function withoutSourceLinks(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\(src\/[\w/-]+\.ts\)/g, '$1');
}

/** Provenance is granted to packages alone that name the repository they are built from; only its own CI knows that. */
function repository(): object {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  return server === undefined || name === undefined
    ? {}
    : { repository: { type: 'git', url: `git+${server}/${name}.git` } };
}

function restore(): void {
  rmSync(SHRINKWRAP, { force: true });
  rmSync(SBOM, { force: true });
  if (existsSync(KEPT_README)) renameSync(KEPT_README, README);
  if (!existsSync(KEPT)) return;
  // Repaired by hand, it was edited since.
  if ('scripts' in (readJson(MANIFEST) as object)) rmSync(KEPT);
  else renameSync(KEPT, MANIFEST);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
