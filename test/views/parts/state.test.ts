import { expect, it } from 'vitest';
import type { RegularReport } from '../../../src/scan/results/report.ts';
import { withoutRepeats } from '../../../src/views/parts/progress.ts';
import { emojiOf } from '../../../src/views/parts/state.ts';
import { COMPLETED, FOUND, registry, step } from '../support/samples.ts';

const REPORT: RegularReport = { kind: 'regular', errors: [], failed: [], specifications: null, worst: [] };
const worstWith = (critical: number): RegularReport => ({
  ...REPORT,
  worst: [{ name: 'app:1', findings: { ...FOUND.findings!, critical } }],
});

it.each([
  ['🟠', 'an image has a critical one', worstWith(1)],
  ['✅', 'no image has one', worstWith(0)],
  ['✅', 'nothing is known', null],
])('a finished scan is marked by %s where %s', (expected, _, report) => {
  expect(emojiOf(COMPLETED, report)).toBe(expected);
});

it('an error that a registry shows already is not listed again, whatever stands around it', () => {
  const snapshot = {
    ...COMPLETED,
    registries: [registry('ghcr.io', [step(1, 1), step(0, 1, { error: 'denied' })])],
  };
  const report = { ...REPORT, errors: [' denied\n', 'timeout'] };
  expect(withoutRepeats(report, snapshot).errors).toEqual(['timeout']);
});
