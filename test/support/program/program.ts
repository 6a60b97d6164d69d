/** The program as an operator runs it: a process of its own, with what it prints and how it ends. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../project.ts';
import { type Environment, type Found, waitUntil } from '../surroundings.ts';

export type { Environment, Found };

export interface Program {
  /** Everything printed so far, standard error included. */
  readonly output: () => string;
  readonly signal: (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => void;
  readonly isRunning: () => boolean;
  /** The exit code, or the signal that it died of. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Ends it whatever it does. */
  readonly kill: () => Promise<void>;
}

interface Run {
  readonly args?: readonly string[];
  /** All that it sees of the environment, but for PATH. */
  readonly environment: Environment;
  /** Its working directory, where files without an explicit path would show up. */
  readonly directory: string;
}

/** `script` is a path from the root of the project. */
export function runProgram(script: string, { args = [], environment, directory }: Run): Program {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  // A run of tests that is broken off leaves no program behind.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', killNow);
    return (code ?? signal) as number | NodeJS.Signals | null;
  });
  return {
    output: () => printed,
    signal: (signal) => void child.kill(signal),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    ended,
    kill: async () => {
      killNow();
      await ended;
    },
  };
}

/** Its exit code, or SIGKILL where it has not ended after minutes, and all that it printed. */
export async function runToEnd(script: string, run: Run) {
  const program = runProgram(script, run);
  const timer = setTimeout(() => void program.kill(), PATIENCE_MS);
  const code = await program.ended;
  clearTimeout(timer);
  return { code, output: program.output() };
}

/** Enough for a start; nothing listens at port 1. */
export const UNREACHABLE = {
  SLACK_BOT_TOKEN: 'xoxb-1-a',
  SLACK_APP_TOKEN: 'xapp-1-a',
  SLACK_API_URL: 'http://127.0.0.1:1/api/',
  PRISMA_CONSOLE_URL: 'http://127.0.0.1:1',
  PRISMA_USERNAME: 'demo',
  PRISMA_PASSWORD: 'demo',
  PORT: '0',
};

/** Two cores may be shared with many: this is how long a miracle takes, not how long a test does. */
const PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 50;

interface Wait<T> {
  readonly what: string;
  readonly look: () => T | Promise<T>;
  /** Those that might tell why it does not come to it. */
  readonly programs: readonly Program[];
}

export function waitFor<T>({ what, look, programs }: Wait<T>): Promise<Found<T>> {
  const printed = () => programs.map(lastWords).join('\n');
  return waitUntil(what, look, { forMs: PATIENCE_MS, firstPauseMs: LOOK_EVERY_MS, printed });
}

function lastWords({ isRunning, output }: Program): string {
  return `A program that ${isRunning() ? 'runs' : 'has ended'} printed:\n${output().slice(-4_000)}`;
}

/** Waits until the program has printed this; fails where it ends without. */
export async function whenPrinted(program: Program, text: RegExp): Promise<void> {
  const what = `output like ${String(text)}`;
  let hasEnded = false;
  void program.ended.then(() => (hasEnded = true));
  const look = (): boolean => {
    const isPrinted = text.test(program.output());
    if (hasEnded && !isPrinted) throw new Error(`no ${what}.\n${lastWords(program)}`);
    return isPrinted;
  };
  await waitFor({ what, look, programs: [program] });
}
