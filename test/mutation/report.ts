/** What a person reads of a run: the score and what survived, by file. */

import type { Accepted } from './accepted.ts';
import type { numberMutants } from './job.ts';

interface Result {
  readonly path: string;
  readonly targets: readonly string[];
  readonly mutants: ReturnType<typeof numberMutants>;
  readonly alive: ReadonlySet<number>;
  /** Mutants that at least one test ran through. */
  readonly reached: ReadonlySet<number>;
  readonly accepted: Accepted;
  readonly isSample: boolean;
  readonly ms: number;
}

/** The score to reach, in percent of the mutants that are not accepted. */
const GOALS = new Map([
  ['src/scan', 90],
  ['src/jobs', 90],
]);
const GOAL = 85;

export function report({ path, targets, mutants, alive, reached, accepted, isSample, ms }: Result): boolean {
  const survivors = mutants.filter(({ id }) => alive.has(id));
  const reasonOf = ({ file, mutant }: (typeof mutants)[number]) => accepted[file]?.[mutant.name];
  const open = survivors.filter((one) => reasonOf(one) === undefined);
  const counted = mutants.length - (survivors.length - open.length);
  const killed = mutants.length - survivors.length;
  const score = counted === 0 ? 100 : (100 * killed) / counted;
  for (const [file, own] of Map.groupBy(open, (one) => one.file)) {
    console.log(`\n${file}`);
    for (const { id, mutant } of own) {
      console.log(`  ${String(mutant.line).padStart(4)} ${reached.has(id) ? ' ' : '!'} ${mutant.name}`);
    }
  }
  const stale = isSample ? [] : targets.flatMap((file) => findStale(file, accepted, survivors));
  for (const one of stale) console.log(`survivors.yaml names what does not survive: ${one}`);
  const goal = GOALS.get(/^src\/[^/]+/.exec(path)?.[0] ?? '') ?? GOAL;
  const counts = `${String(killed)} killed, ${String(open.length)} survived, ${String(survivors.length - open.length)} accepted`;
  const seconds = Math.round(ms / 1_000);
  console.log(
    `\n${path}: ${score.toFixed(1)} % (goal ${String(goal)} %): ${counts}, in ${String(seconds)} s\n`,
  );
  return score >= goal && stale.length === 0;
}

function findStale(file: string, accepted: Accepted, survivors: Result['mutants']): string[] {
  const names = new Set(survivors.filter((one) => one.file === file).map(({ mutant }) => mutant.name));
  return Object.keys(accepted[file] ?? {}).flatMap((name) => (names.has(name) ? [] : [`${file}: ${name}`]));
}
