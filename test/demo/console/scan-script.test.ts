import { expect, test } from 'vitest';
import fc from 'fast-check';

import { endsAfterMs, progressAt } from '../../../src/demo/console/scan-script.ts';
import type { ScanScript, ScriptProgress } from '../../../src/demo/console/scan-script.ts';
import { FAILING, FOUR_REGISTRIES, LARGE, ORDINARY, RESTARTING, STUCK } from '../../../src/demo/scripts.ts';

const counts = (progress: ScriptProgress | null): string =>
  progress
    ? `${progress.discovered}/${progress.repositories} ${progress.scanned}/${progress.images}` +
      (progress.isOngoing ? '' : ` ended ${progress.error}`).trimEnd()
    : 'queued';

const shape = (script: ScanScript, everyMs: number, times: number): string[] =>
  Array.from({ length: times }, (_, index) => counts(progressAt(script, index * everyMs)));

test('an ordinary scan discovers its tag, then scans its images, and ends with all of them', () => {
  expect(shape(ORDINARY, 15_000, 6)).toEqual([
    '0/1 0/0',
    '1/1 2/12',
    '1/1 5/12',
    '1/1 8/12',
    '1/1 12/12 ended',
    '1/1 12/12 ended',
  ]);
});

test('a large scan is queued at first, and its last image is scanned only at its end', () => {
  expect(counts(progressAt(LARGE, 9_999))).toBe('queued');
  expect(counts(progressAt(LARGE, 609_999))).toBe('1/1 479/480');
  expect(counts(progressAt(LARGE, 610_000))).toBe('1/1 480/480 ended');
});

test('the images of a registry are counted up while discovery still runs', () => {
  const [first] = FOUR_REGISTRIES.registries;
  expect(shape(first!, 15_000, 5)).toEqual(['0/6 0/0', '2/6 0/16', '4/6 3/32', '6/6 8/48', '6/6 12/48']);
});

test('a stuck scan stops one image before its end, for ever', () => {
  expect(counts(progressAt(STUCK, 60_000))).toBe('1/1 19/20');
  expect(counts(progressAt(STUCK, 86_400_000))).toBe('1/1 19/20');
  expect(endsAfterMs(STUCK)).toBeNull();
});

test('a failing scan ends half way, with the error', () => {
  expect(counts(progressAt(FAILING, 29_999))).toBe('1/1 3/8');
  expect(counts(progressAt(FAILING, 30_000))).toBe('1/1 3/8 ended No available Defender was found');
});

test('a restarting scan falls back to nothing, and then runs to its end', () => {
  expect(counts(progressAt(RESTARTING, 29_999))).toBe('1/1 4/10');
  expect(counts(progressAt(RESTARTING, 30_000))).toBe('0/1 0/0');
  expect(counts(progressAt(RESTARTING, 89_999))).toBe('1/1 9/10');
  expect(counts(progressAt(RESTARTING, 90_000))).toBe('1/1 10/10 ended');
});

test('a script is over exactly from the moment its end is told for', () => {
  for (const script of [ORDINARY, LARGE, FAILING, RESTARTING, ...FOUR_REGISTRIES.registries]) {
    const end = endsAfterMs(script)!;
    expect(progressAt(script, end - 1)?.isOngoing).toBe(true);
    expect(progressAt(script, end)?.isOngoing).toBe(false);
  }
});

test('counts never exceed their totals, and fall only where a scan restarts', () => {
  const scripts = fc.record({
    repositories: fc.nat(50),
    images: fc.nat(2_000),
    durationMs: fc.integer({ min: 1, max: 1e7 }),
  });
  fc.assert(
    fc.property(scripts, fc.nat(12_000_000), fc.nat(1_000_000), (script, at, later) => {
      const before = progressAt(script, at)!;
      const after = progressAt(script, at + later)!;
      expect(before.discovered).toBeLessThanOrEqual(before.repositories);
      expect(before.scanned).toBeLessThanOrEqual(before.images);
      expect(after.images).toBeGreaterThanOrEqual(before.images);
      expect(after.scanned).toBeGreaterThanOrEqual(before.scanned);
    }),
  );
});
