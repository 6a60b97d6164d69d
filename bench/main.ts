/**
 * `npm run bench` measures every row in rows/, `npm run bench -- NAME…` those that are named, each in a process of its own.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { callApart } from './apart.ts';
import { recordSection } from './results.ts';
import type { Row, Sample } from './row.ts';

const ROWS = join(import.meta.dirname, 'rows');

/** Called apart: the process that writes the results does not measure. */
export async function runRow(name: string): Promise<readonly Sample[]> {
  const row = (await readRows()).find((candidate) => candidate.name === name);
  return row === undefined ? [] : row.run();
}

async function runAll(names: readonly string[]): Promise<void> {
  const rows = await readRows();
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    console.error(
      `No such row: ${unknown.join(', ')}. There are:\n${rows.map(({ name, title }) => `  ${name}: ${title}`).join('\n')}`,
    );
    process.exitCode = 2;
    return;
  }
  for (const row of rows.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${row.name}: ${row.title} …`);
    const samples = callApart({ file: import.meta.filename, exported: 'runRow', args: [row.name] });
    console.log(recordSection(row, samples as readonly Sample[]));
  }
}

async function readRows(): Promise<readonly Row[]> {
  const files = readdirSync(ROWS).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.toSorted().map((file) => import(`./rows/${file}`) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) => Object.values(module).filter(isRow));
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'name' in value && 'run' in value;
}

if (process.argv[1] === import.meta.filename) await runAll(process.argv.slice(2));
