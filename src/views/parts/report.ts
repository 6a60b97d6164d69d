/**
 * The report below a completion: findings and errors of the scan. An image that could not be scanned has no findings,
 * which is not zero findings.
 */

import type { KnownBlock } from '@slack/types';
import type { PolicyVerdict } from '../../scan/results/vulnerabilities.ts';
import {
  type FailedSpecification,
  type ImageFindings,
  type ImageReport,
  type RegularReport,
  type Report,
  WORST_MAX,
} from '../../scan/results/report.ts';
import { section } from '../kit/blocks.ts';
import { differenceLine, findingsLine, findingsText, idDifferenceLine, printCount } from './findings.ts';
import { code, escape } from '../kit/mrkdwn.ts';
import { table } from '../kit/table.ts';
import { codeName } from './target-name.ts';

const ERRORS_MAX = 3;
const FAILED_MAX = 5;
const WORST_IN_LINE_MAX = 3;
const ERROR_MAX = 120;
const NAME_MAX = 80;

/** At most one of them is a table. */
export function reportBlocks(report: RegularReport): (KnownBlock | null)[] {
  const worst = inDanger(report);
  return [
    section(troubleLines(report)),
    section([worst.length === 0 ? null : '*Images with the most critical findings*']),
    table(['Image', 'Critical', 'High', 'Medium', 'Low'], worst.map(worstRow)),
  ];
}

/** Same, without a table. mrkdwn. */
export function reportLines(report: Report): string[] {
  if (report.kind === 'image') return imageLines(report);
  const worst = inDanger(report).slice(0, WORST_IN_LINE_MAX);
  const names = worst.map(({ name, findings }) => `${codeName(name, NAME_MAX)} ${findingsText(findings)}`);
  return [
    ...troubleLines(report),
    ...(names.length === 0 ? [] : [`Most critical findings: ${names.join(', ')}`]),
  ];
}

export function imageLines(report: ImageReport): string[] {
  const { findings, error, policy } = report;
  if (findings === null) {
    const unknown = 'It could not be scanned.';
    return error.trim() === '' ? [unknown] : [unknown, `⚠️ ${code(error, ERROR_MAX)}`];
  }
  return [
    findingsLine(findings),
    sinceBefore(report) ?? '',
    policy === undefined ? '' : policyLine(policy),
  ].filter((line) => line !== '');
}

/** By ids where both are known, otherwise by number. */
export function sinceBefore({ findings, before, difference }: ImageReport): string | null {
  if (difference !== undefined) return idDifferenceLine(difference);
  return findings === null || before === null ? null : differenceLine(findings, before);
}

function troubleLines(report: RegularReport): string[] {
  const { errors, failed } = report;
  return [
    ...atMost(
      ERRORS_MAX,
      errors.map((error) => `⚠️ ${code(error, ERROR_MAX)}`),
    ),
    ...(failed.length === 0 ? [] : [failedTitle(report)]),
    ...atMost(FAILED_MAX, failed.map(failedLine)),
  ];
}

function failedTitle({ failed, specifications }: RegularReport): string {
  // The settings may have changed since the scan: never "3 of 2".
  const of = specifications === null || specifications < failed.length ? '' : ` of ${specifications}`;
  const what = of === '' && failed.length === 1 ? 'registry specification' : 'registry specifications';
  return `*${failed.length}${of} ${what} failed.* Check their credentials and Defenders in the Console:`;
}

function failedLine({ name, error }: FailedSpecification): string {
  const why = error.trim() === '' ? '' : ` ${code(error, ERROR_MAX)}`;
  return `❌ ${code(name, NAME_MAX)}${why}`;
}

function atMost(max: number, lines: readonly string[]): string[] {
  return lines.length > max ? [...lines.slice(0, max), `and ${lines.length - max} more`] : [...lines];
}

/** Images without critical or high findings are not listed. */
function inDanger({ worst }: RegularReport): ImageFindings[] {
  return worst.filter(({ findings }) => findings.critical >= 1 || findings.high >= 1).slice(0, WORST_MAX);
}

function worstRow({ name, findings: { critical, high, medium, low } }: ImageFindings): string[] {
  return [escape(name), ...[critical, high, medium, low].map(printCount)];
}

const FACTORS_MAX = 4;
const FACTOR_MAX = 40;

/** "Policy: *2 vulnerabilities block* · 3 in grace, the first for 5 more days · risk factors: `Has fix`". mrkdwn. */
function policyLine(policy: PolicyVerdict): string {
  const { blockedVulnerabilities, blockedIssues, inGrace } = policy;
  const parts = [
    blockWords(blockedVulnerabilities, ['vulnerability blocks', 'vulnerabilities block']),
    blockWords(blockedIssues, ['compliance issue blocks', 'compliance issues block']),
    inGrace >= 1 ? graceWords(policy) : '',
    factorWords(policy.riskFactors),
  ];
  return `Policy: ${parts.filter((part) => part !== '').join(' · ')}`;
}

function blockWords(count: number, [singular, plural]: readonly [singular: string, plural: string]): string {
  return count >= 1 ? `*${printCount(count)} ${count === 1 ? singular : plural}*` : '';
}

function graceWords({ inGrace, graceDays }: PolicyVerdict): string {
  const left =
    graceDays === null
      ? ''
      : `, the first for ${printCount(graceDays)} more ${graceDays === 1 ? 'day' : 'days'}`;
  return `${printCount(inGrace)} in grace${left}`;
}

function factorWords(factors: readonly string[]): string {
  const named = factors.slice(0, FACTORS_MAX).map((factor) => code(factor, FACTOR_MAX));
  if (named.length === 0) return '';
  const more = factors.length > FACTORS_MAX ? ` and ${factors.length - FACTORS_MAX} more` : '';
  return `risk factors: ${named.join(', ')}${more}`;
}
