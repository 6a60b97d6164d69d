/** A program that is measured, in a process of its own on a core of its own, and the processor time that it takes. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface MeasuredProgram {
  /** Of all its threads so far, ms. */
  readonly cpuMs: () => number;
  /** Resident memory, MB. */
  readonly memoryMb: () => number;
  readonly printed: () => string;
  /** Ends it whatever it does. */
  readonly kill: () => Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM_CORE = '0';
const OTHER_CORES = `1-${availableParallelism() - 1}`;
const canPin = process.platform === 'linux' && availableParallelism() > 1 && hasTaskset();

/** This process, which sends and receives, must not take the program's CPU time. */
export function leaveCoreToProgram(): void {
  if (canPin) execFileSync('taskset', ['-cp', OTHER_CORES, String(process.pid)], { stdio: 'ignore' });
}

/** `script` is a path from the root of the project. */
export function startProgram(script: string, environment: Readonly<Record<string, string>>): MeasuredProgram {
  const command = [process.execPath, ...profilerFlags(), join(ROOT, script)];
  const [file = '', ...args] = canPin ? ['taskset', '-c', PROGRAM_CORE, ...command] : command;
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-PRINTED_MAX);
    });
  const ended = once(child, 'close');
  const killNow = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killNow);
  return {
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    memoryMb: () => memoryMbOf(child.pid ?? 0),
    printed: () => printed,
    kill: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(killNow, 12_000);
      await ended;
      clearTimeout(late);
      process.off('exit', killNow);
    },
  };
}

const PRINTED_MAX = 10_000;

/** `PROFILE=folder npm run bench -- NAME` leaves a profile of each program there. */
function profilerFlags(): readonly string[] {
  const folder = process.env['PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/** Nanoseconds on a processor, as Linux counts them for each thread; NaN elsewhere. */
function cpuMsOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
    return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e6;
  } catch {
    return NaN;
  }
}

/** As Linux counts it; NaN elsewhere. */
function memoryMbOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1_000;
  } catch {
    return NaN;
  }
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function until(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > limitMs) throw new Error(`${what} did not come to pass`);
    await sleep(2);
  }
}

/** A folder for the program's database; `remove` takes it away. */
export function createFolder() {
  const path = mkdtempSync(join(tmpdir(), 'scanprogress-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
