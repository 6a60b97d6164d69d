import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DigestTime,
  nextDigestAt,
  toWeeklyDigest,
  WEEK_MS,
  WEEKDAYS,
} from '../../src/scan/weekly-digest.ts';
import type { ImageReport } from '../../src/scan/results/report.ts';
import { REGULAR_SCAN } from '../../src/scan/target.ts';
import { imageNamed, saying } from '../support/store.ts';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const berlin = (weekday: DigestTime['weekday'], minute: number): DigestTime => ({
  ...{ weekday, minute, timeZone: 'Europe/Berlin' },
});

describe('the time of the weekly digest', () => {
  const monday = berlin('monday', 540);
  const sunday = berlin('sunday', 150);

  it.each<[string, DigestTime, after: string, next: string]>([
    ['later on the same day', monday, '2026-11-30T07:59:59', '2026-11-30T08:00:00'],
    ['a week later, at that very time', monday, '2026-11-30T08:00:00', '2026-12-07T08:00:00'],
    [
      'by the day of the channel, not of UTC',
      berlin('tuesday', 15),
      '2026-11-30T22:00:00',
      '2026-11-30T23:15:00',
    ],
    ['at the same time of day in summer', monday, '2026-03-24T00:00:00', '2026-03-30T07:00:00'],
    [
      'at noon of the day on which the clock was put forward',
      berlin('sunday', 720),
      '2026-03-28T00:00:00',
      '2026-03-29T10:00:00',
    ],
    [
      'once in the hour that comes twice, the first time',
      sunday,
      '2026-10-24T00:00:00',
      '2026-10-25T00:30:00',
    ],
    ['not again in the second of these hours', sunday, '2026-10-25T00:30:00', '2026-11-01T01:30:00'],
    ['an hour later where its hour is skipped', sunday, '2026-03-28T00:00:00', '2026-03-29T01:30:00'],
  ])('is %s', (_, time, after, next) => {
    expect(nextDigestAt(time, at(`${after}Z`))).toBe(at(`${next}Z`));
  });

  it('comes once in each week of the channel’s own clock, whatever the zone', () => {
    const changing = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
    const zones = [...changing, 'Asia/Kathmandu', 'UTC'];
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
  const none = { critical: 0, high: 0, medium: 0, low: 0 };
  const target = imageNamed('app');

  /** What is counted as new of the scans of one image, in order, by their reports: nine critical findings by default. */
  function newOf(reports: readonly Partial<ImageReport>[], isReversed = false): readonly unknown[] {
    const scans = reports.map((report, index) => ({
      target,
      snapshot: { ...snapshot, scan: index + 1 },
      report: { kind: 'image', findings: found(9), before: found(9), error: '', ...report } as const,
    }));
    return toWeeklyDigest({ ...week, scans: isReversed ? scans.toReversed() : scans }).worst;
  }

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
    const difference = { added: { ...none, critical: 9 }, gone: none, unchanged: none };
    const byId = { ...scans[1]!, report: { ...scans[1]!.report, difference } };
    const { worst } = toWeeklyDigest({ ...week, scans: [...scans, byId] });
    expect(worst.map(({ newCritical }) => newCritical)).toEqual([9, 6, 5, 4, 3]);
  });

  it('compares the last scan of an image with the week before, and calls nothing new of a first one', () => {
    const report = (critical: number, before: number) => ({
      findings: found(critical),
      before: found(before),
    });
    const reports = [{ findings: found(7), before: null }, report(8, 7), report(6, 8), report(8, 6)];
    expect(newOf(reports, true)).toEqual([{ target, newCritical: 1 }]);
  });

  it('counts what came less what went where only differences are known, but not what went with the first scan', () => {
    const differing = (added: number, gone: number): Partial<ImageReport> => ({
      difference: { added: { ...none, critical: added }, gone: { ...none, critical: gone }, unchanged: none },
    });
    expect(newOf([differing(2, 1), differing(3, 1)])).toEqual([{ target, newCritical: 4 }]);
  });

  it('calls nothing new that went away and came back, where ids are known', () => {
    const changes = [
      { added: ['new', 'short'], gone: ['old', 'back'] },
      { added: ['old', 'back'], gone: ['short', 'fixed'] },
      { added: ['last'], gone: ['old'] },
    ];
    expect(newOf(changes.map((changedCriticals) => ({ changedCriticals })))).toEqual([
      { target, newCritical: 2 },
    ]);
  });
});
