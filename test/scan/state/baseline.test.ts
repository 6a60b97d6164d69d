import { describe, expect, it } from 'vitest';
import { endSeenAt, updateBaseline, isNewResult, resultTimeOf } from '../../../src/scan/state/baseline.ts';
import type { Baseline } from '../../../src/scan/state/target-state.ts';
import type { SubscriptionInfo, Watch } from '../../../src/scan/watch.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import { HOUR, MINUTE, NOON, SECOND, watchOf, baselineOf } from '../../support/observations.ts';

/** An end was read at noon, and the disk took it half an hour later. */
const RECORDED_AT = NOON + 30 * MINUTE;
const READ = {
  baseline: baselineOf({ watchId: 'first', since: NOON - HOUR, resultAt: NOON - HOUR }),
  lastEndAt: NOON + 2 * SECOND,
  snapshot: { ...NEW_TARGET.snapshot, answeredAt: NOON },
};

/** Whether a result this long after noon is new to a watch since the recorded end. */
function isNewsTo(subscription: SubscriptionInfo | null, afterNoonMs: number): boolean {
  const next = watchOf({ id: 'next', createdAt: RECORDED_AT, subscription, messageId: null });
  const at = RECORDED_AT + 5 * SECOND;
  const baseline = updateBaseline(READ, [next], { at, consoleAt: at });
  const result = { scannedAt: NOON + afterNoonMs, error: '', findings: null };
  return isNewResult(
    { baseline, lastEndAt: READ.lastEndAt },
    { kind: 'answered', at, consoleAt: at, result, isOngoing: false },
  );
}

describe('the next watch of a subscription, made when an end is written down long after it was read', () => {
  const subscription = { mayShow: true, afterScanNumber: 1 };

  it('is owed what ended in between', () => {
    expect(isNewsTo(subscription, 10 * MINUTE)).toBe(true);
  });

  it('is not owed the end that the one before it was told', () => {
    expect(isNewsTo(subscription, -SECOND)).toBe(false);
  });

  it('is owed what no other watch is that was made then', () => {
    expect(isNewsTo(null, 10 * MINUTE)).toBe(false);
    expect(isNewsTo({ ...subscription, afterScanNumber: 0 }, 10 * MINUTE)).toBe(false);
    expect(isNewsTo(null, 31 * MINUTE)).toBe(true);
  });
});

const SINCE = NOON - HOUR;

interface Result {
  readonly resultAt?: number | null;
  readonly since?: number | null;
  readonly lastEndAt?: number | null;
  readonly consoleAt?: number | null;
}

describe('a result is news', () => {
  it.each<[string, number, Result, boolean]>([
    ['later than the one before', SINCE, { resultAt: SINCE - 1 }, true],
    ['the one that was there before', SINCE, { resultAt: SINCE }, false],
    ['older than that', SINCE, { resultAt: SINCE + 1 }, false],
    ['the one of the last end', NOON, { resultAt: SINCE, lastEndAt: NOON }, false],
    ['later than that', NOON + 1, { resultAt: SINCE, lastEndAt: NOON }, true],
    ['where there was none, as old as a `Date` may be behind', SINCE - 1_999, { resultAt: 0 }, true],
    ['where there was none, older', SINCE - 2_000, { resultAt: 0 }, false],
    ['never looked for, from since then', SINCE, {}, true],
    ['never looked for, from nobody knows when', SINCE, { since: null }, false],
    ['where there was none, from nobody knows when', SINCE, { since: null, resultAt: 0 }, true],
    ['five minutes ahead', NOON + 5 * MINUTE, { resultAt: SINCE }, true],
    ['further ahead', NOON + 5 * MINUTE + 1, { resultAt: SINCE }, false],
    ['further ahead of nobody knows what', NOON + HOUR, { resultAt: SINCE, consoleAt: null }, true],
    ['after one without a date', SINCE, { resultAt: NOON + HOUR }, true],
  ])('%s', (_, scannedAt, result, expected) => {
    const { resultAt = null, since = SINCE, lastEndAt = null, consoleAt = NOON } = result;
    const baseline = baselineOf({ since, resultAt });
    const reading = { kind: 'answered', at: NOON, consoleAt, isOngoing: false } as const;
    const seen = { ...reading, result: { scannedAt, error: '', findings: null } };
    expect(isNewResult({ baseline, lastEndAt }, seen)).toBe(expected);
    expect(isNewResult({ baseline: null, lastEndAt }, seen)).toBe(false);
    expect(isNewResult({ baseline, lastEndAt }, { ...reading, result: null })).toBe(false);
  });

  it('and an end counts from a while after it was seen', () => {
    expect([endSeenAt(NOON), endSeenAt(null)]).toEqual([NOON + 2_000, null]);
  });
});

describe('those who watch follow', () => {
  const watch = (id: string, createdAt: number, afterScanNumber?: number): Watch => {
    const subscription = afterScanNumber === undefined ? null : { mayShow: true, afterScanNumber };
    return watchOf({ id, createdAt, subscription, messageId: null });
  };
  const before = baselineOf({ watchId: 'old', since: 1, resultAt: 2 });
  const since = (watchId: string, at: number) => baselineOf({ watchId, since: at });
  const oneAnHourAhead = since('b', NOON + HOUR);
  interface Changes {
    readonly baseline?: null;
    readonly answeredAt?: null;
    readonly lastEndAt?: number;
  }

  it.each<[string, Changes, Watch[], Baseline | null]>([
    ['nobody', {}, [], null],
    ['the one who did', {}, [watch('new', NOON), watch('old', NOON)], before],
    ['one who was there at the last answer', {}, [watch('new', NOON), watch('b', NOON - MINUTE)], before],
    ['one who came after it', {}, [watch('b', NOON - MINUTE + 1)], since('b', NOON + HOUR - MINUTE + 1)],
    ['one before any answer', { answeredAt: null }, [watch('b', 0)], since('b', HOUR)],
    ['where nobody did', { baseline: null }, [watch('b', 5)], since('b', HOUR + 5)],
    ['the oldest', {}, [watch('b', NOON - 1), watch('c', NOON - 2)], since('c', NOON + HOUR - 2)],
    [
      'the first of the oldest',
      {},
      [watch('b', NOON - 1), watch('c', NOON - 1)],
      since('b', NOON + HOUR - 1),
    ],
    ['one of a later clock', {}, [watch('b', NOON + 1)], oneAnHourAhead],
    ['the next of a subscription', { lastEndAt: 7 }, [watch('n', NOON), watch('b', NOON, 1)], since('n', 7)],
    ['its first', { lastEndAt: 7 }, [watch('b', NOON, 0)], oneAnHourAhead],
    [
      'the next where nobody followed',
      { baseline: null, lastEndAt: 7 },
      [watch('b', NOON, 1)],
      oneAnHourAhead,
    ],
    ['the next after no end', {}, [watch('b', NOON, 1)], oneAnHourAhead],
    ['the next of before the end', { lastEndAt: NOON + 2 * HOUR }, [watch('b', NOON, 1)], oneAnHourAhead],
  ])('%s', (_, changes, watches, expected) => {
    const answered = { baseline: before, answeredAt: NOON - MINUTE, lastEndAt: null };
    const { baseline, answeredAt, lastEndAt } = { ...answered, ...changes };
    const state = { baseline, lastEndAt, snapshot: { ...NEW_TARGET.snapshot, answeredAt } };
    // The Console's clock is an hour ahead.
    expect(updateBaseline(state, watches, { at: NOON, consoleAt: NOON + HOUR })).toEqual(expected);
    const withoutClock = updateBaseline(state, watches, { at: NOON, consoleAt: null });
    const isNew = expected !== null && expected !== before && lastEndAt === null;
    if (isNew) expect(withoutClock).toEqual({ ...expected, since: null });
  });
});

it('an image without a result has one of no time, which is stored', () => {
  expect(resultTimeOf({ kind: 'answered', at: NOON, consoleAt: NOON, result: null, isOngoing: false })).toBe(
    0,
  );
});
