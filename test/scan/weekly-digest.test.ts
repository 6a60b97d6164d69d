import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DigestTime,
  nextDigestAt,
  toWeeklyDigest,
  WEEK_MS,
  WEEKDAYS,
} from '../../src/scan/weekly-digest.ts';
import { REGULAR_SCAN } from '../../src/scan/target.ts';
import { imageNamed, saying } from '../support/store.ts';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const berlin = (weekday: DigestTime['weekday'], minute: number): DigestTime => ({
  ...{ weekday, minute, timeZone: 'Europe/Berlin' },
});
const next = (time: DigestTime, after: string): string =>
  new Date(nextDigestAt(time, at(after))).toISOString();

describe('the time of the weekly digest', () => {
  it.each<[string, DigestTime, string, string]>([
    ['later on the same day', berlin('monday', 540), '2026-11-30T07:59:59Z', '2026-11-30T08:00:00.000Z'],
    [
      'a week later, at that very time',
      berlin('monday', 540),
      '2026-11-30T08:00:00Z',
      '2026-12-07T08:00:00.000Z',
    ],
    [
      'by the day of the channel, not of UTC',
      berlin('tuesday', 15),
      '2026-11-30T22:00:00Z',
      '2026-11-30T23:15:00.000Z',
    ],
    [
      'at the same time of day in summer',
      berlin('monday', 540),
      '2026-03-24T00:00:00Z',
      '2026-03-30T07:00:00.000Z',
    ],
    [
      'at noon of the day on which the clock was put forward',
      berlin('sunday', 720),
      '2026-03-28T00:00:00Z',
      '2026-03-29T10:00:00.000Z',
    ],
    [
      'once in the hour that comes twice, the first time',
      berlin('sunday', 150),
      '2026-10-24T00:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'not again in the second of these hours',
      berlin('sunday', 150),
      '2026-10-25T00:30:00Z',
      '2026-11-01T01:30:00.000Z',
    ],
    [
      'an hour later where its hour is skipped',
      berlin('sunday', 150),
      '2026-03-28T00:00:00Z',
      '2026-03-29T01:30:00.000Z',
    ],
  ])('is %s', (_, time, after, expected) => {
    expect(next(time, after)).toBe(expected);
  });

  it('comes once in each week of the channel’s own clock, whatever the zone', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Kathmandu',
      'UTC',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...WEEKDAYS),
        fc.integer({ min: 0, max: 1_439 }),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }),
        (weekday, minute, timeZone, after) => {
          const time = { weekday, minute, timeZone };
          const first = nextDigestAt(time, after);
          const second = nextDigestAt(time, first);
          expect(first).toBeGreaterThan(after);
          expect(first - after).toBeLessThanOrEqual(WEEK_MS + HOUR);
          expect(Math.abs(second - first - WEEK_MS)).toBeLessThanOrEqual(HOUR);
          // It is the same at any moment before.
          expect(nextDigestAt(time, Math.floor((first + second) / 2))).toBe(second);
          const day = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'long' }).format(second);
          expect(day.toLowerCase()).toBe(weekday);
        },
      ),
    );
  });
});

describe('what the weekly digest says', () => {
  const found = (critical: number) => ({ critical, high: 0, medium: 0, low: 0, compliance: 0 });
  const snapshot = { ...saying(12).snapshot, state: 'completed' as const };
  const week = { from: 0, until: WEEK_MS, stalled: 0, neverScanned: [] };

  it('counts as failed what its result calls so', () => {
    const failed = { kind: 'image', findings: null, before: null, error: 'denied' } as const;
    const scans = [
      { target: imageNamed('a'), snapshot, report: failed },
      { target: imageNamed('b'), snapshot: { ...snapshot, state: 'stopped' as const }, report: null },
      { target: REGULAR_SCAN, snapshot: { ...snapshot, state: 'failed' as const }, report: null },
      { target: imageNamed('c'), snapshot, report: { ...failed, error: '\n' } },
    ];
    expect(toWeeklyDigest({ ...week, scans })).toMatchObject({ ended: 4, failed: 2, stopped: 1 });
  });

  it('names the five images with the most new critical findings, by ids where they are known', () => {
    const scans = [5, 0, 1, 2, 3, 4, 6].map((critical) => ({
      ...{ target: imageNamed(`app${critical}`), snapshot },
      report: { kind: 'image', findings: found(critical), before: found(0), error: '' } as const,
    }));
    const none = { critical: 0, high: 0, medium: 0, low: 0 };
    const difference = { added: { ...none, critical: 9 }, gone: none, unchanged: none };
    const byId = { ...scans[1]!, report: { ...scans[1]!.report, difference } };
    const { worst } = toWeeklyDigest({ ...week, scans: [...scans, byId] });
    expect(worst.map(({ newCritical }) => newCritical)).toEqual([9, 6, 5, 4, 3]);
  });

  it('compares the last scan of an image with the week before, and calls nothing new of a first one', () => {
    const report = (critical: number, before: number | null) =>
      ({
        kind: 'image',
        findings: found(critical),
        before: before === null ? null : found(before),
        error: '',
      }) as const;
    const target = imageNamed('app');
    const scans = [report(7, null), report(8, 7), report(6, 8), report(8, 6)].map((one, index) => ({
      target,
      snapshot: { ...snapshot, scan: index + 1 },
      report: one,
    }));
    expect(toWeeklyDigest({ ...week, scans: scans.toReversed() }).worst).toEqual([
      { target, newCritical: 1 },
    ]);
  });

  it('counts what came less what went where only differences are known, but not what went with the first scan', () => {
    const none = { critical: 0, high: 0, medium: 0, low: 0 };
    const target = imageNamed('app');
    const scans = [
      [2, 1],
      [3, 1],
    ].map(([added = 0, gone = 0], index) => ({
      target,
      snapshot: { ...snapshot, scan: index + 1 },
      report: {
        kind: 'image',
        findings: found(9),
        before: found(9),
        error: '',
        difference: {
          added: { ...none, critical: added },
          gone: { ...none, critical: gone },
          unchanged: none,
        },
      } as const,
    }));
    expect(toWeeklyDigest({ ...week, scans }).worst).toEqual([{ target, newCritical: 4 }]);
  });

  it('calls nothing new that went away and came back, where ids are known', () => {
    const target = imageNamed('app');
    const changes = [
      { added: ['new', 'short'], gone: ['old', 'back'] },
      { added: ['old', 'back'], gone: ['short', 'fixed'] },
      { added: ['last'], gone: ['old'] },
    ];
    const scans = changes.map((changedCriticals, index) => ({
      target,
      snapshot: { ...snapshot, scan: index + 1 },
      report: { kind: 'image', findings: found(9), before: found(9), error: '', changedCriticals } as const,
    }));
    expect(toWeeklyDigest({ ...week, scans }).worst).toEqual([{ target, newCritical: 2 }]);
  });
});
