/** Several images on one message, a line each, and the summary of all lines. */

import type { DeliveryContent, WatchEnd } from './delivery.ts';
import type { EndedScan, ImageReport } from './results/report.ts';
import type { ScanState, Snapshot, StepProgress } from './snapshot.ts';
import type { Target } from './target.ts';
import { sumSteps } from './state/ongoing-scan.ts';
import { NEW_TARGET } from './state/target-state.ts';

export interface BoardLine {
  readonly target: Target;
  readonly content: DeliveryContent;
  /** Findings of its scan; null if unknown. */
  readonly report: ImageReport | null;
  /** The scan before the one that is waited for; left out or null otherwise, or if unknown. */
  readonly before?: EndedScan | null;
}

/** The watch was stopped; the scan itself goes on, which differs from the scan state `stopped`. */
export function isUnwatched({ content: { end } }: BoardLine): boolean {
  return end === 'stopped';
}

/**
 * State of a line's scan, at its end or when it was last watched. The Console may report an image that could not be
 * pulled as completed; its report says so.
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

/** The sum of all lines: counts are added; ended once every line has ended. */
export function sumBoard(lines: readonly BoardLine[]): DeliveryContent {
  const end = endOf(lines);
  return { snapshot: sumSnapshots(lines, end), end, stoppedBy: whoStopped(lines) };
}

/** null while one of its watches is active. */
function endOf(lines: readonly BoardLine[]): WatchEnd | null {
  const ends = lines.map(({ content }) => content.end);
  if (ends.length === 0 || ends.includes(null)) return null;
  if (ends.includes('scan-ended') || ends.includes('not-started')) return 'scan-ended';
  return ends.includes('expired') ? 'expired' : 'stopped';
}

/** The person who stopped all lines together; null for none. */
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
    // Sums of scan number and restarts, so that counts starting again on one line are not seen as a regression.
    scan: sum(({ scan }) => scan),
    restarts: sum(({ restarts }) => restarts),
    startedAt: startedAt.length === 0 ? null : Math.min(...startedAt),
    isStartKnown: snapshots.every(({ isStartKnown }) => isStartKnown),
    endedAt: end === null || endedAt.length === 0 ? null : Math.max(...endedAt),
    answeredAt: answeredAt.length === 0 ? null : Math.max(...answeredAt),
  };
}

/** Without titles: each is about one image. */
function sumOf(steps: readonly StepProgress[]): StepProgress {
  return { ...sumSteps(steps), title: '' };
}

/** While a line is ongoing, the most active state wins; at the end, the worst. */
const GOING_ON: readonly ScanState[] = ['scanning', 'discovering', 'stalled', 'unknown', 'waiting'];
const OVER: readonly ScanState[] = ['failed', 'completed', 'stopped'];

function sumStates(lines: readonly BoardLine[], end: WatchEnd | null): ScanState {
  // All unwatched: the last state that was seen, as on a message of one image.
  if (end === 'stopped') return firstOf([...GOING_ON, ...OVER], lines) ?? 'not running';
  // The scan of an unwatched line may go on: its state says nothing of the board.
  const watched = lines.filter((line) => !isUnwatched(line));
  if (end !== null) return firstOf(OVER, watched) ?? 'not running';
  return (
    firstOf(
      GOING_ON,
      watched.filter(({ content }) => content.end === null),
    ) ?? 'waiting'
  );
}

function firstOf(order: readonly ScanState[], lines: readonly BoardLine[]): ScanState | undefined {
  const states = new Set(lines.map(lineState));
  return order.find((state) => states.has(state));
}
