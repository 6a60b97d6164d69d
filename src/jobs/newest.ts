/**
 * Finds scans that have just ended, however many images are watched: one request shows the newest results of all
 * images, and images with a new result are polled before all others. Idle images are then polled rarely.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Result } from '../prisma-cloud/http/result.ts';
import { IDLE_MS } from '../scan/state/poll-interval.ts';
import { scanOf } from '../scan/state/target-state.ts';
import { isNewResult, updateBaseline } from '../scan/state/baseline.ts';
import {
  isLasting,
  type NewestResults,
  type ResultsObservation,
  type ScanResult,
} from '../scan/results/result.ts';
import { targetId } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { claimInterval } from '../store/limits/rate-limits.ts';
import { countPolled, findPolled, type StoredTarget } from '../store/targets.ts';
import { watchesOfTarget } from '../store/watches.ts';
import type { Observer } from './observe.ts';
import type { RememberImages } from './known-images.ts';

export interface NewestOptions {
  readonly database: Database;
  readonly observer: Pick<Observer, 'observe' | 'applyResult'>;
  /** Never rejects. */
  readonly fetchNewest: () => Promise<Result<NewestResults>>;
  /** Never rejects. */
  readonly rememberImages: RememberImages;
  /** Up to this number every image is polled at each tick, and newest results are not requested. */
  readonly fewImages?: number;
  readonly now: () => number;
  readonly log: Log;
}

export interface NewestCheck {
  /** Epoch ms; null where polling each image is as fast. */
  readonly nextDueAt: (now: number) => Promise<number | null>;
  readonly run: () => Promise<void>;
  /** Longest time between two polls of an image without a scan, ms. */
  readonly idleMs: () => number;
}

/** A sixth of the Console's limit of 30 requests in 30 s, for all replicas together. */
export const NEWEST_EVERY_MS = 5_000;
/** This number fits into every tick within the limit. */
const FEW_IMAGES = 4;
/** All idle images together use one request in this time: two fifths of the Console's limit. */
const MS_PER_IDLE_POLL = 2_500;
/** A role or a sort order that makes the results useless may be fixed. */
const UNUSABLE_MS = 10 * 60_000;

export function createNewestCheck(options: NewestOptions): NewestCheck {
  const { database, fetchNewest, fewImages = FEW_IMAGES, now, log } = options;
  let polled = 0;
  let unusableUntil = 0;
  /** When each image's result was handled: an ongoing scan shows it as new until its end. */
  const handled = new Map<string, number>();
  const isUsable = (): boolean => now() >= unusableUntil;
  const giveUp = (reason: string): void => {
    unusableUntil = now() + UNUSABLE_MS;
    log.warn({ reason, forMs: UNUSABLE_MS }, 'newest results are not usable; polling every image instead');
  };
  return {
    async nextDueAt(at) {
      polled = await countPolled(database);
      return polled > fewImages && isUsable() ? at : null;
    },
    async run() {
      if (!(await claimInterval(database, 'newest', { now: now(), forMs: NEWEST_EVERY_MS - 500 }))) return;
      const result = await fetchNewest();
      if (result.kind === 'failed') {
        if (isLasting(result.failure)) giveUp(result.failure.cause);
        return;
      }
      if (!result.value.isInOrder) giveUp('the Console ignores the sorting order');
      // Also of an unsorted page: what it shows is true, it may only lack newer results.
      await handleNewResults(options, result.value, handled);
      await options.rememberImages(result.value.images);
    },
    idleMs: () => (isUsable() ? Math.max(IDLE_MS, polled * MS_PER_IDLE_POLL) : IDLE_MS),
  };
}

async function handleNewResults(
  options: NewestOptions,
  newest: NewestResults,
  handled: Map<string, number>,
): Promise<void> {
  const ids = new Set(newest.images.map((reference) => targetId({ kind: 'image', reference })));
  const targets = await findPolled(options.database, [...ids]);
  // A result that left the page cannot return with the same time.
  for (const id of handled.keys()) if (!ids.has(id)) handled.delete(id);
  const updates: NewResult[] = [];
  for (const stored of targets) {
    const observation = toNewestPoll(newest, stored);
    if (observation === null || handled.get(stored.id) === observation.result.scannedAt) continue;
    if (!(await isNewEnd(options.database, stored, observation))) continue;
    handled.set(stored.id, observation.result.scannedAt);
    updates.push({ stored, observation });
  }
  const isFlood = updates.length > FLOOD;
  await Promise.all(
    updates.map(async (update) => {
      if (!(await readEnd(options, update, isFlood))) handled.delete(update.stored.id);
    }),
  );
}

interface NewResult {
  readonly stored: StoredTarget;
  readonly observation: NewestPoll;
}

/** More new results than this come from a registry scan: polling each would use up the Console's limit. */
const FLOOD = 6;

/** Before its first response, a watch counts from its creation. */
async function isNewEnd(
  database: Database,
  { id, state }: StoredTarget,
  observation: NewestPoll,
): Promise<boolean> {
  if (state.baseline !== null) return isNewResult(state, observation);
  const baseline = updateBaseline(state, await watchesOfTarget(database, id), observation);
  return isNewResult({ ...state, baseline }, observation);
}

type NewestPoll = Extract<ResultsObservation, { kind: 'answered' }> & { readonly result: ScanResult };

/** null where its row has no date: it was not scanned yet. */
function toNewestPoll(
  { at, consoleAt, resultOf }: NewestResults,
  { target }: StoredTarget,
): NewestPoll | null {
  const result = target.kind === 'image' ? resultOf(target.reference) : null;
  return result && { kind: 'answered', at, consoleAt, result, isOngoing: false };
}

/**
 * The progress first, because it has the counts. The result is the evidence where another client consumed the end.
 * False: to be retried.
 */
async function readEnd(
  { observer, log }: NewestOptions,
  { stored, observation }: NewResult,
  isFlood: boolean,
): Promise<boolean> {
  try {
    if (!isFlood || scanOf(stored.state) !== null) {
      const { failure } = await observer.observe(stored.target, 'high');
      if (failure !== null) return false;
    }
    await observer.applyResult(stored, observation);
    return true;
  } catch (error) {
    log.error(
      { target: stored.id, error: messageOf(error) },
      'a new result was not recorded; it is read again',
    );
    return false;
  }
}
