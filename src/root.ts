/** The project's or package's own files. A bundle has its modules elsewhere than the sources, so they are found upwards. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not `meta.dirname`: Node 18 lacks it, and its version is checked later.
const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** `path` is relative to package.json. */
export function pathInRoot(path: string): string {
  return join(ROOT, path);
}

let known: string | undefined;

/** Read once. */
export function readVersion(): string {
  known ??= (JSON.parse(readFileSync(pathInRoot('package.json'), 'utf8')) as { version: string }).version;
  return known;
}

function findRoot(folder: string): string {
  const above = dirname(folder);
  return above === folder || existsSync(join(folder, 'package.json')) ? folder : findRoot(above);
}
