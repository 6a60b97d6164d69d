/** npm on a machine that has Node and npm, and nothing else: no shell, no Python, no make, no compiler. */

import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `cli` is the npm to use; the one that PATH finds where left out. Rejects where it fails, with what it printed. */
export async function npmAlone(
  words: readonly string[],
  { cwd, cli }: { cwd: string; cli?: string },
): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'scanprogress-path-'));
  try {
    await symlink(process.execPath, join(path, 'node'));
    const args = [cli ?? (await findNpm()), ...words];
    const env = { ...process.env, PATH: path };
    const { stdout, stderr } = await run(process.execPath, args, { cwd, env });
    return stdout + stderr;
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function findNpm(): Promise<string> {
  return realpath((await run('sh', ['-c', 'command -v npm'])).stdout.trim());
}
