/**
 * `npm run crash-test -- [--kills 500] [--seed 1] [--points all|none|FROM-TO]`: first a kill at each point of a short
 * story in turn, then kills at random moments. Exit code 1 where anything was lost, doubled or drawn wrongly.
 */

import { parseArgs } from 'node:util';
import { killAtPoint, type PointResult } from './each-point.ts';
import { killAtRandom, type KillsResult } from './random-kills.ts';

/** Programs at once: they wait more than they work. */
const AT_ONCE = 4;

const USAGE = `npm run crash-test -- [--kills N] [--seed N] [--points all|none|FROM-TO]
  --kills   at random moments, in four worlds at once (500; 0 for none)
  --seed    of the random story (any)
  --points  of the short story, each of which is a kill in turn (all)
`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const isRight = [await runPoints(options.points), await runKills(options.kills, options.seed)];
  return isRight.every(Boolean) ? 0 : 1;
}

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly points: string;
}

/** null where an option is not known, or cannot be read. */
function readOptions(): Options | null {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { kills: text, seed: text, points: text } });
    const { points = 'all' } = values;
    const numbers = {
      kills: Number(values.kills ?? 500),
      seed: Number(values.seed ?? Date.now() % 1_000_000),
    };
    const isSound = Object.values(numbers).every((number) => Number.isSafeInteger(number) && number >= 0);
    return isSound && /^(all|none|\d+-\d+)$/.test(points) ? { ...numbers, points } : null;
  } catch {
    return null;
  }
}

async function runPoints(points: string): Promise<boolean> {
  if (points === 'none') return true;
  const [from = 1, to = Infinity] = points === 'all' ? [] : points.split('-').map(Number);
  let next = from;
  let isOver = false;
  const wrong: PointResult[] = [];
  let killed = 0;
  const run = async (): Promise<void> => {
    while (!isOver && next <= to) {
      const result = await killAtPoint(next++);
      // A story that ends by itself has no more points.
      if (result.killedAt === null && result.wrongs.length === 0) isOver = true;
      else killed += 1;
      if (result.wrongs.length > 0) wrong.push(result);
      if (killed % 20 === 0) print(`${killed} points, ${wrong.length} of them wrong`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  for (const { killAt, killedAt, wrongs, log } of wrong) {
    print(`killed at point ${killAt} (${killedAt ?? 'not reached'}): ${wrongs.join('; ')}\n${tail(log)}`);
  }
  print(`killed at each of ${killed} points in turn: ${wrong.length} went wrong`);
  return wrong.length === 0;
}

async function runKills(kills: number, seed: number): Promise<boolean> {
  if (kills === 0) return true;
  let done = 0;
  const onKill = (): void => {
    done += 1;
    if (done % 20 === 0) print(`${done} kills`);
  };
  const shares = Array.from({ length: AT_ONCE }, (_, index) => ({
    seed: seed + index,
    kills: Math.floor(kills / AT_ONCE) + (index < kills % AT_ONCE ? 1 : 0),
    onKill,
  }));
  const results = await Promise.all(shares.map(killAtRandom));
  for (const [index, { wrongs, log }] of results.entries()) {
    if (wrongs.length > 0) print(`seed ${seed + index}:\n  ${wrongs.join('\n  ')}\n${tail(log)}`);
  }
  const sum = (count: (result: KillsResult) => number) => results.reduce((all, one) => all + count(one), 0);
  print(
    `seed ${seed}: ${sum((one) => one.kills)} kills, ${sum((one) => one.failedStarts)} failed starts, ` +
      `${sum((one) => one.owed)} ends owed, ${sum((one) => one.reported)} told, ` +
      `${sum((one) => one.wrongs.length)} things wrong`,
  );
  return results.every(({ wrongs, failedStarts }) => wrongs.length === 0 && failedStarts === 0);
}

function tail(log: string): string {
  return log.split('\n').slice(-40).join('\n');
}
