/**
 * What the Console's results say of a target. Reading them consumes nothing, unlike reading progress: so they can tell
 * of an end that the Console reported to somebody else, or to a process that was killed before it could write it down.
 */

import type { ImageReference } from '../image/reference.ts';
import type { Findings } from './findings.ts';
import type { Failure, FailureCause } from './snapshot.ts';

/** The latest result of a target. */
export interface ScanResult {
  /** When the Console scanned it, epoch ms by the Console's own clock. */
  readonly scannedAt: number;
  /** Why it could not be scanned, `''` where it could. From outside: escape before showing. */
  readonly error: string;
  /** null where it could not be scanned, or where the Console counts none: never to be read as "0 vulnerabilities". */
  readonly findings: Findings | null;
}

/** One that was seen already, of which more can be asked. */
export interface ImageResult {
  readonly reference: ImageReference;
  readonly scannedAt: number;
}

/** One reading of a target's result. `at` is our clock when the answer was complete, epoch ms. */
export type ResultsObservation =
  | {
      readonly kind: 'answered';
      readonly at: number;
      /** The Console's clock at the same instant, as its answer shows it; null where it shows none. */
      readonly consoleAt: number | null;
      /** null where the Console has no result of it. */
      readonly result: ScanResult | null;
      /** The Console says that it is scanning right now; known of the regular scan only. */
      readonly isOngoing: boolean;
    }
  | { readonly kind: 'failed'; readonly at: number; readonly failure: Failure };

/** The page of results that shows which scans ended last. */
export interface NewestResults {
  readonly at: number;
  readonly consoleAt: number | null;
  /** False where newer results may be missing: the Console did not sort as it was asked. */
  readonly isInOrder: boolean;
  /** Every name by which the images on the page may be watched. */
  readonly images: readonly ImageReference[];
  readonly resultOf: (reference: ImageReference) => ScanResult | null;
}

/** Whether results stay hidden until a role or a setting changes. */
export function isLasting({ cause }: Failure): boolean {
  return LASTING.includes(cause);
}

const LASTING: readonly FailureCause[] = ['forbidden', 'not-found', 'bad-request'];
