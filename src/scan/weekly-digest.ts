/**
 * Weekly digest of a channel: when it is due, and its content. Weeks follow the channel's own clock: a repeated hour
 * counts once, and a skipped time is due as soon as that hour was skipped.
 */

import type { Report } from './results/report.ts';
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
  const ahead = WEEKDAYS.indexOf(weekday) - ((localDay + 3) % 7);
  const times = [ahead, ahead + 7, ahead + 14].map((days) =>
    instantOf((localDay + days) * DAY_MS + minute * MINUTE_MS, offsetAt),
  );
  return times.find((time) => time > after) ?? after + WEEK_MS;
}

type OffsetAt = (at: number) => number;

/** `local` as if it were UTC. Of two instants the first; of none, that by the offset from before the clock was put forward. */
function instantOf(local: number, offsetAt: OffsetAt): number {
  // The offsets of a day before and after: a change of the clock lies between them.
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
  /** null without a report. */
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
  const byTarget = Map.groupBy(scans, ({ target }) => targetId(target));
  return [...byTarget.values()]
    .flatMap(([first, ...more]) =>
      first === undefined ? [] : { target: first.target, newCritical: newCriticalOf([first, ...more]) },
    )
    .filter(({ newCritical }) => newCritical > 0)
    .sort((a, b) => b.newCritical - a.newCritical)
    .slice(0, WORST);
}

/**
 * What the last scan of the week found, and none before the week did. By ids where both scans are known; else by number;
 * unknown for a first scan. What went away and came back is not new.
 */
function newCriticalOf(scans: readonly EndedScan[]): number {
  const added = new Set<string>();
  const gone = new Set<string>();
  let counted = 0;
  let isFirst = true;
  for (const { report } of scans.toSorted((a, b) => a.snapshot.scan - b.snapshot.scan)) {
    if (report?.kind !== 'image' || report.findings === null) continue;
    const { changedCriticals, difference, before, findings } = report;
    if (changedCriticals !== undefined) {
      for (const key of changedCriticals.gone) if (!added.delete(key)) gone.add(key);
      for (const key of changedCriticals.added) if (!gone.delete(key)) added.add(key);
    } else if (difference !== undefined)
      counted += difference.added.critical - (isFirst ? 0 : difference.gone.critical);
    else if (before !== null) counted += findings.critical - before.critical;
    isFirst = false;
  }
  return added.size + Math.max(0, counted);
}
