import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../src/scan/results/findings.ts';
import {
  differenceLine,
  findingsLine,
  findingsText,
  idDifferenceLine,
  idDifferenceText,
} from '../../../src/views/parts/findings.ts';

const NONE: Findings = { critical: 0, high: 0, medium: 0, low: 0, compliance: 0 };
const MANY: Findings = { critical: 3, high: 12, medium: 40, low: 7, compliance: 2 };

describe('findings', () => {
  it.each<[Findings, string]>([
    [MANY, '*3 critical* · 12 high · 40 medium · 7 low · 2 compliance issues'],
    [{ ...NONE, high: 12 }, '0 critical · 12 high'],
    [{ ...NONE, critical: 1, compliance: 1 }, '*1 critical* · 1 compliance issue'],
    [{ ...NONE, medium: 2 }, '0 critical · 2 medium'],
    [{ ...NONE, critical: 2 }, '*2 critical*'],
    [{ ...NONE, compliance: 2 }, '0 critical · 2 compliance issues'],
    [NONE, 'No vulnerabilities, no compliance issues'],
    [{ ...NONE, critical: -1, low: NaN }, 'No vulnerabilities, no compliance issues'],
  ])('leave out what there is none of, but never the critical ones: %o', (findings, line) => {
    expect(findingsLine(findings)).toBe(line);
  });

  it.each<[Partial<Findings>, string]>([
    [{}, 'The scan before found as many.'],
    [{ critical: 5, high: 11 }, 'Since the scan before: *2 more critical* · 1 fewer high'],
    [{ critical: 1 }, 'Since the scan before: 2 fewer critical'],
    [{ low: 8, compliance: 1 }, 'Since the scan before: 1 more low · 1 fewer compliance issue'],
    [{ compliance: 4 }, 'Since the scan before: 2 more compliance issues'],
  ])('are compared with those of the scan before: %o', (change, line) => {
    expect(differenceLine({ ...MANY, ...change }, MANY)).toBe(line);
  });

  it.each<[Findings, string]>([
    [MANY, '3 critical · 12 high'],
    [NONE, '0 critical · 0 high'],
  ])('have a short form: %o', (findings, short) => {
    expect(findingsText(findings)).toBe(short);
  });

  it.each([
    [{}, 'Nothing new since the scan before.', ''],
    [{ gone: { ...NONE, high: 1 } }, 'Since the scan before: nothing new · gone: 1 high', '1 high gone'],
    [
      { added: { ...NONE, critical: 2, low: 3 } },
      'Since the scan before: *2 new critical* · 3 new low',
      '2 new critical',
    ],
  ])('are compared one by one where each is known: %o', (change, line, text) => {
    const difference = { added: NONE, gone: NONE, unchanged: NONE, ...change };
    expect([idDifferenceLine(difference), idDifferenceText(difference)]).toEqual([line, text]);
  });
});
