/**
 * Merges new progress into the shown progress of the same scan, so that nothing shown goes backwards: a lower count is
 * held until it is clear that the Console restarted the scan.
 *
 * The Console's elements have no identity: they are matched by the host in their title, else by position. Several may
 * have the same host, and the next may start as one ends, which must not be taken for a restart.
 */

import type { RegistryProgress, StepProgress } from '../snapshot.ts';

/** Lower counts in this number of consecutive polls mean a restart, not a hiccup. */
const REGRESSED_POLLS = 3;
/** A Console scans about four registries at a time; a longer list must not fill the database. */
const MAX_REGISTRIES = 200;

export interface Merged {
  readonly registries: readonly RegistryProgress[];
  /** The Console restarted: the counts in `registries` may be lower than before. */
  readonly isRestart: boolean;
  /** Consecutive polls with lower counts than shown. */
  readonly regressions: number;
}

export interface Shown {
  readonly registries: readonly RegistryProgress[];
  readonly regressions: number;
}

export function mergeRegistries(shown: Shown, seen: readonly RegistryProgress[]): Merged {
  const capped = seen.slice(0, MAX_REGISTRIES).map(withinTotals);
  const pairs = joinRegistries(shown.registries, capped);
  const isRestarted = pairs.some(
    ({ before, now }) => before !== null && now !== null && startsOver(before, now),
  );
  const hasRegressed = pairs.some(
    ({ before, now }) => before !== null && now !== null && isLower(before, now),
  );
  const regressions = hasRegressed ? shown.regressions + 1 : 0;
  const isRestart = isRestarted || regressions >= REGRESSED_POLLS;
  // A restarted scan has not finished what it does not list: that is queued.
  const listed = isRestarted ? pairs.filter(({ now }) => now !== null) : pairs;
  return {
    registries: listed.flatMap((pair) => mergePair(pair, isRestart)).slice(0, MAX_REGISTRIES),
    isRestart,
    regressions: isRestart ? 0 : regressions,
  };
}

type Pair =
  | { readonly before: RegistryProgress; readonly now: RegistryProgress | null }
  | { readonly before: null; readonly now: RegistryProgress };

type Fit = (before: RegistryProgress, now: RegistryProgress) => boolean;

/** Known registries in their order, then new ones, each once. */
function joinRegistries(
  known: readonly RegistryProgress[],
  seen: readonly RegistryProgress[],
): readonly Pair[] {
  const partners = new Map<RegistryProgress, RegistryProgress>();
  const left = new Set(seen);
  const join = (fits: Fit): void => {
    for (const now of left) {
      const before = known.find((candidate) => !partners.has(candidate) && fits(candidate, now));
      if (before === undefined) continue;
      partners.set(before, now);
      left.delete(now);
    }
  };
  for (const fits of FORWARD) join(fits);
  // The rest fell back, or are other registries.
  for (const isSameLocation of [isSameHost, isNameless]) {
    const othersGoOn = [...partners].some(([before, now]) => before.isOngoing && now.isOngoing);
    join((before, now) => isSameLocation(before, now) && mayFallBack(before, now, othersGoOn));
  }
  return [
    ...known.map((before) => ({ before, now: partners.get(before) ?? null })),
    ...[...left].map((now) => ({ before: null, now })),
  ];
}

const isSameHost: Fit = (before, now) => now.host !== '' && before.host === now.host;
const isNameless: Fit = (before, now) => now.host === '' || before.host === '';
const isSameSize: Fit = (before, now) =>
  before.images.total === now.images.total && before.discovery.total === now.discovery.total;
const isBehind: Fit = (before, now) => isLower(before, now) || startsOver(before, now);
const isAhead: Fit = (before, now) => !isBehind(before, now);
/** The same registry with lower counts for a moment. */
const isHiccup: Fit = (before, now) =>
  !isRegistryEnded(before) && isSameSize(before, now) && !startsOver(before, now);

/**
 * The surest matches first. A finished element has empty titles: without a host, the best remaining match is used. It
 * comes before fall-backs, because the next registry of a host starts as the last one ends; but an element with neither
 * host nor counts does not end one that has a hiccup.
 */
const FORWARD: readonly Fit[] = [
  (before, now) => isSameHost(before, now) && isAhead(before, now) && isSameSize(before, now),
  (before, now) => isSameHost(before, now) && isAhead(before, now),
  (before, now) => isNameless(before, now) && isAhead(before, now) && isSameSize(before, now),
  (before, now) => isSameHost(before, now) && isHiccup(before, now),
  (before, now) => isNameless(before, now) && isAhead(before, now),
];

/**
 * A finished registry does not fall back: an element at its position is another one. Where others go on, the Console
 * did not restart, so lower counts are a hiccup.
 *
 * Ambiguous: the only ongoing registry returns with lower counts, and no end was reported. Either it restarted, or it
 * ended unseen and the next one of its host has started. More images than were found mean the next one; as many or
 * fewer mean a restart, whose total grows again.
 */
function mayFallBack(before: RegistryProgress, now: RegistryProgress, othersGoOn: boolean): boolean {
  if (isRegistryEnded(before) || isNextOfHost(before, now)) return false;
  return !othersGoOn || isHiccup(before, now);
}

const isNextOfHost: Fit = (before, now) =>
  isSameHost(before, now) &&
  hasReachedTotal(before.discovery) &&
  now.images.total > before.images.total &&
  !isLaterStart(before, now);

function isRegistryEnded({ discovery, images, isOngoing }: RegistryProgress): boolean {
  return !isOngoing && images.scanned >= images.total && discovery.scanned >= discovery.total;
}

function mergePair({ before, now }: Pair, isRestart: boolean): RegistryProgress[] {
  if (before === null) return [now];
  // A registry missing in the response is done, while others of the same scan go on.
  if (now === null) return [{ ...before, isOngoing: false }];
  const host = now.host === '' ? before.host : now.host;
  if (isRestart && now.isOngoing) return [{ ...now, host }];
  return [
    {
      ...now,
      host,
      discovery: furthest(before.discovery, now.discovery),
      images: furthest(before.images, now.images),
      startedAt: now.startedAt ?? before.startedAt,
    },
  ];
}

/** The title of the higher counts. A finished element may come empty: it keeps what was known. */
function furthest(before: StepProgress, now: StepProgress): StepProgress {
  const scanned = Math.max(before.scanned, now.scanned);
  const total = now.total === 0 ? before.total : now.total;
  return {
    scanned,
    total: Math.max(total, scanned),
    title: now.title === '' ? before.title : now.title,
    // An error that the Console no longer reports beside its title is over.
    error: now.error === '' && now.title === '' ? before.error : now.error,
  };
}

function isLower(before: RegistryProgress, now: RegistryProgress): boolean {
  if (!now.isOngoing) return false;
  return now.images.scanned < before.images.scanned || now.discovery.scanned < before.discovery.scanned;
}

/** Certain signs of a restart, for which one poll is enough. */
function startsOver(before: RegistryProgress, now: RegistryProgress): boolean {
  if (!now.isOngoing) return false;
  const isFromZero = before.images.scanned > 0 && now.images.scanned === 0;
  const isDiscoveringAgain =
    hasReachedTotal(before.discovery) &&
    !hasReachedTotal(now.discovery) &&
    now.discovery.scanned < before.discovery.scanned;
  return isLaterStart(before, now) || isFromZero || isDiscoveringAgain;
}

function isLaterStart(before: RegistryProgress, now: RegistryProgress): boolean {
  return before.startedAt !== null && now.startedAt !== null && now.startedAt > before.startedAt;
}

function hasReachedTotal(step: StepProgress): boolean {
  return step.total > 0 && step.scanned >= step.total;
}

/** The Console's total may lag behind: `scanned` is capped at `total`. */
function withinTotals(registry: RegistryProgress): RegistryProgress {
  return { ...registry, discovery: clampStep(registry.discovery), images: clampStep(registry.images) };
}

function clampStep(step: StepProgress): StepProgress {
  return step.scanned <= step.total ? step : { ...step, total: step.scanned };
}
