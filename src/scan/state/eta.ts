/**
 * How long a scan will still take, from its recent pace: said coarsely, seldom changed, and withdrawn where it cannot be
 * believed. What is said depends on the polls alone, so that it survives a restart and is tested with made-up ones.
 */

/** What is remembered of a scan's pace between two polls. Times are epoch ms. */
export interface EtaState {
  /** The last poll. */
  readonly at: number;
  readonly scanned: number;
  /** Images per ms, weighted by age; 0 before the second move. */
  readonly rate: number;
  /** The time in which that was seen, weighted by age, ms; an earlier version kept none. */
  readonly ms?: number;
  /** How often the count rose; an earlier version kept none. */
  readonly moves?: number;
  /** Images that were counted since the first move. */
  readonly seen: number;
  /** When an image was last seen to be done, and the usual time between two such moves, ms. */
  readonly movedAt: number;
  readonly gapMs: number;
  /** When it is likely to end, smoothed; null where there is too little to go by. */
  readonly endsAt: number | null;
  /** What is said, ms; null for nothing. */
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

/** An earlier scan of the same target: how many images it scanned in how long. */
export interface PastEta {
  readonly images: number;
  readonly durationMs: number;
}

export interface EtaSample {
  readonly at: number;
  readonly scanned: number;
  readonly total: number;
  /** Step 1 is done: before that, the total still grows. */
  readonly isDiscovered: boolean;
  /** Its counts began anew. */
  readonly isStartedOver: boolean;
  readonly past: readonly PastEta[];
}

/** Half-life of a pace, ms: it follows a scan that slows down within minutes. */
const MEMORY_MS = 2 * 60_000;
/** Half-life of a likely end, ms, so that one burst does not move it. */
const SMOOTHING_MS = 30_000;
/** So many images tell a pace of their own; before that, earlier scans say more. */
const ENOUGH_IMAGES = 4;
/** A batch of images may be done at once: a pace needs some time and some moves, too. */
const ENOUGH_MS = 20_000;
const ENOUGH_MOVES = 3;
/** No move for so many of the usual gaps, and for this long at least: no number can be believed. */
const GAPS = 5;
const STALL_MS = 60_000;
/** What is said goes up only where the likely end has moved away by more than this part. */
const CLEARLY = 1.25;

export function updateEta(before: EtaState, reading: EtaSample): EtaState {
  const { at, scanned, isDiscovered, isStartedOver } = reading;
  // Images that were counted while discovery went on tell nothing of those after it.
  if (!isDiscovered) return NO_ETA;
  const isNew = before.at === 0 || isStartedOver || at < before.at || scanned < before.scanned;
  if (isNew) return { ...NO_ETA, at, scanned, movedAt: at };
  return withEstimate(withRate(before, reading), reading, at - before.at);
}

/** What may be said now, ms, rounded as people do; 0 for "under a minute", null where it is better to say nothing. */
export function remainingMs({ said }: EtaState): number | null {
  return said;
}

/** Measured from move to move, from the first one on: nobody knows how long the images of that took. */
function withRate(before: EtaState, { at, scanned }: EtaSample): EtaState {
  const { ms: knownMs = 0, moves = 0 } = before;
  const done = scanned - before.scanned;
  if (done === 0) return { ...before, at };
  const moved = { ...before, at, scanned, movedAt: at, moves: moves + 1 };
  const gap = at - before.movedAt;
  // A standstill says nothing of the pace after it.
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
  if (rate === null || left === 0 || total === 0)
    return { ...pace, endsAt: null, said: left === 0 ? null : pace.said };
  if (isStill(pace, at)) return { ...pace, endsAt: null, said: null };
  // The next image is under way: what is left counts from the last move, for as long as moves usually take.
  const raw = Math.min(at, pace.movedAt + pace.gapMs) + left / rate;
  const endsAt = pace.endsAt === null ? raw : pace.endsAt + (raw - pace.endsAt) * shareOf(dt, SMOOTHING_MS);
  return { ...pace, endsAt, said: say(Math.max(0, endsAt - at), pace.said) };
}

/** Own pace, earlier scans', or both: the more was seen of this one, the less the others count. */
function blend({ rate, ms = 0, moves = 0, seen }: EtaState, past: readonly PastEta[]): number | null {
  const before = pastRate(past);
  const isEnough = seen >= ENOUGH_IMAGES && moves >= ENOUGH_MOVES && ms >= ENOUGH_MS;
  if (before === null) return isEnough ? rate : null;
  const own = Math.min(1, seen / (4 * ENOUGH_IMAGES));
  const blended = rate * own + before * (1 - own);
  return blended > 0 ? blended : null;
}

/** The middle one of earlier scans, images per ms; null where none tells. */
function pastRate(past: readonly PastEta[]): number | null {
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
/** Minutes: exact up to six, then ever coarser, as people say it. */
const STEPS: readonly (readonly [upTo: number, step: number])[] = [
  [6, 1],
  [12.5, 2],
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
