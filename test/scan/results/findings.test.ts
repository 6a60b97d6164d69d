import { expect, it } from 'vitest';
import { compareFindings } from '../../../src/scan/results/findings.ts';

it('findings are compared by each severity, and what there is less of is negative', () => {
  const before = { critical: 1, high: 2, medium: 3, low: 4, compliance: 5 };
  const now = { critical: 2, high: 4, medium: 0, low: 1, compliance: 5 };
  expect(compareFindings(now, before)).toEqual({ critical: 1, high: 2, medium: -3, low: -3, compliance: 0 });
});
