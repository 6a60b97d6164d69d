/** Findings of a scan by severity, and the difference to the previous scan. */

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

export type Severity = (typeof SEVERITIES)[number];

export type SeverityCounts = Readonly<Record<Severity, number>>;

/** Vulnerabilities by severity, and compliance issues of all severities. */
export interface Findings {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly compliance: number;
}

/** Difference to the previous scan by severity, from the ids of vulnerabilities. */
export interface Difference {
  readonly added: SeverityCounts;
  readonly gone: SeverityCounts;
  readonly unchanged: SeverityCounts;
}

/** Signed: how many more (or fewer) of each kind there are now. */
export function compareFindings(now: Findings, before: Findings): Findings {
  return {
    critical: now.critical - before.critical,
    high: now.high - before.high,
    medium: now.medium - before.medium,
    low: now.low - before.low,
    compliance: now.compliance - before.compliance,
  };
}

/** Vulnerabilities of all severities, without compliance issues. */
export function countVulnerabilities({ critical, high, medium, low }: SeverityCounts): number {
  return critical + high + medium + low;
}
