/**
 * What `npm pack` runs before and after it: builds dist, and puts a manifest into the package that names nothing which
 * only a checkout needs. Node and the local Slack are optional dependencies of the checkout, and npm would install them
 * with the package. `prepare` keeps the checkout's manifest beside the packed one until `restore` puts it back; a pack
 * that was broken off in between is mended by the next.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const MANIFEST = join(ROOT, 'package.json');
const KEPT = join(ROOT, 'package.json.checkout');

/** All else is for those who develop it. Not `private`: whoever has the tarball may keep it in a registry of their own. */
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
  // What was renamed or removed since the last build would be packed all the same.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', join(ROOT, '.config/tsconfig.build.json')], {
    stdio: 'inherit',
  });
  copyFileSync(MANIFEST, KEPT);
  const manifest = readManifest();
  const published = Object.fromEntries(PUBLISHED.map((key) => [key, manifest[key]]));
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}

function restore(): void {
  if (!existsSync(KEPT)) return;
  // Whoever mended it by hand has gone on writing since.
  if ('scripts' in readManifest()) rmSync(KEPT);
  else renameSync(KEPT, MANIFEST);
}

function readManifest(): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Readonly<Record<string, unknown>>;
}
