/** Reports besides progress: findings of an ended scan, and causes of a stall. */

import type { Difference, Findings } from './findings.ts';
import type { ActionItem, PolicyVerdict } from './vulnerabilities.ts';
import type { ScanState, Scope } from '../snapshot.ts';

/** Texts are from outside: escape them before showing. */
export type Report = ImageReport | RegularReport;

/** At the end of a scan; at a stall; for a started scan that does not show up. */
export type ReportTopic = 'end' | 'stall' | 'start';

/** What results are compared with at the end of a scan. Times are the Console's. */
export interface ComparisonBasis {
  /** A result belongs to this scan if dated later, epoch ms; null: any does. */
  readonly newerThan: number | null;
  /** Findings of the previous scan; null if unknown. */
  readonly before: Findings | null;
}

export interface ImageReport {
  readonly kind: 'image';
  /** null where the image could not be scanned: never to be shown as "0 vulnerabilities". */
  readonly findings: Findings | null;
  /** Of the image's previous scan; null if unknown. */
  readonly before: Findings | null;
  /** Why it could not be scanned, else `''`. */
  readonly error: string;
  /** Console time of the result, epoch ms; missing in reports of an earlier version. */
  readonly scannedAt?: number;
  /** Since the scan before, by ids; missing where those of one of the two are not known. */
  readonly difference?: Difference;
  /** Keys of critical vulnerabilities, where these are no more than a week's digest compares. */
  readonly changedCriticals?: { readonly added: readonly string[]; readonly gone: readonly string[] };
  /** The severest vulnerabilities that have a fix, ten at most; missing where they are not known. */
  readonly toActOn?: readonly ActionItem[];
  /** Missing where the result carries none. */
  readonly policy?: PolicyVerdict;
}

/** The latest scan of a target that has ended. */
export interface EndedScan {
  readonly state: ScanState;
  /** Of a part of a completed scan. */
  readonly hasErrors: boolean;
  /** Epoch ms. */
  readonly endedAt: number;
  /** null if unknown, and for the registry scan. */
  readonly findings: Findings | null;
}

/** Images listed for a registry scan. */
export const WORST_MAX = 10;

export interface RegularReport {
  readonly kind: 'regular';
  /** The Console's latest errors without duplicates, at most ten. */
  readonly errors: readonly string[];
  /** Registry specifications whose scan failed. */
  readonly failed: readonly FailedSpecification[];
  /** null where the role may not read the settings. */
  readonly specifications: number | null;
  /** Images with the most critical findings, worst first, at most WORST_MAX. */
  readonly worst: readonly ImageFindings[];
}

export interface FailedSpecification {
  /** Host, and the repository pattern if there is one. */
  readonly name: string;
  readonly error: string;
}

export interface ImageFindings {
  readonly name: string;
  readonly findings: Findings;
}

/** Likely causes of a scan that does not progress or start, likeliest first; empty for none. */
export type Cause =
  | { readonly kind: 'no-defender' }
  | { readonly kind: 'specification-failed'; readonly name: string; readonly error: string }
  /** A Console error that seems to concern the target. */
  | { readonly kind: 'console-error'; readonly error: string }
  /** No registry specification covers the image. */
  | { readonly kind: 'out-of-scope' };

export interface Diagnosis {
  readonly causes: readonly Cause[];
  /** The Console user's role may read none of the sources. */
  readonly isHidden: boolean;
  /** Which sources could be read; missing in reports of an earlier version. */
  readonly seen?: {
    /** At least one Defender that could scan is connected. */
    readonly isDefenderConnected: boolean;
    /** The Console's errors could be read. */
    readonly areErrorsKnown: boolean;
    /** Of an image; null for the registry scan. */
    readonly scope: Scope | null;
  };
}
