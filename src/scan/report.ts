/** What is told of a scan besides its progress: what it found once it is over, and why it does not move. */

import type { Difference, Findings } from './findings.ts';
import type { ActionItem, PolicyVerdict } from './vulnerabilities.ts';
import type { Scope } from './snapshot.ts';

/** Texts are from outside: escape them before showing. */
export type Report = ImageReport | RegularReport;

/** At the end of a scan; when it stalls; when nothing is seen of one that was started. */
export type ReportTopic = 'end' | 'stall' | 'start';

/** What the Console's results are compared with at the end of a scan, by its own clock. */
export interface ComparisonBasis {
  /** A result tells of this scan if it is dated later than this, epoch ms; null: any does. */
  readonly newerThan: number | null;
  /** What the scan before found; null where it is not known. */
  readonly before: Findings | null;
}

export interface ImageReport {
  readonly kind: 'image';
  /** null where it could not be scanned: never to be read as "0 vulnerabilities". */
  readonly findings: Findings | null;
  /** Of the image's previous scan; null where none is known. */
  readonly before: Findings | null;
  /** Why it could not be scanned, `''` where it could. */
  readonly error: string;
  /** When the result was made, by the Console's clock, epoch ms; an earlier version kept none. */
  readonly scannedAt?: number;
  /** Since the scan before, by ids; missing where those of one of the two are not known. */
  readonly difference?: Difference;
  /** The severest vulnerabilities that have a fix, ten at most; missing where they are not known. */
  readonly toActOn?: readonly ActionItem[];
  /** Missing where the result carries none. */
  readonly policy?: PolicyVerdict;
}

/** Of a registry scan so many of its images are told of. */
export const WORST_MAX = 10;

export interface RegularReport {
  readonly kind: 'regular';
  /** The Console's latest errors, each once, ten at most. */
  readonly errors: readonly string[];
  /** Registry specifications whose scan failed. */
  readonly failed: readonly FailedSpecification[];
  /** null where the role may not see the settings. */
  readonly specifications: number | null;
  /** The images with the most critical findings, worst first, WORST_MAX at most. */
  readonly worst: readonly ImageFindings[];
}

export interface FailedSpecification {
  /** Host, with the repository's pattern where there is one. */
  readonly name: string;
  readonly error: string;
}

export interface ImageFindings {
  readonly name: string;
  readonly findings: Findings;
}

/** Likely causes of a scan that does not move or does not begin, the likeliest first; empty where nothing shows. */
export type Cause =
  | { readonly kind: 'no-defender' }
  | { readonly kind: 'specification-failed'; readonly name: string; readonly error: string }
  /** An error of the Console that concerns the target, as far as it tells. */
  | { readonly kind: 'console-error'; readonly error: string }
  /** No registry specification covers the image. */
  | { readonly kind: 'out-of-scope' };

export interface Diagnosis {
  readonly causes: readonly Cause[];
  /** Nothing of what could tell may be seen by the Console user's role. */
  readonly isHidden: boolean;
  /** What could be seen of all that could tell; an earlier version kept none. */
  readonly seen?: {
    /** At least one Defender that could scan is connected. */
    readonly isDefenderConnected: boolean;
    /** The Console's errors could be read. */
    readonly areErrorsKnown: boolean;
    /** Of an image; null for the regular scan. */
    readonly scope: Scope | null;
  };
}

/** What was told apart of a scan that is stalled. */
export interface StallInfo {
  /** A notice of it goes, or went, where the watch is. */
  readonly shouldNotify: boolean;
  /** null where the Console told nothing, or nothing yet. */
  readonly diagnosis: Diagnosis | null;
}
