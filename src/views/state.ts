/**
 * Each state at a glance: one emoji, one word, one line. Red is kept for failure. Emoji are characters and not
 * `:names:`, which some clients leave as they are in titles and notifications.
 */

import { hasError } from '../scan/end.ts';
import type { ScanState, Snapshot } from '../scan/snapshot.ts';
import { printDuration } from './duration.ts';
import { describeFailure } from './failure.ts';

export interface Headline {
  readonly emoji: string;
  /** mrkdwn. */
  readonly line: string;
}

export const STATE_EMOJI: Readonly<Record<ScanState, string>> = {
  waiting: '⏳',
  discovering: '🔵',
  scanning: '🔵',
  completed: '✅',
  failed: '❌',
  stopped: '⏹️',
  stalled: '⚠️',
  'not running': '⚪',
  unknown: '❔',
};

export function toHeadline(snapshot: Snapshot, now: number): Headline {
  const emoji = hasFailedPart(snapshot) ? STATE_EMOJI.stalled : STATE_EMOJI[snapshot.state];
  return { emoji, line: headlineOf(snapshot, now) };
}

/** A regular scan completes although some of its registries failed: that is no green tick. */
export function hasFailedPart({ state, registries }: Snapshot): boolean {
  return state === 'completed' && registries.some(hasError);
}

export function isOver(state: ScanState): boolean {
  return state === 'completed' || state === 'failed' || state === 'stopped';
}

/** No scan is seen. */
export function isAbsent(state: ScanState): boolean {
  return state === 'waiting' || state === 'not running';
}

/**
 * How long the scan has taken, from when it was first seen; "at least" where it was under way by then. null where that
 * is not known.
 */
export function elapsed({ startedAt, isStartKnown, endedAt }: Snapshot, now: number): string | null {
  if (startedAt === null) return null;
  const ms = (endedAt ?? now) - startedAt;
  if (isStartKnown) return printDuration(ms);
  return ms >= WORTH_SAYING_MS ? `at least ${printDuration(ms)}` : null;
}

/** "Completed in 3 min", but "after at least 3 min". */
export function tookJoin({ isStartKnown }: Pick<Snapshot, 'isStartKnown'>): string {
  return isStartKnown ? ' in ' : ' after ';
}

/** "At least 1 s" of a scan that may have run for an hour tells nothing. */
const WORTH_SAYING_MS = 10_000;

function headlineOf(snapshot: Snapshot, now: number): string {
  const time = elapsed(snapshot, now);
  switch (snapshot.state) {
    case 'waiting':
      return '*Waiting* for a scan to start';
    case 'discovering':
      return withTime('*Discovering tags*', ' · ', time);
    case 'scanning':
      return withTime('*Scanning images*', ' · ', time) + remaining(snapshot);
    case 'completed':
      return withTime(
        hasFailedPart(snapshot) ? '*Completed with errors*' : '*Completed*',
        tookJoin(snapshot),
        time,
      );
    case 'failed':
      return withTime('*Failed*', ' after ', time);
    case 'stopped':
      return withTime('*Stopped*', ' after ', time);
    case 'stalled':
      return stalledLine(snapshot, now);
    case 'not running':
      return '*Not running*: the Console reports no such scan';
    case 'unknown':
      return `*Unknown*: ${snapshot.failure === null ? 'the Console is out of reach' : describeFailure(snapshot.failure).headline}`;
  }
}

/** " · about 4 min left": never more exact than what is known. */
function remaining({ remainingMs }: Snapshot): string {
  if (remainingMs === null || remainingMs === undefined) return '';
  return remainingMs === 0 ? ' · under a minute left' : ` · about ${printDuration(remainingMs)} left`;
}

function stalledLine({ movedAt }: Snapshot, now: number): string {
  return movedAt === null ? '*Stalled*' : `*Stalled*: no movement for ${printDuration(now - movedAt)}`;
}

function withTime(word: string, join: string, time: string | null): string {
  return time === null ? word : word + join + time;
}
