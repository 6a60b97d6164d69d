/** Several images on one message, a line each, and what can be said of all of them together. */

import type { DeliveryContent, WatchEnd } from './delivery.ts';
import type { ImageReport } from './report.ts';
import type { ScanState, Snapshot, StepProgress } from './snapshot.ts';
import type { Target } from './target.ts';
import { sumSteps } from './state/ongoing-scan.ts';
import { NEW_TARGET } from './state/target-state.ts';

export interface BoardLine {
  readonly target: Target;
  readonly content: DeliveryContent;
  /** What its scan found; null where that is not known (yet). */
  readonly report: ImageReport | null;
}

/** Nobody watches it any more; its scan goes on, and is not what `stopped` means of a scan. */
export function isUnwatched({ content: { end } }: BoardLine): boolean {
  return end === 'stopped';
}

/**
 * How the scan of one line stands, or stood when it was last watched. The Console may report an end as any other where
 * the image could not be pulled.
 */
export function lineState({ content: { snapshot, end }, report }: BoardLine): ScanState {
  switch (end) {
    case 'expired':
      return 'not running';
    case 'not-started':
      return 'failed';
    case 'scan-ended':
      return report === null || report.error === '' ? snapshot.state : 'failed';
    case 'stopped':
    case 'folded':
    case null:
      return snapshot.state;
  }
}

/** All lines as one: the sum of their counts, and an end once each of them has one. */
export function sumBoard(lines: readonly BoardLine[]): DeliveryContent {
  const end = endOf(lines);
  return { snapshot: sumSnapshots(lines, end), end, stoppedBy: end === 'stopped' ? whoStopped(lines) : null };
}

/** null while one of its watches goes on. */
function endOf(lines: readonly BoardLine[]): WatchEnd | null {
  const ends = lines.map(({ content }) => content.end);
  if (ends.length === 0 || ends.includes(null)) return null;
  if (ends.includes('scan-ended') || ends.includes('not-started')) return 'scan-ended';
  return ends.includes('expired') ? 'expired' : 'stopped';
}

/** Somebody stopped all of it at once. */
function whoStopped(lines: readonly BoardLine[]): string | null {
  const people = new Set(lines.map(({ content }) => content.stoppedBy));
  const [only] = people;
  return people.size === 1 && only !== undefined ? only : null;
}

function sumSnapshots(lines: readonly BoardLine[], end: WatchEnd | null): Snapshot {
  const snapshots = lines.map(({ content }) => content.snapshot);
  const sum = (pick: (snapshot: Snapshot) => number): number =>
    snapshots.reduce((total, snapshot) => total + pick(snapshot), 0);
  const startedAt = snapshots.flatMap((snapshot) => snapshot.startedAt ?? []);
  const endedAt = snapshots.flatMap((snapshot) => snapshot.endedAt ?? []);
  const answeredAt = snapshots.flatMap((snapshot) => snapshot.answeredAt ?? []);
  return {
    ...NEW_TARGET.snapshot,
    state: sumStates(lines, end),
    discovery: sumOf(snapshots.map(({ discovery }) => discovery)),
    images: sumOf(snapshots.map(({ images }) => images)),
    // With these two, counts that begin anew on one line are no step back of the whole.
    scan: sum(({ scan }) => scan),
    restarts: sum(({ restarts }) => restarts),
    startedAt: startedAt.length === 0 ? null : Math.min(...startedAt),
    isStartKnown: snapshots.every(({ isStartKnown }) => isStartKnown),
    endedAt: end === null || endedAt.length === 0 ? null : Math.max(...endedAt),
    answeredAt: answeredAt.length === 0 ? null : Math.max(...answeredAt),
  };
}

/** The Console's sentences are about one image each. */
function sumOf(steps: readonly StepProgress[]): StepProgress {
  return { ...sumSteps(steps), title: '' };
}

/** While it goes on, the liveliest says most; at its end, the worst. */
const GOING_ON: readonly ScanState[] = ['scanning', 'discovering', 'stalled', 'unknown', 'waiting'];
const OVER: readonly ScanState[] = ['failed', 'completed', 'stopped'];

function sumStates(lines: readonly BoardLine[], end: WatchEnd | null): ScanState {
  // Where all are unwatched, the last that was seen is said, as on the message of a single one.
  if (end === 'stopped') return firstOf([...GOING_ON, ...OVER], lines) ?? 'not running';
  const watched = lines.filter((line) => !isUnwatched(line));
  if (end !== null) return firstOf(OVER, watched) ?? 'not running';
  return (
    firstOf(
      GOING_ON,
      watched.filter(({ content }) => content.end === null),
    ) ?? 'waiting'
  );
}

function firstOf(order: readonly ScanState[], lines: readonly BoardLine[]): ScanState | null {
  const states = new Set(lines.map(lineState));
  return order.find((state) => states.has(state)) ?? null;
}
