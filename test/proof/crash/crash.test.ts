import { describe, expect, test, vi } from 'vitest';
import { killAtPoint } from './each-point.ts';
import { killAtRandom } from './random-kills.ts';

// A post that was never made is looked for during half a minute before it is made again.
vi.setConfig({ testTimeout: 400_000, maxConcurrency: 4 });

/** A few of them, spread over the story: `npm run crash-test` takes every one. */
const POINTS = [5, 25, 38, 43, 60, 75, 90, 120];

describe.concurrent('a process that is killed', () => {
  test.each(POINTS)('at point %i is followed by one that loses and doubles nothing', async (point) => {
    const { wrongs, log } = await killAtPoint(point);
    expect(wrongs, log.slice(-4_000)).toEqual([]);
  });

  test('at random moments, while a share of all calls fails, loses and doubles nothing', async () => {
    const { wrongs, reported, failedStarts, log } = await killAtRandom({ seed: 11, kills: 4 });
    expect(wrongs, log.slice(-4_000)).toEqual([]);
    expect(failedStarts).toBe(0);
    expect(reported).toBeGreaterThan(0);
  });
});
