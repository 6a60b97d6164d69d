import { expect, it } from 'vitest';
import { isBelow } from '../../src/scan/threshold.ts';
import { playMonth, type ReplayedScan } from './month.ts';

/** Numbers in [0, 1) that a seed gives again and again. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const MONTHS = Array.from({ length: 60 }, (_, seed) => playMonth(randomOf(seed)));
const mentions = (scans: readonly ReplayedScan[]): number =>
  scans.reduce((sum, scan) => sum + scan.mentions, 0);
const isTold = ({ report }: ReplayedScan): boolean => !isBelow('new-high', report);

it('in a month of 1,000 scans, new and high or worse saves nine of ten mentions', () => {
  const shares = MONTHS.map((scans) => mentions(scans.filter(isTold)) / mentions(scans));
  expect(new Set(MONTHS.map(({ length }) => length))).toEqual(new Set([1_000]));
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThanOrEqual(0.1);
  expect(Math.max(...shares)).toBeLessThan(0.13);
});

it('in none of these months, a new critical or a failure is missed', () => {
  const silent = MONTHS.flat().filter((scan) => !isTold(scan));
  expect(silent.filter(({ newCritical }) => newCritical > 0)).toEqual([]);
  expect(silent.filter(({ report }) => report.error !== '')).toEqual([]);
});
