/** The one source of chance of a run: the same seed gives the same numbers in the same order. */

export interface Chance {
  /** In [0, 1). */
  readonly next: () => number;
  /** True as often as `share` of 1 says. */
  hits(share: number): boolean;
  /** A whole number, both ends included. */
  between(from: number, to: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** A source of its own: what one part draws does not move the others. */
  fork(): Chance;
}

/** Small and good enough to choose faults with: a Weyl sequence whose bits are mixed (splitmix32). */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    hits: (share) => share > 0 && next() < share,
    between,
    pick: (values) => values[between(0, values.length - 1)] ?? values[0],
    fork: () => createChance(between(0, 2 ** 31 - 1)),
  };
}
