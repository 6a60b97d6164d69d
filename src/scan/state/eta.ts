/**
 * Estimates the remaining time of a scan from its recent rate: coarse, rarely changed, withdrawn when unreliable.
 * Depends on polls only, so it survives a restart and is testable.
 */

/** The estimator's state between two polls. Times are epoch ms. */
export interface EtaState {
  /** The last poll. */
  readonly at: number;
  readonly scanned: number;
  /** Images per ms, weighted by age; 0 before the second step. */
  readonly rate: number;
  /** Time in which that rate was seen, weighted by age, ms; missing in states of an earlier version. */
  readonly ms?: number;
  /** How often the count rose; missing in states of an earlier version. */
  readonly moves?: number;
  /** Images counted since the first step. */
  readonly seen: number;
  /** Time of the last step, and the usual gap between two steps, ms. */
  readonly movedAt: number;
  readonly gapMs: number;
  /** Estimated end, smoothed; null without enough data. */
  readonly endsAt: number | null;
  /** The displayed time, ms; null for none. */
  readonly said: number | null;
}

export const NO_ETA: EtaState = {
  at: 0,
  scanned: 0,
  rate: 0,
  ms: 0,
  moves: 0,
  seen: 0,
  movedAt: 0,
  gapMs: 0,
  endsAt: null,
  said: null,
};

/** An earlier scan of the same target: images, and the time they took. */
export interface PastEta {
  readonly images: number;
  readonly durationMs: number;
}

export interface EtaSample {
  readonly at: number;
  readonly scanned: number;
  readonly total: number;
  /** Discovery is done: before that, the total still grows. */
  readonly isDiscovered: boolean;
  /** Its counts started again. */
  readonly isRestart: boolean;
  readonly past: readonly PastEta[];
}

/** Half-life of the rate, ms: follows a scan that slows down within minutes. */
const MEMORY_MS = 2 * 60_000;
/** Half-life of the estimated end, ms, so that one burst does not move it. */
const SMOOTHING_MS = 30_000;
/** Images after which the scan's own rate counts more than earlier scans'. */
const ENOUGH_IMAGES = 4;
/** A batch of images may finish together: a rate also needs some time and some steps. */
const ENOUGH_MS = 20_000;
const ENOUGH_MOVES = 3;
/** No step for this number of usual gaps, and at least this long: no estimate is reliable. */
const GAPS = 5;
const STALL_MS = 60_000;
/** The displayed time rises only where the estimate has grown by more than this factor. */
const CLEARLY = 1.25;

export function updateEta(before: EtaState, reading: EtaSample): EtaState {
  const { at, scanned, isDiscovered, isRestart } = reading;
  // Images counted during discovery say nothing of those after it.
  if (!isDiscovered) return NO_ETA;
  const isNew = before.at === 0 || isRestart || at < before.at || scanned < before.scanned;
  if (isNew) return { ...NO_ETA, at, scanned, movedAt: at };
  return withEstimate(withRate(before, reading), reading, at - before.at);
}

/** The displayed time, ms, rounded; 0 for "under a minute", null for none. */
export function remainingMs({ said }: EtaState): number | null {
  return said;
}

/** Measured from step to step, from the first one on: its own duration is unknown. */
function withRate(before: EtaState, { at, scanned }: EtaSample): EtaState {
  const { ms: knownMs = 0, moves = 0 } = before;
  const done = scanned - before.scanned;
  if (done === 0) return { ...before, at };
  const moved = { ...before, at, scanned, movedAt: at, moves: moves + 1 };
  const gap = at - before.movedAt;
  // A stall says nothing of the rate after it.
  const isAfterStall = before.gapMs > 0 && isStill(before, at);
  if (moves === 0 || gap <= 0 || isAfterStall) return moved;
  const keptMs = knownMs * 2 ** (-gap / MEMORY_MS);
  const ms = keptMs + gap;
  const rate = (before.rate * keptMs + done) / ms;
  const gapMs = before.gapMs === 0 ? gap : before.gapMs + (gap - before.gapMs) * 0.3;
  return { ...moved, rate, ms, gapMs, seen: before.seen + done };
}

function isStill({ movedAt, gapMs }: EtaState, at: number): boolean {
  return at - movedAt >= Math.max(STALL_MS, GAPS * gapMs);
}

function shareOf(dt: number, memoryMs: number): number {
  return 1 - 2 ** (-dt / memoryMs);
}

function withEstimate(pace: EtaState, { at, total, past }: EtaSample, dt: number): EtaState {
  const left = Math.max(0, total - pace.scanned);
  const rate = blend(pace, past);
  // Without a rate the displayed time stays for now; with nothing left there is none.
  if (rate === null || left === 0 || total === 0)
    return { ...pace, endsAt: null, said: left === 0 ? null : pace.said };
  if (isStill(pace, at)) return { ...pace, endsAt: null, said: null };
  // The next image is being scanned: the remaining time counts from the last step, for up to one usual gap.
  const raw = Math.min(at, pace.movedAt + pace.gapMs) + left / rate;
  const endsAt = pace.endsAt === null ? raw : pace.endsAt + (raw - pace.endsAt) * shareOf(dt, SMOOTHING_MS);
  return { ...pace, endsAt, said: say(Math.max(0, endsAt - at), pace.said) };
}

/** Own rate, earlier scans', or both: the more was seen of this one, the less the others count. */
function blend({ rate, ms = 0, moves = 0, seen }: EtaState, past: readonly PastEta[]): number | null {
  const before = pastRate(past);
  const isEnough = seen >= ENOUGH_IMAGES && moves >= ENOUGH_MOVES && ms >= ENOUGH_MS;
  if (before === null) return isEnough ? rate : null;
  const own = Math.min(1, seen / (4 * ENOUGH_IMAGES));
  const blended = rate * own + before * (1 - own);
  return blended > 0 ? blended : null;
}

/** Median rate of earlier scans, images per ms; null for none. */
function pastRate(past: readonly PastEta[]): number | null {
  const rates = past
    .filter(({ images, durationMs }) => images > 0 && durationMs > 0)
    .map(({ images, durationMs }) => images / durationMs)
    .sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? null;
}

/** Counts down with time; rises only where the estimate has clearly grown. */
function say(ms: number, said: number | null): number | null {
  const rounded = round(ms);
  if (said === null || rounded <= said) return rounded;
  return ms >= Math.max(said, MINUTE_MS) * CLEARLY ? rounded : said;
}

const MINUTE_MS = 60_000;
/** Minutes: exact up to six, then ever coarser. */
const STEPS: readonly (readonly [upTo: number, step: number])[] = [
  [6, 1],
  [12.5, 2],
  [30, 5],
  [60, 10],
  [120, 15],
  [Infinity, 30],
];

/** 0 below 45 seconds. At most a day: longer estimates are useless. */
function round(ms: number): number {
  const minutes = Math.min(ms / MINUTE_MS, 24 * 60);
  if (minutes < 0.75) return 0;
  const step = STEPS.find(([upTo]) => minutes <= upTo)?.[1] ?? 30;
  return Math.max(1, Math.round(minutes / step) * step) * MINUTE_MS;
}
