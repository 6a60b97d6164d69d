/** What a row of the results counts. A failed pull has counts of 0 as well, which say nothing of the image. */

import type { Findings } from '../../scan/findings.ts';
import type { WireDistribution, WireResult } from '../http/schema.ts';

/** null for a failed pull, and where the vulnerabilities are not counted or the counts make no sense. */
export function toFindings(row: WireResult): Findings | null {
  if ((row.err ?? '').trim() !== '') return null;
  const vulnerabilities = toCounts(row.vulnerabilityDistribution);
  if (vulnerabilities === null) return null;
  const compliance = row.complianceIssuesCount ?? sum(toCounts(row.complianceDistribution)) ?? 0;
  return { ...vulnerabilities, compliance };
}

type Counts = Omit<Findings, 'compliance'>;

function toCounts(distribution: WireDistribution): Counts | null {
  if (distribution === null || distribution === undefined) return null;
  const { critical = 0, high = 0, medium = 0, low = 0 } = distribution;
  if (critical === null || high === null || medium === null || low === null) return null;
  return { critical, high, medium, low };
}

function sum(counts: Counts | null): number | null {
  return counts === null ? null : counts.critical + counts.high + counts.medium + counts.low;
}
