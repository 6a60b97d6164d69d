/** `npm run simulate -- --seeds 100000 [--from 1]` plays many seeds; `--seed 42` plays one and prints all of it. */

import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { playMany } from './crowd.ts';
import { type Played, play } from './run.ts';

const REPORT_EVERY_MS = 10_000;
/** The proof that nothing is broken. */
const SEEDS = 10_000;

const USAGE = `npm run simulate -- [--seeds N] [--from M]   plays N seeds (${String(SEEDS)}), from M (1) on; stops at the first failure
npm run simulate -- --seed N               plays one seed and prints all that happens
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const numbers = readNumbers();
  if (numbers === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (numbers.seed !== null) return playOne(numbers.seed);
  const progress = createProgress();
  const failed = await playMany({ ...numbers, onPlayed: (played) => progress.note(played) });
  progress.print();
  return failed === null ? 0 : playOne(failed);
}

interface Numbers {
  readonly seed: number | null;
  readonly seeds: number;
  readonly from: number;
}

/** null where an option is not known, or is no number. */
function readNumbers(): Numbers | null {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { seed: text, seeds: text, from: text } });
    const seed = values.seed === undefined ? null : Number(values.seed);
    const numbers = { seed, seeds: Number(values.seeds ?? SEEDS), from: Number(values.from ?? 1) };
    const isWhole = Object.values(numbers).every((number) => number === null || Number.isSafeInteger(number));
    return isWhole ? numbers : null;
  } catch {
    return null;
  }
}

/** 1 where it breaks a promise. */
async function playOne(seed: number): Promise<number> {
  const { trace, violations, facts } = await play(seed, { isTraced: true });
  console.log(trace.join('\n'));
  console.log(`seed ${String(seed)}: ${JSON.stringify(facts)}`);
  for (const { invariant, text } of violations) console.log(`${invariant} is broken: ${text}`);
  if (violations.length === 0) return 0;
  console.log(`play it again: npm run simulate -- --seed ${String(seed)} (${commit()})`);
  return 1;
}

function commit(): string {
  try {
    return `commit ${execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=40'], { encoding: 'utf8' }).trim()}`;
  } catch {
    return 'commit not known';
  }
}

/** Says once in a while how far it is and how fast. */
function createProgress() {
  const beganAt = performance.now();
  let printedAt = beganAt;
  let seeds = 0;
  const sums = new Map<string, number>();
  const print = (): void => {
    printedAt = performance.now();
    const perSecond = (seeds / (printedAt - beganAt)) * 1_000;
    console.log(
      `${String(seeds)} seeds, ${perSecond.toFixed(1)} a second: ${JSON.stringify(Object.fromEntries(sums))}`,
    );
  };
  return {
    print,
    note({ facts: { mostRequests, ...counted } }: Played): void {
      seeds += 1;
      for (const [key, count] of Object.entries(counted)) sums.set(key, (sums.get(key) ?? 0) + count);
      sums.set('mostRequests', Math.max(sums.get('mostRequests') ?? 0, mostRequests));
      if (performance.now() - printedAt >= REPORT_EVERY_MS) print();
    },
  };
}
