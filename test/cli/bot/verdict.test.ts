import { describe, expect, it } from 'vitest';
import { type FailOn, toVerdict } from '../../../src/cli/bot/verdict.ts';
import type { BotScan } from '../../../src/cli/bot/scan.ts';

type Outcome = BotScan['outcome'];

describe('the exit code', () => {
  it.each<[Outcome, [number, number] | null, FailOn | null, number]>([
    ['completed', [0, 0], null, 0],
    ['completed', [3, 9], null, 0],
    ['completed', null, null, 0],
    ['completed', [0, 0], 'high', 0],
    ['completed', [0, 9], 'critical', 0],
    ['completed', [0, 9], 'high', 1],
    ['completed', [1, 0], 'critical', 1],
    ['completed', [1, 0], 'high', 1],
    // Not known is not none.
    ['completed', null, 'critical', 2],
    ['failed', null, null, 2],
    ['failed', [0, 0], 'high', 2],
    ['stopped', null, null, 2],
    ['nothing-scanned', null, null, 2],
    [null, null, null, 2],
  ])('of a scan that %s with %j, and --fail-on %s, is %i', (outcome, counts, failOn, code) => {
    const findings = counts === null ? null : { critical: counts[0], high: counts[1] };
    const verdict = toVerdict({ outcome, findings }, failOn);
    expect(verdict.code).toBe(code);
    expect(verdict.why === null).toBe(code === 0);
  });
});
