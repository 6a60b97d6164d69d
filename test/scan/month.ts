/**
 * A month of a registry's scans, made up. What is assumed, and why:
 *
 * - 1,000 scans of 50 images, 20 each: nightly scans on workdays. Each image was scanned before the month.
 * - An image has 0 to 6 critical and 0 to 40 high vulnerabilities from the beginning: base images carry what has no fix.
 * - In one scan of 60 a critical one is new, in one of 30 a high one: some four of either per image and year.
 * - In one scan of 15 a rebuild takes away a third of them, so that as many as before may be others.
 * - In one scan of 100 the pull fails, and in one of 100 the full result cannot be read: then ids are not known.
 * - Three people follow each image, and each end that is posted mentions all of them.
 */

import type { ImageReport } from '../../src/scan/results/report.ts';
import {
  differenceById,
  NO_VULNERABILITIES,
  type Vulnerabilities,
} from '../../src/scan/results/vulnerabilities.ts';

export interface ReplayedScan {
  readonly report: ImageReport;
  /** As it really was, whatever could be read. */
  readonly newCritical: number;
  readonly mentions: number;
}

const IMAGES = 50;
const SCANS_EACH = 20;
const FOLLOWERS = 3;

export function playMonth(random: () => number): readonly ReplayedScan[] {
  return Array.from({ length: IMAGES }, () => playImage(random)).flat();
}

interface Known {
  readonly truth: Vulnerabilities;
  /** As far as the scan before could be read. */
  readonly read: Vulnerabilities | null;
}

function playImage(random: () => number): ReplayedScan[] {
  let count = 0;
  const fresh = (many: number): string[] =>
    Array.from({ length: many }, () => `CVE-${String((count += 1))} zlib`);
  const hits = (share: number): boolean => random() < share;
  const below = (most: number): number => Math.floor(random() * (most + 1));
  const start = { ...NO_VULNERABILITIES, critical: fresh(below(6)), high: fresh(below(40)) };
  let known: Known = { truth: start, read: start };
  return Array.from({ length: SCANS_EACH }, () => {
    const kept = hits(1 / 15) ? thinned(known.truth) : known.truth;
    const added = { critical: fresh(hits(1 / 60) ? 1 : 0), high: fresh(hits(1 / 30) ? 1 : 0) };
    const truth = {
      ...kept,
      critical: [...kept.critical, ...added.critical],
      high: [...kept.high, ...added.high],
    };
    const isFailed = hits(1 / 100);
    const read = isFailed || hits(1 / 100) ? null : truth;
    const report = toReport({ truth, read }, known.read, isFailed);
    known = { truth: isFailed ? known.truth : truth, read };
    return { report, newCritical: isFailed ? 0 : added.critical.length, mentions: FOLLOWERS };
  });
}

function thinned({ critical, high }: Vulnerabilities): Vulnerabilities {
  const keep = (all: readonly string[]): string[] => all.filter((_, index) => index % 3 > 0);
  return { ...NO_VULNERABILITIES, critical: keep(critical), high: keep(high) };
}

function toReport({ truth, read }: Known, before: Vulnerabilities | null, isFailed: boolean): ImageReport {
  if (isFailed) return { kind: 'image', findings: null, before: null, error: 'pull failed' };
  const findings = {
    ...{ critical: truth.critical.length, high: truth.high.length },
    ...{ medium: 0, low: 0, compliance: 0 },
  };
  const isComparable = read !== null && before !== null;
  return {
    ...{ kind: 'image', findings, before: null, error: '' },
    ...(isComparable && { difference: differenceById(read, before) }),
  };
}
