/**
 * Vulnerabilities of a result, as far as they are compared: which are new, which have a fix, and what a policy says.
 */

import { type Difference, SEVERITIES, type Severity, type SeverityCounts } from './findings.ts';

/** Keys, each once: an id in another package is another thing to repair. */
export type Vulnerabilities = Readonly<Record<Severity, readonly string[]>>;

export const NO_VULNERABILITIES: Vulnerabilities = { critical: [], high: [], medium: [], low: [] };

/** Texts are from outside: escape them before showing. */
export interface FixableVulnerability {
  /** Such as `CVE-2024-1234`. */
  readonly id: string;
  readonly severity: Severity;
  readonly packageName: string;
  readonly installed: string;
  readonly fixedIn: string;
}

export interface ActionItem extends FixableVulnerability {
  /** null where the scan before is not known by ids. */
  readonly isNew: boolean | null;
}

/** What the Console's policies say of a result. */
export interface PolicyVerdict {
  /** Vulnerabilities, and compliance issues, that block. */
  readonly blockedVulnerabilities: number;
  readonly blockedIssues: number;
  /** Of both: those that will block once their grace period is over. */
  readonly inGrace: number;
  /** Days that are left of the shortest; null where none is in grace. */
  readonly graceDays: number | null;
  /** In the Console's words. From outside: escape before showing. */
  readonly riskFactors: readonly string[];
}

/** What a full result tells beside the counts. */
export interface ResultDetails {
  /** null where not all of them are there. */
  readonly vulnerabilities: Vulnerabilities | null;
  readonly fixable: readonly FixableVulnerability[];
  /** null where the result carries none. */
  readonly policy: PolicyVerdict | null;
}

/** Without versions: another version with the same vulnerability is nothing new. */
export function keyOf({ id, packageName }: Pick<FixableVulnerability, 'id' | 'packageName'>): string {
  return `${id} ${packageName}`;
}

/** One that is of another severity now is new there, and gone where it was. */
export function differenceById(now: Vulnerabilities, before: Vulnerabilities): Difference {
  const kept = countEach((severity) => {
    const known = new Set(before[severity]);
    return now[severity].filter((key) => known.has(key)).length;
  });
  return {
    added: countEach((severity) => now[severity].length - kept[severity]),
    gone: countEach((severity) => before[severity].length - kept[severity]),
    unchanged: kept,
  };
}

/** More are not kept with each scan: then a digest goes by the counts. */
const MOST_CHANGED = 200;

/** Which critical ones came and went; null for too many. */
export function changedCriticals(
  now: Vulnerabilities,
  before: Vulnerabilities,
): { readonly added: readonly string[]; readonly gone: readonly string[] } | null {
  const added = without(now.critical, before.critical);
  const gone = without(before.critical, now.critical);
  return added.length + gone.length > MOST_CHANGED ? null : { added, gone };
}

function without(keys: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return keys.filter((key) => !known.has(key));
}

function countEach(count: (severity: Severity) => number): SeverityCounts {
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') };
}

const MOST_ITEMS = 10;

/** The severest that have a fix; of one severity, the new ones first. */
export function selectActionItems(
  fixable: readonly FixableVulnerability[],
  before: Vulnerabilities | null,
): readonly ActionItem[] {
  const known = before === null ? null : toSets(before);
  return fixable
    .map((vulnerability) => ({
      ...vulnerability,
      isNew: known === null ? null : !known[vulnerability.severity].has(keyOf(vulnerability)),
    }))
    .sort((a, b) => rankOf(a) - rankOf(b))
    .slice(0, MOST_ITEMS);
}

/** Of several images, what is to be done first in any of them. */
export function mergeActionItems<Item extends ActionItem>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MOST_ITEMS);
}

function toSets(before: Vulnerabilities): Readonly<Record<Severity, ReadonlySet<string>>> {
  const { critical, high, medium, low } = before;
  return { critical: new Set(critical), high: new Set(high), medium: new Set(medium), low: new Set(low) };
}

function rankOf({ severity, isNew }: ActionItem): number {
  return 2 * SEVERITIES.indexOf(severity) + (isNew === true ? 0 : 1);
}
