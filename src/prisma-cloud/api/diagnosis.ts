/** Why a scan stalls or does not start, according to the Console. */

import type { ImageReference } from '../../image/reference.ts';
import type { Cause, Diagnosis } from '../../scan/results/report.ts';
import type { Target } from '../../scan/target.ts';
import { type Result, toResult, valueOf } from '../http/result.ts';
import {
  type Specification,
  fetchConnectedDefenders,
  fetchErrors,
  fetchSpecifications,
  isDenied,
} from './settings.ts';
import { namesOfRegistry, withoutLibrary } from './registry-names.ts';
import type { ApiContext } from './progress.ts';
import { toFailed } from './report.ts';
import { covers, scopeIn } from './scope.ts';
import type { Caller } from '../http/request.ts';

const MOST_SPECIFICATIONS = 5;
const MOST_ERRORS = 3;
const NO_DEFENDER = /\bno available defender/i;

/** Never rejects; fails only where no source responded and not all were forbidden. */
export function createFetchDiagnosis(options: ApiContext) {
  return async (target: Target, caller: Caller): Promise<Result<Diagnosis>> => {
    const part = <T>(run: () => Promise<T>): Promise<Result<T>> => toResult(options.fail, run);
    const parts = await Promise.all([
      part(() => fetchConnectedDefenders(options, caller)),
      part(() => fetchSpecifications(options, caller)),
      part(() => fetchErrors(options, caller)),
    ]);
    const failures = parts.flatMap((part) => (part.kind === 'failed' ? [part.failure] : []));
    const isSilent = failures.length === parts.length;
    const failure = isSilent ? failures.find((failure) => !isDenied(failure)) : undefined;
    if (failure !== undefined) return { kind: 'failed', failure };
    const [defenders, specifications, errors] = parts;
    const signs = {
      defenders: valueOf(defenders),
      specifications: valueOf(specifications) ?? [],
      errors: valueOf(errors) ?? [],
    };
    const seen = {
      isDefenderConnected: (signs.defenders ?? 0) > 0,
      areErrorsKnown: errors.kind === 'answered',
      scope: target.kind === 'image' ? scopeIn(target.reference, signs.specifications) : null,
    };
    return { kind: 'answered', value: { causes: toCauses(target, signs), isHidden: isSilent, seen } };
  };
}

interface Signs {
  /** Number of connected ones; null if unknown. */
  readonly defenders: number | null;
  readonly specifications: readonly Specification[];
  readonly errors: readonly string[];
}

function toCauses(target: Target, { defenders, specifications, errors }: Signs): Cause[] {
  const reference = target.kind === 'image' ? target.reference : null;
  const isOutside = reference !== null && scopeIn(reference, specifications) === 'outside';
  const concerned =
    reference === null
      ? specifications
      : specifications.filter((specification) => covers(specification, reference));
  const failed = concerned.flatMap(toFailed);
  const concerning = reference === null ? errors : errors.filter((error) => concerns(error, reference));
  const lacksDefender = [...failed.map(({ error }) => error), ...concerning].some((error) =>
    NO_DEFENDER.test(error),
  );
  return [
    ...(defenders === 0 || lacksDefender ? [{ kind: 'no-defender' } as const] : []),
    ...(isOutside ? [{ kind: 'out-of-scope' } as const] : []),
    ...failed
      .filter(({ error }) => !NO_DEFENDER.test(error))
      .slice(0, MOST_SPECIFICATIONS)
      .map((specification) => ({ kind: 'specification-failed', ...specification }) as const),
    ...concerning
      .filter((error) => !NO_DEFENDER.test(error))
      .slice(0, MOST_ERRORS)
      .map((error) => ({ kind: 'console-error', error }) as const),
  ];
}

/** An error of the Console that names the image's registry or repository, or concerns all images. */
function concerns(error: string, reference: ImageReference): boolean {
  const { registry, repository } = reference;
  const short = withoutLibrary(repository);
  const names = [...namesOfRegistry(registry), repository];
  return (
    /\bdefenders?\b/i.test(error) ||
    names.some((name) => namesWhole(error, name)) ||
    namesOfficial(error, { ...reference, repository: short })
  );
}

/** An official image's name may be any word, or the end of another image's path; with its tag it is unmistakable. */
function namesOfficial(text: string, { registry, repository, tag, digest }: ImageReference): boolean {
  const versions = [`:${tag}`, `@${digest}`].filter((version) => version.length > 1);
  const hosts = namesOfRegistry(registry).map((host) => `${host}/`);
  return versions.some((version) =>
    ['', ...hosts].some((host) => names(text, `${host}${repository}${version}`, { before: '[\\w./-]' })),
  );
}

/**
 * Not as a part of a longer name: `acme/api` is not in `acme/api-gateway`, nor `ghcr.io` in `eu.ghcr.io`. And
 * `ghcr.io/acme/other:1` is another image, not its registry.
 */
function namesWhole(text: string, name: string): boolean {
  return names(text, name, { before: '[\\w.-]' });
}

function names(text: string, name: string, { before }: { before: string }): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<!${before})${literal}(?![\\w-]|\\.\\w|/[\\w./-]+[:@]\\w)`, 'i').test(text);
}
