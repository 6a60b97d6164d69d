/**
 * Finds scans that have just ended, however many images are watched: one request shows the newest results of all, and
 * whose result is new is polled before everything that waits for its turn. Progress of what is idle is then read rarely.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Result } from '../prisma-cloud/http/result.ts';
import { IDLE_MS } from '../scan/state/poll-interval.ts';
import { follow, isNewResult } from '../scan/state/baseline.ts';
import { isLasting, type NewestResults, type ResultsObservation } from '../scan/result.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import { targetId } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { claimTurn } from '../store/limits/rate-limits.ts';
import { countPolled, findPolled, type StoredTarget } from '../store/targets.ts';
import { watchesOfTarget } from '../store/watches.ts';
import type { Observer } from './observe.ts';

export interface NewestOptions {
  readonly database: Database;
  readonly observer: Pick<Observer, 'observe' | 'applyResult'>;
  /** Never rejects. */
  readonly fetchNewest: () => Promise<Result<NewestResults>>;
  /** Up to this number every image is polled at each tick, and newest results are not requested. */
  readonly fewImages?: number;
  readonly now: () => number;
  readonly log: Log;
}

export interface NewestCheck {
  /** Epoch ms; null where polling each image is as quick. */
  readonly nextDueAt: () => Promise<number | null>;
  readonly run: () => Promise<void>;
  /** How long an image without a scan may go unpolled, ms. */
  readonly idleMs: () => number;
}

/** A sixth of the 30 requests in 30 s that the Console grants, whatever the number of replicas. */
export const NEWEST_EVERY_MS = 5_000;
/** So few are polled at every tick within the limit. */
const FEW_IMAGES = 4;
/** All idle images together take one request in this time: two fifths of the Console's limit. */
const MS_PER_IDLE_POLL = 2_500;
/** A role or a sorting order that makes the results useless may be fixed. */
const UNUSABLE_MS = 10 * 60_000;

export function createNewestCheck(options: NewestOptions): NewestCheck {
  const { database, fetchNewest, fewImages = FEW_IMAGES, now, log } = options;
  let polled = 0;
  let unusableUntil = 0;
  /** When each image's result was acted upon: what an ongoing scan has as news stays news until its end. */
  const handled = new Map<string, number>();
  const isUsable = (): boolean => now() >= unusableUntil;
  const giveUp = (reason: string): void => {
    unusableUntil = now() + UNUSABLE_MS;
    log.warn({ reason, forMs: UNUSABLE_MS }, 'newest results are not usable; polling every image instead');
  };
  return {
    async nextDueAt() {
      polled = await countPolled(database);
      return polled > fewImages && isUsable() ? now() : null;
    },
    async run() {
      if (!(await claimTurn(database, 'newest', { now: now(), forMs: NEWEST_EVERY_MS - 500 }))) return;
      const answered = await fetchNewest();
      if (answered.kind === 'failed') {
        if (isLasting(answered.failure)) giveUp(answered.failure.cause);
        return;
      }
      if (!answered.value.isInOrder) giveUp('the Console ignores the sorting order');
      await handleNews(options, answered.value, handled);
    },
    idleMs: () => (isUsable() ? Math.max(IDLE_MS, polled * MS_PER_IDLE_POLL) : IDLE_MS),
  };
}

async function handleNews(
  options: NewestOptions,
  newest: NewestResults,
  handled: Map<string, number>,
): Promise<void> {
  const ids = new Set(newest.images.map((reference) => targetId({ kind: 'image', reference })));
  const targets = await findPolled(options.database, [...ids]);
  // What left the page cannot come back with the same time.
  for (const id of handled.keys()) if (!ids.has(id)) handled.delete(id);
  const news: News[] = [];
  for (const stored of targets) {
    const observation = toNewestPoll(newest, stored);
    const scannedAt = observation?.result?.scannedAt;
    if (observation === null || scannedAt === undefined || handled.get(stored.id) === scannedAt) continue;
    if (!(await isEndNews(options.database, stored, observation))) continue;
    handled.set(stored.id, scannedAt);
    news.push({ stored, observation });
  }
  const isFlood = news.length > FLOOD;
  await Promise.all(
    news.map(async (one) => {
      if (!(await readEnd(options, one, isFlood))) handled.delete(one.stored.id);
    }),
  );
}

interface News {
  readonly stored: StoredTarget;
  readonly observation: NewestPoll;
}

/** More new results than these come from a registry scan: polling each would use up the Console's limit. */
const FLOOD = 6;

/** A watch that no answer has reached yet follows from when it was made. */
async function isEndNews(
  database: Database,
  { id, state }: StoredTarget,
  observation: NewestPoll,
): Promise<boolean> {
  if (state.following !== null) return isNewResult(state, observation);
  const { lastEndAt } = state;
  if (lastEndAt !== null && (observation.result?.scannedAt ?? 0) <= lastEndAt) return false;
  return isNewResult(
    { following: follow(state, await watchesOfTarget(database, id), observation), lastEndAt },
    observation,
  );
}

type NewestPoll = Extract<ResultsObservation, { kind: 'answered' }>;

function toNewestPoll(
  { at, consoleAt, resultOf }: NewestResults,
  { target }: StoredTarget,
): NewestPoll | null {
  if (target.kind !== 'image') return null;
  return { kind: 'answered', at, consoleAt, result: resultOf(target.reference), isOngoing: false };
}

/**
 * The progress first: it knows the counts. The result is the evidence where somebody else has read the end. False where it
 * is to be tried again.
 */
async function readEnd(
  { observer, log }: NewestOptions,
  { stored, observation }: News,
  isFlood: boolean,
): Promise<boolean> {
  try {
    if (!isFlood || stored.state.scan !== null) {
      const { snapshot, failure } = await observer.observe(stored.target, 'soon');
      if (failure !== null || isOngoing(snapshot)) return failure === null;
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

function isOngoing({ registries }: Snapshot): boolean {
  return registries.some((registry) => registry.isOngoing);
}
