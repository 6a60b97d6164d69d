/** The report of an ended registry scan. Parts that the role may not see, or that fail, are left out. */

import { type ImageReference, printReference } from '../../image/reference.ts';
import { SEVERITIES, countVulnerabilities } from '../../scan/results/findings.ts';
import {
  type FailedSpecification,
  type ImageFindings,
  type RegularReport,
  WORST_MAX,
} from '../../scan/results/report.ts';
import { type Result, toResult, valueOf } from '../http/result.ts';
import { cleanText } from '../http/sanitize.ts';
import { type Specification, fetchErrors, fetchSpecifications } from './settings.ts';
import { toFindings } from './results.ts';
import { createFetchPage } from './pages.ts';
import { toRegistryName } from './registry-names.ts';
import { nameOf } from './scope.ts';
import type { ApiContext } from './progress.ts';
import type { WireResult } from '../http/schema.ts';
import type { Caller } from '../http/request.ts';

const MOST_ERRORS = 10;
const NAME_LENGTH = 300;

/** Never rejects; fails only where no part came, with the first failure. */
export function createFetchRegularReport(options: ApiContext) {
  const fetchPage = createFetchPage();
  return async (caller: Caller): Promise<Result<RegularReport>> => {
    const part = <T>(run: () => Promise<T>): Promise<Result<T>> => toResult(options.fail, run);
    const parts = await Promise.all([
      part(() => fetchErrors(options, caller)),
      part(() => fetchSpecifications(options, caller)),
      part(() => fetchWorst(options, fetchPage, caller)),
    ]);
    const [errors, specifications, worst] = parts;
    if (parts.every(({ kind }) => kind === 'failed') && errors.kind === 'failed') return errors;
    return {
      kind: 'answered',
      value: {
        kind: 'regular',
        errors: (valueOf(errors) ?? []).slice(0, MOST_ERRORS),
        failed: (valueOf(specifications) ?? []).flatMap(toFailed),
        specifications: valueOf(specifications)?.length ?? null,
        worst: valueOf(worst) ?? [],
      },
    };
  };
}

/** Empty unless its scan failed. */
export function toFailed(specification: Specification): FailedSpecification[] {
  const { error } = specification;
  return error === '' ? [] : [{ name: nameOf(specification), error }];
}

const WORST_FIRST = [
  ['sort', 'vulnerabilityRiskScore'],
  ['reverse', 'true'],
] as const;

async function fetchWorst(
  { call }: ApiContext,
  fetchPage: ReturnType<typeof createFetchPage>,
  caller: Caller,
): Promise<readonly ImageFindings[]> {
  const { rows } = await fetchPage((query) => call('registry', query, caller), WORST_FIRST);
  // Sorted here as well: how the Console sorts is undocumented.
  const sorted = rows.flatMap(toImageFindings).sort(byFindings);
  const isFirst = ({ name }: ImageFindings, index: number): boolean =>
    sorted.findIndex((candidate) => candidate.name === name) === index;
  return sorted.filter(isFirst).slice(0, WORST_MAX);
}

function toImageFindings(row: WireResult): ImageFindings[] {
  const findings = toFindings(row);
  const reference = toReference(row.repoTag);
  if (findings === null || reference === null || countVulnerabilities(findings) === 0) return [];
  return [{ name: cleanText(printReference(reference), NAME_LENGTH), findings }];
}

function toReference(tag: WireResult['repoTag']): ImageReference | null {
  if (!tag?.repo) return null;
  const digest = tag.tag ? '' : (tag.digest ?? '');
  return { registry: toRegistryName(tag.registry ?? ''), repository: tag.repo, tag: tag.tag ?? '', digest };
}

/** Most critical findings first; if equal, most high ones, and so on. */
function byFindings(a: ImageFindings, b: ImageFindings): number {
  const severity = SEVERITIES.find((severity) => a.findings[severity] !== b.findings[severity]);
  return severity === undefined ? 0 : b.findings[severity] - a.findings[severity];
}
