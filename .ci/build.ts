/**
 * `npm run build`: dist, the program as published. Bundled with its libraries, because Node spends most of a start on
 * finding and compiling a thousand modules.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');
/** Native, and what only some installations load: both stay in node_modules. */
const APART = ['better-sqlite3', 'pg'];

// What was renamed or removed since the last build would be packed all the same.
rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
await build({
  cwd: ROOT,
  input: { 'cli/cli': 'src/cli/cli.ts' },
  platform: 'node',
  external: APART,
  logLevel: 'warn',
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'program/[name]-[hash].js' },
});
