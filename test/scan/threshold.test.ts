import { describe, expect, it } from 'vitest';
import type { Difference, Findings, SeverityCounts } from '../../src/scan/results/findings.ts';
import type { Report } from '../../src/scan/results/report.ts';
import type { Snapshot } from '../../src/scan/snapshot.ts';
import { EVERY_END, isBelow, NOTIFY_FROM, notifyFrom, THRESHOLDS } from '../../src/scan/threshold.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { IMAGE, REGULAR } from '../support/observations.ts';

const COMPLETED: Snapshot = { ...NEW_TARGET.snapshot, state: 'completed' };
const step = (error: string) => ({ ...COMPLETED.images, error });
const rule = { threshold: 'high', areRegistryEndsPosted: true } as const;

describe('an end', () => {
  it.each<[string, Snapshot]>([
    ['that failed', { ...COMPLETED, state: 'failed' }],
    ['that somebody stopped', { ...COMPLETED, state: 'stopped' }],
    ['with an error in it', { ...COMPLETED, images: step('pull failed') }],
    ['with an error in its discovery', { ...COMPLETED, discovery: step('401') }],
  ])('%s is told whatever the channel wants', (_, ended) => {
    for (const threshold of THRESHOLDS) {
      const strict = { threshold, areRegistryEndsPosted: false };
      expect(notifyFrom(IMAGE, ended, strict)).toBeNull();
      expect(notifyFrom(REGULAR, ended, strict)).toBeNull();
    }
  });

  it('of an image has to have found what the channel chose', () => {
    expect(THRESHOLDS.map((threshold) => notifyFrom(IMAGE, COMPLETED, { ...rule, threshold }))).toEqual([
      null,
      ...['new', 'high', 'new-high', 'critical', 'new-critical'],
    ]);
  });

  it('of the registry scan is told, or only where something in it failed', () => {
    expect(notifyFrom(REGULAR, COMPLETED, rule)).toBeNull();
    for (const target of [IMAGE, REGULAR]) expect(notifyFrom(target, COMPLETED, EVERY_END)).toBeNull();
    expect(notifyFrom(REGULAR, COMPLETED, { ...rule, areRegistryEndsPosted: false })).toBe('failures');
  });
});

function counts(critical: number, high: number, medium = 0): SeverityCounts {
  return { critical, high, medium, low: 0 };
}
const findings = (critical: number, high: number, medium = 0, compliance = 0): Findings => ({
  ...counts(critical, high, medium),
  compliance,
});

function image(found: Findings | null, more: Partial<Extract<Report, { kind: 'image' }>> = {}): Report {
  return { kind: 'image', findings: found, before: null, error: '', ...more };
}

function byId(added: SeverityCounts): { readonly difference: Difference } {
  return { difference: { added, gone: counts(0, 0), unchanged: counts(9, 9) } };
}

const before = (...found: Parameters<typeof findings>) => ({ before: findings(...found) });

/** For each: new, high, new-high, critical, new-critical; `.` is below, `!` is posted. */
describe('what was found is held against what a channel wants', () => {
  it.each<[string, Report | null, string]>([
    ['nothing at all', image(findings(0, 0)), '.....'],
    ['a medium, the scan before unknown', image(findings(0, 0, 1)), '!....'],
    ['a high, the scan before unknown', image(findings(0, 1)), '!!!..'],
    ['a critical, the scan before unknown', image(findings(1, 0)), '!!!!!'],
    ['a critical, as many as before, ids unknown', image(findings(1, 0), before(1, 1, 1)), '!!!!!'],
    ['a critical, fewer than before, ids unknown', image(findings(1, 0), before(2, 0)), '!!!!!'],
    ['the same critical', image(findings(1, 0), byId(counts(0, 0))), '.!.!.'],
    ['another critical', image(findings(1, 0), byId(counts(1, 0))), '!!!!!'],
    ['the same critical, a new high', image(findings(1, 1), byId(counts(0, 1))), '!!!!.'],
    ['the same high', image(findings(0, 1), byId(counts(0, 0))), '.!...'],
    ['a new medium', image(findings(0, 0, 1), byId(counts(0, 0, 1))), '!....'],
    ['more compliance issues', image(findings(0, 0, 0, 2), before(0, 0, 0, 1)), '!....'],
    ['as many compliance issues', image(findings(0, 0, 0, 1), before(0, 0, 0, 1)), '.....'],
    ['no findings, a failed pull', image(null, { error: 'denied' }), '!!!!!'],
    ['findings beside an error', image(findings(0, 0), { error: 'denied' }), '!!!!!'],
    ['nothing, and blanks for an error', image(findings(0, 0), { error: ' \n' }), '.....'],
    ['what was not counted', image(null), '!!!!!'],
    ['no result', null, '!!!!!'],
  ])('%s', (_, report, posted) => {
    const kinds = NOTIFY_FROM.filter((one) => one !== 'failures');
    expect(kinds.map((one) => (isBelow(one, report) ? '.' : '!')).join('')).toBe(posted);
  });

  const registry = { kind: 'regular', errors: [], failed: [], specifications: 2, worst: [] } as const;

  it.each<[string, Report | null, boolean]>([
    ['all went well', registry, true],
    ['a specification failed', { ...registry, failed: [{ name: 'quay.io', error: '401' }] }, false],
    ['the Console has an error', { ...registry, errors: ['No available Defender'] }, false],
    ['nothing is known', null, false],
    ['an image was scanned', image(findings(0, 0)), false],
  ])('a registry scan of which %s', (_, report, below) => {
    expect(isBelow('failures', report)).toBe(below);
  });

  it('a registry scan is below nothing else', () => {
    for (const from of NOTIFY_FROM) if (from !== 'failures') expect(isBelow(from, registry)).toBe(false);
  });
});
