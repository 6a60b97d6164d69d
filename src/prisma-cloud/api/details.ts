/**
 * Full results of images: vulnerabilities with their fixes, and verdicts of policies. Requested once per scan; all
 * texts are from outside. Descriptions of vulnerabilities are not parsed.
 */

import { type Findings, SEVERITIES, type Severity } from '../../scan/results/findings.ts';
import {
  type FixableVulnerability,
  keyOf,
  type PolicyVerdict,
  type ResultDetails,
  type Vulnerabilities,
} from '../../scan/results/vulnerabilities.ts';
import type { ImageResult } from '../../scan/results/result.ts';
import type { Caller } from '../http/request.ts';
import { parseResponse } from '../http/response.ts';
import { type Result, toResult } from '../http/result.ts';
import { cleanText } from '../http/sanitize.ts';
import { type WireDetailedResult, wireDetailedResults } from '../http/schema.ts';
import { type ApiContext, parseTime } from './progress.ts';
import { isOf, namesOf, NEWEST_FIRST, toFindings } from './results.ts';

const ID_LENGTH = 60;
const NAME_LENGTH = 100;
const MOST_FACTORS = 20;

/** In the same order; null where the Console shows another result than that of `scannedAt`, by its own clock. Never rejects. */
export function createFetchDetails({ call, fail }: ApiContext) {
  return (
    results: readonly ImageResult[],
    caller: Caller,
  ): Promise<Result<readonly (ResultDetails | null)[]>> =>
    toResult(fail, async () => {
      const names = results.flatMap(({ reference }) => namesOf(reference));
      // Without `compact`: only full rows list vulnerabilities.
      const query = [['name', names.join(',')], ...NEWEST_FIRST, ...fullRows(results.length)] as const;
      const response = await call('registry', query, caller);
      const rows = (parseResponse(response, wireDetailedResults) ?? []).filter((row) => row !== null);
      return results.map(({ reference, scannedAt }) => {
        const row = rows.find((row) => isOf(row, reference) && parseTime(row.scanTime) === scannedAt);
        return row === undefined ? null : toDetails(row, response.scrub);
      });
    });
}

/** A row has 100 to 200 KB: no more of them than are needed. */
function fullRows(count: number) {
  return [
    ['normalizedSeverity', 'true'],
    ['limit', String(count)],
  ] as const;
}

type WireVulnerability = NonNullable<WireDetailedResult['vulnerabilities']>[number];

function toDetails(row: WireDetailedResult, scrub: (text: string) => string): ResultDetails {
  const listed = (row.vulnerabilities ?? []).flatMap(toVulnerability);
  const findings = toFindings(row);
  return {
    vulnerabilities: findings === null ? null : toKeys(listed, findings),
    fixable: uniqueBy(listed.filter(({ fixedIn }) => fixedIn !== '')),
    policy: toPolicy(row, scrub),
  };
}

function toVulnerability(wire: WireVulnerability): FixableVulnerability[] {
  const severity = SEVERITY_WORDS.get((wire?.severity ?? '').toLowerCase());
  const id = cleanText(wire?.cve ?? '', ID_LENGTH);
  if (wire === null || severity === undefined || id === '') return [];
  return [
    {
      id,
      severity,
      packageName: cleanText(wire.packageName ?? '', NAME_LENGTH),
      installed: cleanText(wire.packageVersion ?? '', NAME_LENGTH),
      fixedIn: fixIn(cleanText(wire.status ?? '', 2 * NAME_LENGTH)),
    },
  ];
}

/** Normalised or not: distributions have words of their own. */
const SEVERITY_WORDS = new Map<string, Severity>([
  ...SEVERITIES.map((severity) => [severity, severity] as const),
  ['important', 'high'],
  ['moderate', 'medium'],
  ['unimportant', 'low'],
  ['negligible', 'low'],
]);

/** `fixed in 1.2.3, 1.3.0`: the first is the nearest. `''` for `needed`, `deferred`, `open` and the rest. */
function fixIn(status: string): string {
  const [, versions = ''] = /^fixed in:? (.+)/i.exec(status) ?? [];
  return versions.split(',')[0]?.trim() ?? '';
}

/** null where fewer are listed than were counted: what is missing may be what is new. */
function toKeys(listed: readonly FixableVulnerability[], findings: Findings): Vulnerabilities | null {
  const of = (severity: Severity) => listed.filter((vulnerability) => vulnerability.severity === severity);
  if (SEVERITIES.some((severity) => of(severity).length < findings[severity])) return null;
  const keys = (severity: Severity) => [...new Set(of(severity).map(keyOf))];
  return { critical: keys('critical'), high: keys('high'), medium: keys('medium'), low: keys('low') };
}

/** The same in two places of an image is one thing to repair. */
function uniqueBy(listed: readonly FixableVulnerability[]): readonly FixableVulnerability[] {
  return [
    ...new Map(
      listed.map((vulnerability) => [`${keyOf(vulnerability)} ${vulnerability.installed}`, vulnerability]),
    ).values(),
  ];
}

function toPolicy(
  { vulnerabilities, complianceIssues, riskFactors }: WireDetailedResult,
  scrub: (text: string) => string,
): PolicyVerdict | null {
  const found = (vulnerabilities ?? []).filter((vulnerability) => vulnerability !== null);
  const issues = (complianceIssues ?? []).filter((issue) => issue !== null);
  const graces = [...found, ...issues].flatMap(({ block, gracePeriodDays: days }) =>
    block !== true && typeof days === 'number' && days > 0 ? [Math.ceil(days)] : [],
  );
  const verdict: PolicyVerdict = {
    blockedVulnerabilities: found.filter(({ block }) => block === true).length,
    blockedIssues: issues.filter(({ block }) => block === true).length,
    inGrace: graces.length,
    graceDays: graces.length === 0 ? null : Math.min(...graces),
    riskFactors: Object.keys(riskFactors ?? {})
      .slice(0, MOST_FACTORS)
      .map((factor) => cleanText(scrub(factor), ID_LENGTH)),
  };
  const { blockedVulnerabilities, blockedIssues, inGrace, riskFactors: factors } = verdict;
  const isSilent = [blockedVulnerabilities, blockedIssues, inGrace, factors.length].every(
    (count) => count === 0,
  );
  return isSilent ? null : verdict;
}
