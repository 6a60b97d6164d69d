import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/views/kit/sparkline.ts';

describe('a sparkline', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[0, 0], '▁▁'],
    [[5], '█'],
    [[1, null, 2], '▅·█'],
    [[null, NaN, Infinity], '···'],
    [[-3, 3], '▁█'],
    [[], ''],
  ])('draws %o as %s', (values, drawn) => {
    expect(sparkline(values)).toBe(drawn);
  });

  it('draws every value with one character, and a larger one never lower', () => {
    const value = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e300, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const drawn = sparkline(sorted);
        expect(drawn).toHaveLength(values.length);
        expect(Array.from(drawn).toSorted().join('')).toBe(drawn);
      }),
    );
  });
});
