import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAllowance } from '../../src/jobs/allowance.ts';
import { EDIT_PACE } from '../../src/store/limits/pace.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../support/observations.ts';

function createEdits() {
  return createAllowance({ calls: 48, windowMs: MINUTE });
}

describe('an allowance', () => {
  it('is used up by as many calls as it has, until they are a window old', () => {
    const allowance = createEdits();
    allowance.take(NOON, 40);
    expect(allowance.left(NOON)).toBe(8);
    allowance.take(NOON + SECOND, 8);
    expect(allowance.left(NOON + MINUTE - 1)).toBe(0);
    expect(allowance.left(NOON + MINUTE)).toBe(40);
    expect(allowance.left(NOON + MINUTE + SECOND)).toBe(48);
  });

  it('is never below nothing', () => {
    const allowance = createEdits();
    allowance.take(NOON, 100);
    expect(allowance.left(NOON)).toBe(0);
  });

  it('never grants more calls in any window than it has', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(20_000), wanted: fc.nat(30) }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), (asked, calls) => {
        const allowance = createAllowance({ calls, windowMs: MINUTE });
        const made: number[] = [];
        let now = NOON;
        for (const { afterMs, wanted } of asked) {
          now += afterMs;
          const granted = Math.min(wanted, allowance.left(now));
          allowance.take(now, granted);
          made.push(...Array<number>(granted).fill(now));
        }
        for (const start of made) {
          expect(made.filter((at) => at >= start && at < start + MINUTE).length).toBeLessThanOrEqual(calls);
        }
      }),
    );
  });

  it('grants a call as soon as the window allows one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 48 }), (gaps) => {
        const allowance = createEdits();
        let now = NOON;
        for (const gap of gaps) allowance.take((now += gap), 1);
        const inWindow = gaps.filter((_, index) => sum(gaps.slice(index + 1)) < MINUTE).length;
        expect(allowance.left(now)).toBe(48 - inWindow);
      }),
    );
  });

  it('tells when it grants the next call, paced or not', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(20_000), wanted: fc.nat(5) }), { maxLength: 60 });
    const paces = fc.constantFrom(EDIT_PACE, undefined);
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), paces, (asked, calls, pace) => {
        const allowance = createAllowance({ calls, windowMs: MINUTE, ...(pace && { pace }) });
        let now = NOON;
        for (const { afterMs, wanted } of asked) {
          now += afterMs;
          const waitMs = allowance.nextIn(now);
          expect(allowance.left(now) > 0).toBe(waitMs === 0);
          if (waitMs > 0) expect(allowance.left((now += waitMs - 1))).toBe(0);
          if (waitMs > 0) expect(allowance.left((now += 1))).toBeGreaterThan(0);
          allowance.take(now, Math.min(wanted, allowance.left(now)));
        }
      }),
    );
  });

  it('without a limit only rests', () => {
    const allowance = createAllowance({ calls: Number.MAX_SAFE_INTEGER, windowMs: 0 });
    allowance.take(NOON, 1_000);
    expect(allowance.left(NOON)).toBe(Number.MAX_SAFE_INTEGER);
    allowance.pause(NOON, SECOND);
    expect(allowance.left(NOON + SECOND - 1)).toBe(0);
    expect(allowance.left(NOON + SECOND)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a pause', () => {
  it('allows nothing until it is over', () => {
    const allowance = createEdits();
    allowance.pause(NOON, 30 * SECOND);
    expect(allowance.left(NOON)).toBe(0);
    expect(allowance.left(NOON + 30 * SECOND - 1)).toBe(0);
    expect(allowance.left(NOON + 30 * SECOND)).toBe(48);
  });

  it('is not cut short by a shorter one', () => {
    const allowance = createEdits();
    allowance.pause(NOON, 30 * SECOND);
    allowance.pause(NOON + SECOND, 0);
    allowance.pause(NOON + 2 * SECOND, SECOND);
    expect(allowance.left(NOON + 30 * SECOND - 1)).toBe(0);
  });

  it('may last as long as Slack likes', () => {
    const allowance = createEdits();
    allowance.pause(NOON, 3 * HOUR);
    expect(allowance.left(NOON + 3 * HOUR - 1)).toBe(0);
  });
});

describe('a clock set back', () => {
  it.each([SECOND, MINUTE, 30 * MINUTE, HOUR, 8 * HOUR])('by %i ms makes no pause longer', (backMs) => {
    const allowance = createEdits();
    allowance.pause(NOON, 30 * SECOND);
    const later = NOON + 10 * SECOND;
    expect(allowance.left(later)).toBe(0);
    const set = later - backMs;
    expect(allowance.left(set)).toBe(0);
    expect(allowance.left(set + 20 * SECOND - 1)).toBe(0);
    expect(allowance.left(set + 20 * SECOND)).toBe(48);
  });

  it('moves a pause with it, though the next call is another pause', () => {
    const allowance = createEdits();
    allowance.pause(NOON, 30 * SECOND);
    expect(allowance.left(NOON)).toBe(0);
    allowance.pause(NOON - HOUR, SECOND);
    expect(allowance.left(NOON - HOUR + 30 * SECOND - 1)).toBe(0);
    expect(allowance.left(NOON - HOUR + 30 * SECOND)).toBe(48);
  });

  it('forgets no call that was just made', () => {
    const allowance = createEdits();
    allowance.take(NOON, 48);
    expect(allowance.left(NOON)).toBe(0);
    expect(allowance.left(NOON - HOUR)).toBe(0);
    expect(allowance.left(NOON - HOUR + MINUTE - 1)).toBe(0);
    expect(allowance.left(NOON - HOUR + MINUTE)).toBe(48);
  });

  it('and forward again allows at most what was allowed', () => {
    const allowance = createEdits();
    allowance.pause(NOON, MINUTE);
    expect(allowance.left(NOON - HOUR)).toBe(0);
    expect(allowance.left(NOON + HOUR)).toBe(48);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
