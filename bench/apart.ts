/**
 * Calls a function that a module exports in a process of its own: mocked timers and a warm compiler of one measurement would
 * change the next. Arguments and result cross as JSON.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Call {
  readonly file: string;
  readonly exported: string;
  readonly args: readonly unknown[];
}

let calls = 0;

export function callApart(call: Call): unknown {
  const into = join(tmpdir(), `scanprogress-bench-${process.pid}-${(calls += 1)}.json`);
  const command = [import.meta.filename, into, JSON.stringify(call)];
  execFileSync(process.execPath, command, { stdio: 'inherit' });
  const result: unknown = JSON.parse(readFileSync(into, 'utf8'));
  rmSync(into);
  return result;
}

async function answerCall([into = '', given = '']: readonly string[]): Promise<void> {
  const { file, exported, args } = JSON.parse(given) as Call;
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const called = module[exported] as (...args: readonly unknown[]) => unknown;
  writeFileSync(into, JSON.stringify(await called(...args)));
  // What was measured leaves sockets and pools behind.
  process.exit();
}

// Not awaited here: the module that is called imports this one.
if (process.argv[1] === import.meta.filename) void answerCall(process.argv.slice(2));
