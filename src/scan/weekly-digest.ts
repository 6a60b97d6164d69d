/**
 * One post a week for a channel: when it is due, and what it says. Weeks are those of the channel's own clock: the hour that
 * comes twice counts once, and a time that never comes is told as soon as that hour is skipped.
 */

import type { Report } from './report.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import { targetId } from './target.ts';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** Stored with the settings of a channel. */
export interface DigestTime {
  readonly weekday: Weekday;
  /** Minutes after midnight, 0 to 1439. */
  readonly minute: number;
  /** IANA. */
  readonly timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const WEEK_MS = 7 * DAY_MS;

/** The first time after `after`; both epoch ms. */
export function nextDigestAt({ weekday, minute, timeZone }: DigestTime, after: number): number {
  const offsetAt = createOffsets(timeZone);
  const localDay = Math.floor((after + offsetAt(after)) / DAY_MS);
  // 1970 began on a Thursday.
  const ahead = (WEEKDAYS.indexOf(weekday) - ((localDay + 3) % 7) + 7) % 7;
  const times = [ahead, ahead + 7, ahead + 14].map((days) =>
    instantOf((localDay + days) * DAY_MS + minute * MINUTE_MS, offsetAt),
  );
  return times.find((time) => time > after) ?? after + WEEK_MS;
}

type OffsetAt = (at: number) => number;

/** `local` as if it were UTC. Of two instants the first; of none, that by the offset from before the clock was put forward. */
function instantOf(local: number, offsetAt: OffsetAt): number {
  const before = local - offsetAt(local - DAY_MS);
  const after = local - offsetAt(local + DAY_MS);
  const real = [before, after].filter((at) => at + offsetAt(at) === local);
  return real.length === 0 ? before : Math.min(...real);
}

/** How far the clock there is ahead of UTC, ms. */
function createOffsets(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', era: 'short' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (at) => {
    const whole = Math.floor(at / 1_000) * 1_000;
    const parts = new Map(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - whole;
  };
}

/** A scan of what the channel follows that ended. */
export interface EndedScan {
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** null where nothing was told of it. */
  readonly report: Report | null;
}

export interface DigestFacts {
  /** Epoch ms. */
  readonly from: number;
  readonly until: number;
  readonly scans: readonly EndedScan[];
  readonly stalled: number;
  readonly neverScanned: readonly Target[];
}

/** Written into the outbox: what was true when it was due. */
export interface WeeklyDigest {
  readonly from: number;
  readonly until: number;
  /** Of all that ended. */
  readonly ended: number;
  readonly failed: number;
  readonly stopped: number;
  readonly stalled: number;
  /** Most first, five at most. */
  readonly worst: readonly { readonly target: Target; readonly newCritical: number }[];
  readonly neverScanned: readonly Target[];
}

const WORST = 5;

export function toWeeklyDigest({ from, until, scans, stalled, neverScanned }: DigestFacts): WeeklyDigest {
  const failed = scans.filter(hasFailed).length;
  return {
    ...{ from, until, ended: scans.length, failed, stalled, neverScanned },
    stopped: scans.filter(({ snapshot }) => snapshot.state === 'stopped').length,
    worst: worstOf(scans),
  };
}

/** Only its result tells of an image that it could not be pulled. */
function hasFailed({ snapshot, report }: EndedScan): boolean {
  return snapshot.state === 'failed' || (report?.kind === 'image' && report.error.trim() !== '');
}

function worstOf(scans: readonly EndedScan[]): WeeklyDigest['worst'] {
  const counts = new Map<string, { readonly target: Target; readonly newCritical: number }>();
  for (const { target, report } of scans) {
    const newCritical = (counts.get(targetId(target))?.newCritical ?? 0) + newCriticalOf(report);
    counts.set(targetId(target), { target, newCritical });
  }
  return [...counts.values()]
    .filter(({ newCritical }) => newCritical > 0)
    .sort((a, b) => b.newCritical - a.newCritical)
    .slice(0, WORST);
}

/** By ids where both scans are known, else by how many more there are; of a first scan nobody knows what is new. */
function newCriticalOf(report: Report | null): number {
  if (report?.kind !== 'image' || report.findings === null) return 0;
  const { difference, before, findings } = report;
  if (difference !== undefined) return difference.added.critical;
  return before === null ? 0 : Math.max(0, findings.critical - before.critical);
}
