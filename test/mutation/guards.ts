/**
 * `npm run test:mutation -- --guards`: takes one guard of the program out at a time, in a copy of the tree, and runs the
 * test that is said to notice. Unlike mutants, guards may be watched by tests of the proof tier, which spawn the program.
 */

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
const FOLDERS = ['src', 'test', '.config', '.ci', 'bench', 'deploy', 'docs', 'migrations'];
const TEXTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'Dockerfile', 'LICENSE'];
const SETTINGS = ['manifest.yml', 'package.json', 'package-lock.json', 'tsconfig.json'];

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

/** Runs all whose row, test or file holds `part`; true where there are any and each was noticed. */
export async function tryGuards(part: string): Promise<boolean> {
  const rows = allRows();
  const guards = readGuards().filter((guard) => JSON.stringify(guard).includes(part));
  if (guards.length === 0) console.log(`no guard holds ${part}`);
  const tests = guards.map((guard) => testOf(guard, rows)).filter((test) => test !== null);
  const passing = await passingTests(copyTree(), tests);
  const queue = [...guards];
  const missed: string[] = [];
  const work = async (): Promise<void> => {
    const tree = copyTree();
    for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
      const result = await tryGuard(tree, { guard, test: testOf(guard, rows), passing });
      console.log(`${result.padEnd(11)} ${guard.row ?? guard.shown ?? ''} (${guard.file})`);
      if (result !== 'noticed') missed.push(result);
    }
    rmSync(tree, { recursive: true });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`\n${guards.length - missed.length} of ${guards.length} guards noticed`);
  return guards.length > 0 && missed.length === 0;
}

function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'guards-'));
  for (const path of [...FOLDERS, ...TEXTS, ...SETTINGS])
    cpSync(join(ROOT, path), join(tree, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

type Test = Pick<Row, 'file' | 'test'>;

interface Attempt {
  readonly guard: Guard;
  readonly test: Test | null;
  /** Those that pass while no guard is out. */
  readonly passing: ReadonlySet<string>;
}

async function tryGuard(tree: string, { guard, test, passing }: Attempt) {
  if (test === null) return 'no row';
  const isSound = passing.has(keyOf(test)) || (await outcomeOf(tree, test)) === 'passes';
  if (!isSound) return 'red before';
  const path = join(tree, guard.file);
  const original = readFileSync(path, 'utf8');
  const changed = original.replace(guard.from, () => guard.to);
  writeFileSync(path, changed);
  const outcome = await outcomeOf(tree, test);
  // Kills at random may miss it once.
  const again = outcome === 'passes' ? await outcomeOf(tree, test) : outcome;
  writeFileSync(path, original);
  return RESULTS[again];
}

/** A program that does not even load says nothing of what the test notices. */
const RESULTS = { fails: 'noticed', passes: 'unnoticed', 'does not run': 'did not run' } as const;

function keyOf({ file, test }: Test): string {
  return `${file}: ${test}`;
}

/** All in one run, and in a tree that is gone afterwards: each alone would take as long as its guard. */
async function passingTests(tree: string, tests: readonly Test[]): Promise<ReadonlySet<string>> {
  const passed = new Set<string>();
  for (const ofTier of Map.groupBy(tests, ({ file }) => configOf(file)).values()) {
    const { testResults } = await runTests(tree, ofTier, []);
    for (const test of ofTier) {
      const statuses = statusesOf(tree, { test, testResults });
      if (statuses.length > 0 && statuses.every((status) => status === 'passed')) passed.add(keyOf(test));
    }
  }
  rmSync(tree, { recursive: true });
  return passed;
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});
type TestResults = z.infer<typeof reportSchema>['testResults'];

async function outcomeOf(tree: string, test: Test): Promise<keyof typeof RESULTS> {
  const { code, testResults } = await runTests(tree, [test], ['--bail', '1']);
  const statuses = statusesOf(tree, { test, testResults });
  // Of a process that dies in a test, the report says that it is pending; of a program that does not load, nothing.
  const hasRun = statuses.some((status) => status !== 'skipped');
  if (!hasRun) return 'does not run';
  // Also where an error that nothing handles comes beside a test that passes: only this test runs.
  return code === 0 ? 'passes' : 'fails';
}

/** Of the cases of a test, those that were skipped among them. */
function statusesOf(tree: string, { test, testResults }: { test: Test; testResults: TestResults }): string[] {
  return testResults
    .filter(({ name }) => name === join(tree, runsIn(test.file)))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => new RegExp(patternOf(test.test)).test(fullName))
    .map(({ status }) => status);
}

/** Those of one tier. */
async function runTests(tree: string, tests: readonly Test[], options: readonly string[]) {
  const files = new Set(tests.map(({ file }) => runsIn(file)));
  const names = tests.map(({ test }) => patternOf(test)).join('|');
  const report = join(tree, 'report.json');
  rmSync(report, { force: true });
  const reporting = ['--reporter', 'json', '--outputFile', report];
  const named = ['--config', configOf(tests[0]?.file ?? ''), ...options, ...files, '-t', names];
  const args = [join(tree, 'node_modules/vitest/vitest.mjs'), 'run', ...reporting, ...named];
  const child = spawn(process.execPath, args, {
    cwd: tree,
    // In CI a skip fails the run, and all other tests are skipped here. What is compiled goes with the tree.
    env: { ...process.env, CI: '', NODE_COMPILE_CACHE: join(tree, 'compiled') },
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const testResults = existsSync(report)
    ? reportSchema.parse(JSON.parse(readFileSync(report, 'utf8'))).testResults
    : [];
  return { code, testResults };
}

function configOf(file: string): string {
  return `.config/vitest${file.startsWith('test/proof/') ? '.proof' : ''}.config.ts`;
}

/** A suite of the store runs in the file of its database. */
function runsIn(file: string): string {
  return file.endsWith('.test.ts') ? file : 'test/store/drivers/sqlite.test.ts';
}

function patternOf(test: string): string {
  return test
    .slice(0, NAME_MAX)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/%([sdijo]|$)|\\\$\w+/g, '.*');
}
