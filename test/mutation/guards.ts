/**
 * `npm run test:mutation -- --guards`: takes one guard of the program out at a time, in a copy of the tree, and runs the
 * test that is said to notice. Unlike mutants, guards may be watched by tests of the proof tier, which spawn the program.
 */

import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readRows, type Row } from '../support/shown-by.ts';
import { ROOT } from './job.ts';

const schema = z.array(
  z.object({
    /** Of docs/faults.md or docs/security.md, whose test must notice; else `shown` names it as they do. */
    row: z.string().optional(),
    shown: z
      .string()
      .regex(/^test\/\S+: ./)
      .optional(),
    file: z.string(),
    /** Stands once in the file. */
    from: z.string(),
    to: z.string(),
  }),
);
export type Guard = z.infer<typeof schema>[number];

/** Vitest cuts what a table's case is called after about so much. */
const NAME_MAX = 38;
const COPIED = [
  'src',
  'test',
  '.config',
  '.ci',
  'bench',
  'deploy',
  'docs',
  'migrations',
  'manifest.yml',
  'package.json',
];
const COPIED_TOO = [
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'Dockerfile',
  'LICENSE',
];

const FOLDER = join(import.meta.dirname, 'guards');

export function readGuards(): Guard[] {
  return globSync('*.yaml', { cwd: FOLDER }).flatMap((file) =>
    schema.parse(parse(readFileSync(join(FOLDER, file), 'utf8'))),
  );
}

export function allRows(): Row[] {
  return ['docs/faults.md', 'docs/security.md'].flatMap((document) => readRows(document).rows);
}

/** The test that must notice; null where its row is gone. */
export function testOf({ row, shown }: Guard, rows: readonly Row[]): Pick<Row, 'file' | 'test'> | null {
  const [, file = '', test = ''] = /^(\S+): (.+)$/.exec(shown ?? '') ?? [];
  return row === undefined ? { file, test } : (rows.find(({ what }) => what === row) ?? null);
}

/** Runs all whose row, test or file holds `part`; true where each was noticed. */
export async function tryGuards(part: string): Promise<boolean> {
  const rows = allRows();
  const guards = readGuards().filter((guard) => JSON.stringify(guard).includes(part));
  const queue = [...guards];
  const missed: string[] = [];
  const work = async (): Promise<void> => {
    const tree = copyTree();
    for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
      const result = await tryGuard(tree, guard, testOf(guard, rows));
      console.log(`${result.padEnd(9)} ${guard.row ?? guard.shown ?? ''} (${guard.file})`);
      if (result !== 'noticed') missed.push(result);
    }
    rmSync(tree, { recursive: true });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`\n${guards.length - missed.length} of ${guards.length} guards noticed`);
  const unguarded = rows.filter(({ what }) => !guards.some(({ row }) => row === what));
  if (part === '') console.log(`${unguarded.length} of ${rows.length} rows have no guard yet`);
  return missed.length === 0;
}

function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'guards-'));
  for (const path of [...COPIED, ...COPIED_TOO])
    cpSync(join(ROOT, path), join(tree, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

async function tryGuard(tree: string, guard: Guard, test: Pick<Row, 'file' | 'test'> | null) {
  if (test === null) return 'no row';
  const path = join(tree, guard.file);
  const original = readFileSync(path, 'utf8');
  const isSound = await passes(tree, test);
  writeFileSync(
    path,
    original.replace(guard.from, () => guard.to),
  );
  const isBlind = await passes(tree, test);
  writeFileSync(path, original);
  if (!isSound) return 'red before';
  return isBlind ? 'unnoticed' : 'noticed';
}

async function passes(tree: string, { file, test }: Pick<Row, 'file' | 'test'>): Promise<boolean> {
  const config = `.config/vitest${file.startsWith('test/proof/') ? '.proof' : ''}.config.ts`;
  const name = test
    .slice(0, NAME_MAX)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/%([sdijo]|$)|\\\$\w+/g, '.*');
  // A suite of the store runs in the file of its database.
  const tests = file.endsWith('.test.ts') ? file : 'test/store/drivers/sqlite.test.ts';
  const vitest = join(tree, 'node_modules/vitest/vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, '--bail', '1', tests, '-t', name],
    {
      cwd: tree,
      // In CI a skip fails the run, and all but one test are skipped here.
      env: { ...process.env, CI: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let printed = '';
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  // Nothing that ran is nothing that passed.
  return code === 0 && /Tests: [1-9]\d* passed/.test(printed);
}
