import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/scan/results/report.ts';
import { isNothingScanned } from '../../src/views/parts/result.ts';
import { completionView } from '../../src/views/messages/completion.ts';
import { ALPINE, COMPLETED, CONSOLE_URL, HOUR, NOW, REGULAR, step } from './support/samples.ts';

const EMPTY = { ...COMPLETED, discovery: step(0, 0), images: step(0, 0), evidence: 'reported' } as const;
const RESULT: Report = { kind: 'image', findings: null, before: null, error: '', scannedAt: NOW };

describe('an end of 0/0', () => {
  it.each([ALPINE, REGULAR])('says that nothing was scanned, and claims no findings', (target) => {
    const message = completionView({
      target,
      content: { snapshot: EMPTY, end: 'scan-ended', stoppedBy: null },
      followers: ['U1'],
      consoleUrl: CONSOLE_URL,
      watchTtlMs: 24 * HOUR,
      requests: { startedBy: null, stoppedBy: null, requestedBy: null },
      report: null,
      mayMention: true,
      isRescanOffered: false,
      now: NOW,
    });
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
