import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { book, EDIT_SPACING, permitIn, permits } from '../../../src/store/limits/spacing.ts';
import { HOUR, MINUTE, NOON } from '../../support/observations.ts';

const { stepMs, atOnce } = EDIT_SPACING;

/** Times of all permitted calls, after waits that the spacing or randomness decides. */
const waits = fc.array(fc.oneof(fc.constant(null), fc.nat(5_000), fc.integer({ min: MINUTE, max: HOUR })), {
  minLength: 1,
  maxLength: 200,
});

function callsAfter(waited: readonly (number | null)[]): readonly number[] {
  const calls: number[] = [];
  let [now, booked] = [NOON, 0];
  for (const wait of waited) {
    now += wait ?? permitIn(EDIT_SPACING, booked, now);
    const granted = permits(EDIT_SPACING, booked, now);
    booked = book(EDIT_SPACING, booked, { now, calls: granted });
    calls.push(...Array<number>(granted).fill(now));
  }
  return calls;
}

describe('the pace of edits', () => {
  it('permits two at once, and no more in any time than one a step beside them', () => {
    fc.assert(
      fc.property(waits, (waited) => {
        const calls = callsAfter(waited);
        for (const [index, from] of calls.entries())
          for (const [further, to] of calls.slice(index).entries())
            expect(further + 1).toBeLessThanOrEqual(atOnce + Math.floor((to - from) / stepMs));
      }),
    );
  });

  it('wastes nothing: who calls whenever it permits makes 49 calls a minute', () => {
    const calls = callsAfter(Array<null>(500).fill(null));
    const inMinute = calls.filter((at) => at > NOON + MINUTE && at <= NOON + 2 * MINUTE);
    expect(inMinute.length).toBeGreaterThanOrEqual(49);
    expect(inMinute.length).toBeLessThanOrEqual(50);
  });

  it('loses nothing to a caller who comes late by less than a step', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stepMs - 1), { minLength: 60, maxLength: 60 }), (late) => {
        let [now, booked, made] = [NOON, 0, 0];
        for (const ms of late) {
          now += permitIn(EDIT_SPACING, booked, now) + ms;
          const granted = permits(EDIT_SPACING, booked, now);
          booked = book(EDIT_SPACING, booked, { now, calls: granted });
          made += granted;
        }
        expect(made).toBeGreaterThanOrEqual(Math.floor((now - NOON) / stepMs));
      }),
    );
  });

  it('permits a call exactly when it said', () => {
    fc.assert(
      fc.property(fc.integer({ min: -HOUR, max: 9_999 }), (aheadMs) => {
        const waitMs = permitIn(EDIT_SPACING, NOON + aheadMs, NOON);
        expect(permits(EDIT_SPACING, NOON + aheadMs, NOON + waitMs)).toBeGreaterThan(0);
        if (waitMs > 0) expect(permits(EDIT_SPACING, NOON + aheadMs, NOON + waitMs - 1)).toBe(0);
      }),
    );
  });

  it('is not held by what was booked before the clock was set back', () => {
    expect(permits(EDIT_SPACING, NOON + HOUR, NOON)).toBe(atOnce);
    expect(permitIn(EDIT_SPACING, NOON + HOUR, NOON)).toBe(0);
    expect(book(EDIT_SPACING, NOON + HOUR, { now: NOON, calls: 1 })).toBe(NOON + stepMs);
  });
});
