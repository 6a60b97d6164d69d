/** `npm run simulate -- --seeds 100000 [--from 1]` plays many seeds; `--seed 42` plays one and prints all of it. */

import { parseArgs } from 'node:util';
import { type Played, play } from './run.ts';

const REPORT_EVERY_MS = 10_000;
const COUNTED = ['watches', 'subscriptions', 'boards', 'completions', 'notices', 'processes'] as const;

const USAGE = `npm run simulate -- [--seeds N] [--from M]   plays N seeds (1000), from M (1) on; stops at the first failure
npm run simulate -- --seed N               plays one seed and prints all that happens
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const numbers = readNumbers();
  if (numbers === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { seed, seeds, from } = numbers;
  return seed === null ? playMany(from, seeds) : playOne(seed);
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
    const numbers = { seed, seeds: Number(values.seeds ?? 1_000), from: Number(values.from ?? 1) };
    const isWhole = Object.values(numbers).every((number) => number === null || Number.isSafeInteger(number));
    return isWhole ? numbers : null;
  } catch {
    return null;
  }
}

async function playOne(seed: number): Promise<number> {
  const played = await play(seed, { isTraced: true });
  console.log(played.trace.join('\n'));
  return report(played);
}

/** Stops at the first failure, and plays it again to print it. */
async function playMany(from: number, seeds: number): Promise<number> {
  const progress = createProgress();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const played = await play(seed);
    progress.note(played);
    if (played.violations.length === 0) continue;
    progress.print();
    return playOne(seed);
  }
  progress.print();
  return 0;
}

/** Says once in a while how far it is and how fast. */
function createProgress() {
  const beganAt = performance.now();
  let printedAt = beganAt;
  let seeds = 0;
  const sums = {
    watches: 0,
    subscriptions: 0,
    boards: 0,
    completions: 0,
    notices: 0,
    processes: 0,
    mostRequests: 0,
  };
  const print = (): void => {
    printedAt = performance.now();
    const perSecond = (seeds / (printedAt - beganAt)) * 1_000;
    console.log(`${String(seeds)} seeds, ${perSecond.toFixed(1)} a second: ${JSON.stringify(sums)}`);
  };
  return {
    print,
    note({ facts }: Played): void {
      seeds += 1;
      for (const key of COUNTED) sums[key] += facts[key];
      sums.mostRequests = Math.max(sums.mostRequests, facts.mostRequests);
      if (performance.now() - printedAt >= REPORT_EVERY_MS) print();
    },
  };
}

function report({ seed, violations, facts }: Played): number {
  console.log(`seed ${String(seed)}: ${JSON.stringify(facts)}`);
  for (const { invariant, text } of violations) console.log(`${invariant} is broken: ${text}`);
  if (violations.length === 0) return 0;
  console.log(`play it again: npm run simulate -- --seed ${String(seed)}`);
  return 1;
}
