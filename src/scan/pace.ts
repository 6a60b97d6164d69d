/**
 * How long a scan will still take, from its recent pace: said coarsely, seldom changed, and withdrawn where it cannot be
 * believed. What is said depends on the readings alone, so that it survives a restart and is tested with made-up ones.
 */

/** What is remembered of a scan's pace between two readings. Times are epoch ms. */
export interface Pace {
  /** The last reading. */
  readonly at: number;
  readonly scanned: number;
  /** Images per ms, weighted by age; 0 before the first move. */
  readonly rate: number;
  /** Images that were seen to be scanned. */
  readonly seen: number;
  /** When an image was last seen to be done, and the usual time between two such moves, ms. */
  readonly movedAt: number;
  readonly gapMs: number;
  /** When it is likely to end, smoothed; null where there is too little to go by. */
  readonly endsAt: number | null;
  /** What is said, ms; null for nothing. */
  readonly said: number | null;
}

export const NO_PACE: Pace = {
  at: 0,
  scanned: 0,
  rate: 0,
  seen: 0,
  movedAt: 0,
  gapMs: 0,
  endsAt: null,
  said: null,
};

/** An earlier scan of the same target: how many images it scanned in how long. */
export interface PastPace {
  readonly images: number;
  readonly durationMs: number;
}

export interface PaceReading {
  readonly at: number;
  readonly scanned: number;
  readonly total: number;
  /** Step 1 is done: before that, the total still grows. */
  readonly isDiscovered: boolean;
  /** Its counts began anew. */
  readonly isStartedOver: boolean;
  readonly past: readonly PastPace[];
}

/** Half-life of a pace, ms: it follows a scan that slows down within minutes. */
const MEMORY_MS = 2 * 60_000;
/** Half-life of a likely end, ms, so that one burst does not move it. */
const SMOOTHING_MS = 20_000;
/** So many images tell a pace of their own; before that, earlier scans say more. */
const ENOUGH_IMAGES = 5;
/** A batch of images may be done at once: a pace needs some time, too. */
const ENOUGH_MS = 20_000;
/** No move for so many of the usual gaps, and for this long at least: no number can be believed. */
const GAPS = 5;
const STANDSTILL_MS = 60_000;
/** What is said goes up only where the likely end has moved away by more than this part. */
const CLEARLY = 1.25;

export function notePace(before: Pace, reading: PaceReading): Pace {
  const { at, scanned, isDiscovered, isStartedOver } = reading;
  const isNew = before.at === 0 || isStartedOver || at < before.at || scanned < before.scanned;
  if (isNew || !isDiscovered) return { ...NO_PACE, at, scanned, movedAt: at };
  return withEstimate(withRate(before, reading), reading, at - before.at);
}

/** What may be said now, ms, rounded as people do; 0 for "under a minute", null where it is better to say nothing. */
export function remainingMs({ said }: Pace): number | null {
  return said;
}

function withRate(before: Pace, { at, scanned }: PaceReading): Pace {
  const dt = at - before.at;
  const done = scanned - before.scanned;
  if (dt <= 0) return { ...before, scanned };
  const weight = shareOf(dt, MEMORY_MS);
  // The first readings are all there is: they count in full.
  const known = before.seen === 0 && done > 0 ? done / Math.max(dt, at - before.movedAt) : before.rate;
  const rate = known + (done / dt - known) * (before.seen === 0 ? 0 : weight);
  // A standstill says nothing of the pace after it.
  if (done === 0) return { ...before, at, scanned, rate: isStill(before, at) ? before.rate : rate };
  const gap = at - before.movedAt;
  const gapMs = before.gapMs === 0 ? gap : before.gapMs + (gap - before.gapMs) * 0.3;
  return { ...before, at, scanned, rate, seen: before.seen + done, movedAt: at, gapMs };
}

function isStill({ movedAt, gapMs }: Pace, at: number): boolean {
  return at - movedAt >= Math.max(STANDSTILL_MS, GAPS * gapMs);
}

function shareOf(dt: number, memoryMs: number): number {
  return 1 - 2 ** (-dt / memoryMs);
}

function withEstimate(pace: Pace, { at, total, past }: PaceReading, dt: number): Pace {
  const left = Math.max(0, total - pace.scanned);
  const rate = blend(pace, past);
  if (rate === null || left === 0 || total === 0)
    return { ...pace, endsAt: null, said: left === 0 ? null : pace.said };
  if (isStill(pace, at)) return { ...pace, endsAt: null, said: null };
  const raw = at + left / rate;
  const endsAt = pace.endsAt === null ? raw : pace.endsAt + (raw - pace.endsAt) * shareOf(dt, SMOOTHING_MS);
  return { ...pace, endsAt, said: say(Math.max(0, endsAt - at), pace.said) };
}

/** Own pace, earlier scans', or both: the more was seen of this one, the less the others count. */
function blend({ rate, seen, at, movedAt, gapMs }: Pace, past: readonly PastPace[]): number | null {
  const before = pastRate(past);
  const isEnough = seen >= ENOUGH_IMAGES && rate > 0 && at - movedAt + gapMs * seen >= ENOUGH_MS;
  if (before === null) return isEnough ? rate : null;
  const own = Math.min(1, seen / (4 * ENOUGH_IMAGES));
  const blended = rate * own + before * (1 - own);
  return blended > 0 ? blended : null;
}

/** The middle one of earlier scans, images per ms; null where none tells. */
function pastRate(past: readonly PastPace[]): number | null {
  const rates = past
    .filter(({ images, durationMs }) => images > 0 && durationMs > 0)
    .map(({ images, durationMs }) => images / durationMs)
    .sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? null;
}

/** Counts down by itself; goes up only where the end has clearly moved away. */
function say(ms: number, said: number | null): number | null {
  const rounded = round(ms);
  if (said === null || rounded <= said) return rounded;
  return ms >= Math.max(said, MINUTE_MS) * CLEARLY ? rounded : said;
}

const MINUTE_MS = 60_000;
/** Minutes: exact up to five, then ever coarser, as people say it. */
const STEPS: readonly (readonly [upTo: number, step: number])[] = [
  [5, 1],
  [30, 5],
  [60, 10],
  [120, 15],
  [Infinity, 30],
];

/** 0 below three quarters of a minute. More than a day is no estimate that helps anybody: a day is said. */
function round(ms: number): number {
  const minutes = Math.min(ms / MINUTE_MS, 24 * 60);
  if (minutes < 0.75) return 0;
  const step = STEPS.find(([upTo]) => minutes <= upTo)?.[1] ?? 30;
  return Math.max(1, Math.round(minutes / step) * step) * MINUTE_MS;
}
