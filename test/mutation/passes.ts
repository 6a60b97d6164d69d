/** One pass: a dry run tells which tests reach which mutants; then each mutant meets its tests until one fails. */

import { availableParallelism } from 'node:os';
import type { DryFile, Try } from './job.ts';
import { runWorker } from './worker.ts';

export interface Pass {
  readonly project: string;
  readonly files: readonly string[];
  readonly targets: readonly string[];
  /** Mutants that are alive still. */
  readonly alive: ReadonlySet<number>;
  /** The whole app reaches nearly every line: only tests that reach the fewest lines run. */
  readonly testsMax: number;
}

export interface Killed {
  readonly id: number;
  readonly by: string;
}

const WORKERS = availableParallelism();
/** A worker restarts after this number of tries, so that leftovers of tests do not pile up. */
const TRIES_PER_WORKER = 150;

export async function runPass(pass: Pass): Promise<{ killed: Killed[]; reached: Set<number> }> {
  const dry = await runDry(pass);
  const tries = planTries(pass, dry);
  const queue = chunks(tries, Math.min(TRIES_PER_WORKER, Math.ceil(tries.length / WORKERS)));
  const killed: Killed[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      killed.push(...(await tryAll(pass, next)));
      done += next.length;
      process.stderr.write(`  ${pass.project}: ${String(done)} of ${String(tries.length)} mutants tried\n`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return { killed, reached: new Set(tries.map(({ id }) => id)) };
}

async function runDry({ project, files, targets }: Pass): Promise<DryFile[]> {
  const shares = Map.groupBy(files, (file) => files.indexOf(file) % WORKERS).values();
  const outcomes = await Promise.all(
    Array.from(shares, (share) => runWorker({ project, targets, files: share, tries: [] })),
  );
  const dry = outcomes.flatMap(({ lines }) => lines.filter((line) => line.kind === 'dry'));
  for (const { file, failed } of dry) {
    if (failed.length > 0)
      console.warn(`Without any mutant these fail, and are left out: ${file}: ${failed.join('; ')}`);
  }
  const missing = files.filter((file) => !dry.some((one) => one.file === file));
  if (missing.length > 0) {
    const printed = outcomes.map((one) => one.printed).join('\n');
    throw new Error(`A worker failed before ${missing.join(', ')}:\n${printed.slice(-5_000)}`);
  }
  return dry;
}

function planTries({ alive, testsMax }: Pass, dry: readonly DryFile[]): Try[] {
  const reach = new Map<string, number>();
  const hitBy = new Map<number, { file: DryFile; ids: readonly string[] }[]>();
  for (const file of dry) {
    for (const [key, ids] of Object.entries(file.hits)) {
      hitBy.set(Number(key), [...(hitBy.get(Number(key)) ?? []), { file, ids }]);
      for (const id of ids) reach.set(id, (reach.get(id) ?? 0) + 1);
    }
  }
  return [...hitBy]
    .filter(([id]) => alive.has(id))
    .toSorted(([a], [b]) => a - b)
    .map(([id, hits]) => {
      const isStatic = hits.some(({ ids }) => ids.includes(''));
      const tests = hits.flatMap(({ file, ids }) =>
        (ids.includes('') ? file.testIds : ids).map((testId) => ({
          file: file.file,
          testId,
          reach: reach.get(testId) ?? 0,
        })),
      );
      const chosen = tests
        .toSorted((a, b) => a.reach - b.reach || (a.testId < b.testId ? -1 : 1))
        .slice(0, testsMax);
      const byFile = Map.groupBy(chosen, ({ file }) => file);
      return {
        id,
        isStatic,
        tests: [...byFile].map(([file, own]) => ({ file, testIds: own.map(({ testId }) => testId) })),
      };
    });
}

/** A mutant that hangs its worker is killed; the rest continue in a new one. */
async function tryAll({ project, targets }: Pass, tries: readonly Try[]): Promise<Killed[]> {
  const killed: Killed[] = [];
  for (let rest = tries; rest.length > 0;) {
    const { lines, isHung, printed } = await runWorker({ project, targets, files: [], tries: rest });
    for (const line of lines) {
      if (line.kind === 'tried' && line.killedBy !== null) killed.push({ id: line.id, by: line.killedBy });
    }
    const began = lines.findLast((line) => line.kind === 'began');
    if (began === undefined) throw new Error(`A worker failed:\n${printed.slice(-5_000)}`);
    const isDone = lines.some((line) => line.kind === 'tried' && line.id === began.id);
    if (!isDone) killed.push({ id: began.id, by: isHung ? 'it hangs' : 'it ends the process' });
    rest = rest.slice(rest.findIndex(({ id }) => id === began.id) + 1);
  }
  return killed;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = size > 0 ? Math.ceil(items.length / size) : 0;
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
