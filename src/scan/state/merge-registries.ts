/**
 * Joins what the Console says now with what is already shown of the same scan, so that nothing shown ever goes
 * backwards: a lower count is held until it is clear that the Console started the scan over.
 *
 * The Console gives its elements no identity: they are joined by the host in their title, else by position. Several
 * may have the same host, and the next one may begin as one of them ends, which must not look like a new start.
 */

import type { RegistryProgress, StepProgress } from '../snapshot.ts';

/** Lower counts this many polls in a row are no hiccup: the scan was started over. */
const REGRESSED_POLLS = 3;
/** A Console scans four registries or so at a time; a list beyond this is nonsense that must not fill the database. */
const MAX_REGISTRIES = 200;

export interface Merged {
  readonly registries: readonly RegistryProgress[];
  /** The Console began anew: the counts in `registries` may be lower than before. */
  readonly isStartedOver: boolean;
  /** Polls in a row whose counts were lower than what is shown. */
  readonly regressions: number;
}

export interface Shown {
  readonly registries: readonly RegistryProgress[];
  readonly regressions: number;
}

export function mergeRegistries(shown: Shown, seen: readonly RegistryProgress[]): Merged {
  const capped = seen.slice(0, MAX_REGISTRIES).map(withinTotals);
  const pairs = joinRegistries(shown.registries, capped);
  const isAnew = pairs.some(({ before, now }) => before !== null && now !== null && startsOver(before, now));
  const hasRegressed = pairs.some(
    ({ before, now }) => before !== null && now !== null && isLower(before, now),
  );
  const regressions = hasRegressed ? shown.regressions + 1 : 0;
  const isStartedOver = isAnew || regressions >= REGRESSED_POLLS;
  // What a scan that begins anew does not name is not done but waits for its turn.
  const told = isAnew ? pairs.filter(({ now }) => now !== null) : pairs;
  return {
    registries: told.flatMap((pair) => mergePair(pair, isStartedOver)).slice(0, MAX_REGISTRIES),
    isStartedOver,
    regressions: isStartedOver ? 0 : regressions,
  };
}

interface Pair {
  readonly before: RegistryProgress | null;
  readonly now: RegistryProgress | null;
}

type Fit = (before: RegistryProgress, now: RegistryProgress) => boolean;

/** Every known registry once, in its known order, then the new ones. */
function joinRegistries(
  known: readonly RegistryProgress[],
  seen: readonly RegistryProgress[],
): readonly Pair[] {
  const partners = new Map<RegistryProgress, RegistryProgress>();
  const left = new Set(seen);
  const join = (fits: Fit): void => {
    for (const now of left) {
      const before = known.find((one) => !partners.has(one) && fits(one, now));
      if (before === undefined) continue;
      partners.set(before, now);
      left.delete(now);
    }
  };
  for (const fits of FORWARD) join(fits);
  // What is left over fell back, or is another registry.
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
const isHiccup: Fit = (before, now) => !isOver(before) && isSameSize(before, now) && !startsOver(before, now);

/**
 * The surest signs first. A finished element comes with empty titles: without a host, the best that is left over must do.
 * It does before a registry may fall back, since the next one of a host begins as the last one ends; yet an element
 * that tells neither host nor counts ends none that only has a hiccup.
 */
const FORWARD: readonly Fit[] = [
  (before, now) => isSameHost(before, now) && isAhead(before, now) && isSameSize(before, now),
  (before, now) => isSameHost(before, now) && isAhead(before, now),
  (before, now) => isNameless(before, now) && isAhead(before, now) && isSameSize(before, now),
  (before, now) => isSameHost(before, now) && isHiccup(before, now),
  (before, now) => isNameless(before, now) && isAhead(before, now),
];

/**
 * A registry that is done does not fall back: what begins in its place is another one. Where others go on, the Console
 * did not start over, so that only a hiccup makes the counts of one fall.
 *
 * Ambiguous by nature is the only registry that goes on and comes back with lower counts, while no end is told: it was
 * started over, or it ended unseen and the next one of its host has begun. More images than all that were found are
 * taken for the next one; as many or fewer for one that starts over, whose total grows anew.
 */
function mayFallBack(before: RegistryProgress, now: RegistryProgress, othersGoOn: boolean): boolean {
  if (isOver(before) || isNextOfHost(before, now)) return false;
  return !othersGoOn || isHiccup(before, now);
}

const isNextOfHost: Fit = (before, now) =>
  isSameHost(before, now) &&
  isDone(before.discovery) &&
  now.images.total > before.images.total &&
  !isLaterStart(before, now);

function isOver({ discovery, images, isOngoing }: RegistryProgress): boolean {
  return !isOngoing && images.scanned >= images.total && discovery.scanned >= discovery.total;
}

function mergePair({ before, now }: Pair, isStartedOver: boolean): RegistryProgress[] {
  if (before === null) return now === null ? [] : [now];
  // A registry that the answer no longer names is done, while others of the same scan go on.
  if (now === null) return [{ ...before, isOngoing: false }];
  const host = now.host === '' ? before.host : now.host;
  if (isStartedOver && now.isOngoing) return [{ ...now, host }];
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

/** The later words with the higher counts. A finished element may come bare: it keeps what was known. */
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

/** Sure signs that the Console began anew, for which no second poll is needed. */
function startsOver(before: RegistryProgress, now: RegistryProgress): boolean {
  if (!now.isOngoing) return false;
  const isFromZero = before.images.scanned > 0 && now.images.scanned === 0;
  const isDiscoveringAgain =
    isDone(before.discovery) && !isDone(now.discovery) && now.discovery.scanned < before.discovery.scanned;
  return isLaterStart(before, now) || isFromZero || isDiscoveringAgain;
}

function isLaterStart(before: RegistryProgress, now: RegistryProgress): boolean {
  return before.startedAt !== null && now.startedAt !== null && now.startedAt > before.startedAt;
}

function isDone(step: StepProgress): boolean {
  return step.total > 0 && step.scanned >= step.total;
}

/** The Console's total may lag behind what is scanned: the claim never exceeds its total. */
function withinTotals(registry: RegistryProgress): RegistryProgress {
  return { ...registry, discovery: clampStep(registry.discovery), images: clampStep(registry.images) };
}

function clampStep(step: StepProgress): StepProgress {
  return step.scanned <= step.total ? step : { ...step, total: step.scanned };
}
