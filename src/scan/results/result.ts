/**
 * What the Console's results say of a target. Unlike progress, reading results consumes nothing: they show ends that
 * the Console reported to another client, or to a process that crashed before its commit.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { Findings } from './findings.ts';
import type { Failure, FailureCause } from '../snapshot.ts';

/** The latest result of a target. */
export interface ScanResult {
  /** Console time of the scan, epoch ms. */
  readonly scannedAt: number;
  /** Why it could not be scanned, else `''`. From outside: escape before showing. */
  readonly error: string;
  /** null where it could not be scanned, or the Console counts none: never to be shown as "0 vulnerabilities". */
  readonly findings: Findings | null;
}

/** A result that was seen before, whose details can be requested. */
export interface ImageResult {
  readonly reference: ImageReference;
  readonly scannedAt: number;
}

/** One observation of a target's result. `at`: our time of the complete response, epoch ms. */
export type ResultsObservation =
  | {
      readonly kind: 'answered';
      readonly at: number;
      /** The Console's time of the same instant; null without a `Date` header. */
      readonly consoleAt: number | null;
      /** null where the Console has no result. */
      readonly result: ScanResult | null;
      /** The Console is scanning right now; known for the registry scan only. */
      readonly isOngoing: boolean;
    }
  | { readonly kind: 'failed'; readonly at: number; readonly failure: Failure };

/** The page of results with the latest ended scans. */
export interface NewestResults {
  readonly at: number;
  readonly consoleAt: number | null;
  /** False where newer results may be missing, because the Console ignored the sort order. */
  readonly isInOrder: boolean;
  /** All references by which images on the page may be watched. */
  readonly images: readonly ImageReference[];
  /** null where this page has none: the Console may still have an older one. */
  readonly resultOf: (reference: ImageReference) => ScanResult | null;
}

/** Whether results stay unavailable until a role or a setting changes. */
export function isLasting({ cause }: Failure): boolean {
  return LASTING.includes(cause);
}

const LASTING: readonly FailureCause[] = ['forbidden', 'not-found', 'bad-request'];
