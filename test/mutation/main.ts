/**
 * `npm run test:mutation [-- [--near] [--sample N [--draw M]] PATH…]`: changes the program line by line and tells which changes no fast
 * test notices.
 * docs/testing.md says how to read what it prints.
 */

import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readAccepted } from './accepted.ts';
import { createRandom } from '../simulation/random.ts';
import { tryGuards } from './guards.ts';
import { expandTargets, numberMutants, ROOT } from './job.ts';
import { runPass } from './passes.ts';
import { report } from './report.ts';

const FOLDERS = ['scan', 'jobs', 'image', 'store', 'slack', 'prisma-cloud'].map((name) => `src/${name}`);
const FAR_TESTS_MAX = 40;

const { values, positionals } = parseArgs({
  options: {
    near: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    guards: { type: 'boolean', default: false },
    sample: { type: 'string', default: 'Infinity' },
    draw: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const sample = Number(values.sample);
if (!(sample >= 1))
  throw new Error(`--sample says how many mutants of each path to try, such as 100: ${values.sample}`);
const draw = Number(values.draw);
if (!Number.isSafeInteger(draw)) throw new Error(`--draw is the number of the sample: ${values.draw}`);
const paths = positionals.length > 0 ? positionals : FOLDERS;
process.exitCode = (values.guards ? await tryGuards(positionals[0] ?? '') : await tryPaths()) ? 0 : 1;

async function tryPaths(): Promise<boolean> {
  const testFiles = listTestFiles();
  let isGood = true;
  for (const path of paths) isGood = (await tryPath(path, testFiles)) && isGood;
  return isGood;
}

async function tryPath(path: string, testFiles: readonly TestFile[]): Promise<boolean> {
  const startedAt = performance.now();
  const targets = expandTargets([path]);
  const mutants = drawSample(numberMutants(targets), sample);
  const alive = new Set(mutants.map(({ id }) => id));
  const reached = new Set<number>();
  const killedBy = new Map<number, string>();
  for (const { project, files, testsMax } of planPasses(path, testFiles)) {
    const result = await runPass({ project, files, targets, alive, testsMax });
    for (const id of result.reached) reached.add(id);
    for (const { id, by } of result.killed) {
      alive.delete(id);
      killedBy.set(id, by);
    }
  }
  if (values.verbose)
    for (const { id, file, mutant } of mutants)
      if (killedBy.has(id)) console.log(`killed ${file} ${mutant.name} by ${killedBy.get(id) ?? ''}`);
  return report({
    path,
    targets,
    mutants,
    alive,
    reached,
    accepted: readAccepted(),
    isSample: sample < Infinity,
    ms: performance.now() - startedAt,
  });
}

/** At most `size` of them, at random but the same ones for each `--draw`, so that a test written for one can be seen to notice it. */
function drawSample<T>(mutants: readonly T[], size: number): T[] {
  const { next } = createRandom(draw);
  const drawn = mutants.map((mutant, index) => ({ mutant, index, lot: next() }));
  const chosen = drawn.toSorted((a, b) => a.lot - b.lot).slice(0, size);
  return chosen.toSorted((a, b) => a.index - b.index).map(({ mutant }) => mutant);
}

/** The tests of the same folder first: most mutants go no further than that. */
function planPasses(path: string, testFiles: readonly TestFile[]) {
  const [source = 'src'] = /^src\/[^/]+/.exec(path.endsWith('.ts') ? dirname(path) : path) ?? [];
  const folder = source.replace(/^src/, 'test');
  const isNear = (file: string) => file.startsWith(`${folder}/`);
  return [true, ...(values.near ? [] : [false])].flatMap((near) =>
    ['fake-clock', 'time-lapse'].flatMap((project) => {
      const ofPass = testFiles.filter((one) => one.projectName === project && isNear(one.file) === near);
      const files = ofPass.map(({ file }) => file);
      return files.length === 0 ? [] : [{ project, files, testsMax: near ? Infinity : FAR_TESTS_MAX }];
    }),
  );
}

interface TestFile {
  readonly file: string;
  readonly projectName: string;
}

function listTestFiles(): TestFile[] {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const given = ['list', '--config', '.config/vitest.config.ts', '--filesOnly', '--json'];
  const printed = execFileSync(process.execPath, [vitest, ...given], { cwd: ROOT, encoding: 'utf8' });
  const files = JSON.parse(printed) as { file: string; projectName: string }[];
  return files.map(({ file, projectName }) => ({ file: relative(ROOT, file), projectName }));
}
