/** Runs lanes: a process each, watched from outside, because a mutant may never come back. */

import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, type Job, type JobLine } from './job.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = join(ROOT, '.config/vitest.mutation.config.ts');
/** No try takes as long: what does is killed from outside. */
const SILENCE_MAX_MS = 90_000;
const CHECK_MS = 250;

export interface Outcome {
  readonly lines: readonly JobLine[];
  readonly isHung: boolean;
  /** What vitest printed, for a lane that broke. */
  readonly printed: string;
}

export async function runWorker(job: Omit<Job, 'output'>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  const output = join(folder, 'lines');
  const printed = join(folder, 'printed');
  writeFileSync(output, '');
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, output }));
  const log = openSync(printed, 'w');
  const child = spawn(process.execPath, [VITEST, 'run', '--config', CONFIG], {
    cwd: ROOT,
    env: { ...process.env, MUTATION_JOB: join(folder, 'job.json') },
    stdio: ['ignore', log, log],
    // A group of its own, so that the worker dies with it.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isHung = await watch(output, exited);
  if (isHung && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await exited;
  const outcome = { lines: readLines(output), isHung, printed: readFileSync(printed, 'utf8') };
  rmSync(folder, { recursive: true });
  return outcome;
}

/** Whether it stopped writing before it ended. */
async function watch(output: string, exited: Promise<void>): Promise<boolean> {
  let size = -1;
  let heardAt = performance.now();
  for (;;) {
    const hasExited = await Promise.race([exited.then(() => true), sleep(CHECK_MS, false)]);
    if (hasExited) return false;
    const now = readFileSync(output).length;
    if (now !== size) heardAt = performance.now();
    else if (performance.now() - heardAt > SILENCE_MAX_MS) return true;
    size = now;
  }
}

function readLines(output: string): JobLine[] {
  const lines = readFileSync(output, 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JobLine]));
}
