/** What a lane, one process of vitest, is told and what it writes: the border between main.ts and runner.ts. */

import { appendFileSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findMutants, type Mutant } from './mutators.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** `''` stands for what a file does while it is imported. */
export interface TestsOfFile {
  readonly file: string;
  readonly testIds: readonly string[];
}

export interface Try {
  readonly id: number;
  /** It runs while a module is loaded: modules are loaded anew. */
  readonly isStatic: boolean;
  readonly tests: readonly TestsOfFile[];
}

export interface Job {
  readonly project: string;
  readonly targets: readonly string[];
  /** Where it writes lines of JSON. */
  readonly output: string;
  /** Either the files of a dry run, or mutants to be tried. */
  readonly files: readonly string[];
  readonly tries: readonly Try[];
}

export type JobLine =
  | { readonly kind: 'began'; readonly id: number }
  | { readonly kind: 'tried'; readonly id: number; readonly killedBy: string | null }
  | DryFile;

export interface DryFile {
  readonly kind: 'dry';
  readonly file: string;
  readonly failed: readonly string[];
  readonly testIds: readonly string[];
  /** Mutant → the tests that reached it, `''` for the import. */
  readonly hits: Readonly<Record<string, readonly string[]>>;
}

export function readJob(): Job {
  const file = process.env['MUTATION_JOB'];
  if (file === undefined) throw new Error('Mutants are tried by npm run test:mutation');
  return JSON.parse(readFileSync(file, 'utf8')) as Job;
}

export function writeLine({ output }: Job, line: JobLine): void {
  appendFileSync(output, `${JSON.stringify(line)}\n`);
}

/** Same files, same numbers: each lane counts by itself. */
export function numberMutants(targets: readonly string[]): { id: number; file: string; mutant: Mutant }[] {
  return targets
    .flatMap((file) =>
      findMutants(file, readFileSync(join(ROOT, file), 'utf8')).map((mutant) => ({ file, mutant })),
    )
    .map((one, id) => ({ id, ...one }));
}

/** A path or a folder under src → the files in it. */
export function expandTargets(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const isFolder = statSync(join(ROOT, path)).isDirectory();
    return isFolder ? globSync(`${path}/**/*.ts`, { cwd: ROOT }).toSorted() : [path];
  });
}
