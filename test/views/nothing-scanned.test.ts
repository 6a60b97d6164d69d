import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/scan/results/report.ts';
import { isNothingScanned } from '../../src/views/parts/result.ts';
import { completion } from './messages/scan-messages.ts';
import { ALPINE, COMPLETED, NOW, REGULAR, step } from './support/samples.ts';

const EMPTY = { ...COMPLETED, discovery: step(0, 0), images: step(0, 0), evidence: 'reported' } as const;
const RESULT: Report = { kind: 'image', findings: null, before: null, error: '', scannedAt: NOW };

describe('an end of 0/0', () => {
  it.each([ALPINE, REGULAR])('says that nothing was scanned, and claims no findings', (target) => {
    const message = completion(target, EMPTY);
    const drawn = JSON.stringify(message.blocks);
    expect(drawn).toContain('ended, and nothing was scanned');
    expect(drawn).not.toContain('findings are in');
    expect(message.text).toContain('· completed · tags 0/0 · images 0/0');
  });

  it('with a result, or told by one, was one', () => {
    expect(isNothingScanned(EMPTY, null)).toBe(true);
    expect(isNothingScanned(EMPTY, RESULT)).toBe(false);
    expect(isNothingScanned({ ...EMPTY, evidence: 'results' }, null)).toBe(false);
    expect(isNothingScanned({ ...EMPTY, images: step(1, 1) }, null)).toBe(false);
    expect(isNothingScanned({ ...EMPTY, state: 'failed' }, null)).toBe(false);
  });
});
