import { describe, expect, test } from 'vitest';
import { disappearedEnd, reportedEnd } from '../../../src/scan/state/end.ts';
import { done, IMAGE, REGULAR, step, BARE_END } from '../../support/observations.ts';

const failed = done(9, 17, { images: step(9, 17, { error: '401 Unauthorized' }) });

describe('an end that the Console reports', () => {
  test.each([
    ['one that has all', [done(12, 12)], 'completed', 'completed'],
    ['one short of its images', [done(7, 12)], 'completed', 'stopped'],
    ['one short of its tags', [done(12, 12, { discovery: step(1, 2) })], 'completed', 'stopped'],
    ['one of several short of its images', [done(12, 12), done(7, 12)], 'completed', 'stopped'],
    ['one that failed beside one that has all', [failed, done(12, 12)], 'completed', 'completed'],
    ['nothing but failures', [failed, failed], 'failed', 'failed'],
    ['none', [], 'completed', 'completed'],
  ] as const)('of %s', (_, registries, unasked, asked) => {
    expect(reportedEnd(registries, { isStopRequested: false })).toBe(unasked);
    expect(reportedEnd(registries, { isStopRequested: true })).toBe(asked);
  });
});

const UNFINISHED = 'completed stopped stopped completed';

/** How an image ends, one whose result is missing, the registry scan, and one that was left alone. */
describe('an end that nobody reported', () => {
  test.each([
    ['one that has all', [done(12, 12)], 'completed stopped completed completed'],
    ['one short of its images beside one that has all', [done(12, 12), done(7, 12)], UNFINISHED],
    ['one short of its tags', [done(12, 12, { discovery: step(1, 2) })], UNFINISHED],
    ['one that failed beside one that has all', [failed, done(12, 12)], UNFINISHED],
    ['nothing but failures', [failed, failed], 'failed failed failed failed'],
    ['one of which nothing was counted yet', [BARE_END], UNFINISHED],
    ['none', [], UNFINISHED],
  ] as const)('of %s', (_, registries, expected) => {
    const unknown = { isAbandoned: false, isResultMissing: false };
    const ends = [
      { ...unknown, target: IMAGE },
      { ...unknown, target: IMAGE, isResultMissing: true },
      { ...unknown, target: REGULAR },
      { ...unknown, target: REGULAR, isAbandoned: true },
    ].map((circumstances) => disappearedEnd(registries, circumstances));
    expect(ends.join(' ')).toBe(expected);
  });
});
