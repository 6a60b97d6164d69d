/**
 * Findings in words. Critical ones are always shown, even zero: people want to know, and a missing count could mean
 * unknown.
 */

import {
  compareFindings,
  type Difference,
  type Findings,
  SEVERITIES,
  type SeverityCounts,
} from '../../scan/results/findings.ts';

/** "*3 critical* · 12 high · 2 compliance issues". mrkdwn. */
export function findingsLine(findings: Findings): string {
  const { critical, compliance } = findings;
  const others = [...SEVERITIES.slice(1).map((kind) => findings[kind]), compliance];
  if ([critical, ...others].every(isNone)) return 'No vulnerabilities, no compliance issues';
  const most = `${printCount(critical)} critical`;
  return [
    isNone(critical) ? most : `*${most}*`,
    ...SEVERITIES.slice(1).map((kind) =>
      isNone(findings[kind]) ? '' : `${printCount(findings[kind])} ${kind}`,
    ),
    isNone(compliance) ? '' : complianceIssues(compliance),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** "Since the scan before: *2 new critical* · 3 new low · gone: 1 high · unchanged: 4 high, 20 low". mrkdwn. */
export function idDifferenceLine({ added, gone, unchanged }: Difference): string {
  if (SEVERITIES.every((kind) => isNone(added[kind]) && isNone(gone[kind]))) return NOTHING_NEW;
  const fresh = SEVERITIES.filter((kind) => !isNone(added[kind])).map((kind) => {
    const words = `${printCount(added[kind])} new ${kind}`;
    return kind === 'critical' ? `*${words}*` : words;
  });
  const parts = [
    ...(fresh.length === 0 ? ['nothing new'] : fresh),
    listed('gone', gone),
    listed('unchanged', unchanged),
  ];
  return `Since the scan before: ${parts.filter((part) => part !== '').join(' · ')}`;
}

function listed(what: string, counts: SeverityCounts): string {
  const parts = SEVERITIES.filter((kind) => !isNone(counts[kind])).map(
    (kind) => `${printCount(counts[kind])} ${kind}`,
  );
  return parts.length === 0 ? '' : `${what}: ${parts.join(', ')}`;
}

const NOTHING_NEW = 'Nothing new since the scan before.';
/** As many as before may be others. */
const NO_CHANGE = 'The scan before found as many.';

/** The same of a critical and high alone, "2 new critical · 1 high gone"; `''` for nothing. Plain text. */
export function idDifferenceText({ added, gone }: Difference): string {
  return (['critical', 'high'] as const)
    .flatMap((kind) => [
      isNone(added[kind]) ? '' : `${printCount(added[kind])} new ${kind}`,
      isNone(gone[kind]) ? '' : `${printCount(gone[kind])} ${kind} gone`,
    ])
    .filter((part) => part !== '')
    .join(' · ');
}

/** By number alone: "Since the scan before: *2 more critical* · 1 fewer high". mrkdwn. */
export function differenceLine(now: Findings, before: Findings): string {
  const change = compareFindings(now, before);
  const parts = [
    ...SEVERITIES.map((kind) => changeText(change[kind], kind)),
    changeText(change.compliance, complianceWord(Math.abs(change.compliance))),
  ].filter((part) => part !== '');
  if (parts.length === 0) return NO_CHANGE;
  const [first = '', ...others] = parts;
  // Bold only where it got worse and may need attention now.
  const lead = change.critical >= 1 ? `*${first}*` : first;
  return `Since the scan before: ${[lead, ...others].join(' · ')}`;
}

/** Short form: "3 critical · 12 high". Plain text. */
export function findingsText({ critical, high }: Pick<Findings, 'critical' | 'high'>): string {
  return `${printCount(critical)} critical · ${printCount(high)} high`;
}

/** Difference in short form: "2 more critical · 1 fewer high"; `''` for none. Plain text. */
export function differenceText(now: Findings, before: Findings): string {
  const change = compareFindings(now, before);
  return (['critical', 'high'] as const)
    .map((kind) => changeText(change[kind], kind))
    .filter((part) => part !== '')
    .join(' · ');
}

/** A whole number that is not negative, whatever a Console sent. */
export function printCount(value: number): string {
  return String(value >= 1 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : 0);
}

function changeText(change: number, what: string): string {
  if (isNone(Math.abs(change))) return '';
  return `${printCount(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} ${what}`;
}

function complianceIssues(count: number): string {
  return `${printCount(count)} ${complianceWord(count)}`;
}

function complianceWord(count: number): string {
  return printCount(count) === '1' ? 'compliance issue' : 'compliance issues';
}

function isNone(count: number): boolean {
  return printCount(count) === '0';
}
