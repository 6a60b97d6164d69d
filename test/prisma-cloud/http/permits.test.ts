import { expect, test } from 'vitest';
import { permitAt, type Priority } from '../../../src/prisma-cloud/http/permits.ts';

test.each<[Priority, counted: number, firstFreeMs: number, at: number]>([
  ['interactive', 29, 1_000, 0],
  ['interactive', 30, 1_000, 1_000],
  ['high', 26, 1_000, 0],
  ['high', 27, 1_000, 1_000],
  ['high', 29, 1_000, 3_000],
  ['background', 11, 30_000, 0],
  // The rest is spread until the next one no longer counts …
  ['background', 14, 22_000, 2_000],
  ['background', 20, 10_000, 2_000],
  // … but neither closer than the limit is renewed, nor twice as far apart.
  ['background', 20, 1_000, 1_250],
  ['background', 23, 30_000, 2_500],
  ['background', 24, 5_000, 5_000],
])(
  'a request of %s with %i counted, the first for %i ms, leaves at %i',
  (priority, counted, firstFreeMs, at) => {
    const times = Array.from({ length: counted }, (_, index) => firstFreeMs + index * 1_000);
    expect(permitAt(priority, times, { now: 0, lastPollAt: 0 })).toBe(at);
  },
);
