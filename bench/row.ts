/**
 * What a row of the bench is: something measured in several rounds, in each of them beside its rivals, so that what the machine
 * does meanwhile meets all alike. A file in rows/ exports one or more rows; main.ts finds them there.
 */

export interface Row {
  /** `npm run bench -- NAME`. */
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What a reader must know of how it is measured, or why a goal is out of reach. */
  readonly note: string;
  /** Samples of at least ROUNDS rounds, those of one round taken one after the other. */
  run(): Promise<readonly Sample[]>;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly goals: readonly Goal[];
}

/** Of the program's figure itself, or where `rival` is named, of its ratio to the rival's in the same round. */
export interface Goal {
  readonly bound: 'at-most' | 'at-least';
  readonly value: number;
  readonly rival: string | null;
}

export interface Sample {
  /** OURS, or the name of a rival. */
  readonly contender: string;
  readonly round: number;
  /** By the names of the row's figures; one that a rival does not have is left out. */
  readonly figures: Readonly<Record<string, number>>;
}

export const OURS = 'scanprogress';
/** Fewer than the usual five while somebody works on a row. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);

export const atMost = (value: number): Goal => ({ bound: 'at-most', value, rival: null });
export const atLeast = (value: number): Goal => ({ bound: 'at-least', value, rival: null });
export const ratioAtMost = (value: number, rival: string): Goal => ({ bound: 'at-most', value, rival });

export type Contenders = Readonly<
  Record<string, (round: number) => Promise<Readonly<Record<string, number>>>>
>;

/** Each contender once a round, and every other round in the opposite order. */
export async function interleave(contenders: Contenders, rounds = ROUNDS): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const inTurn = Object.entries(contenders);
    for (const [contender, measure] of round % 2 === 0 ? inTurn : inTurn.toReversed()) {
      samples.push({ contender, round, figures: await measure(round) });
    }
  }
  return samples;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return null;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return { median: ((low ?? least) + (high ?? most)) / 2, least, most };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
