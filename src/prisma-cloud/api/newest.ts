/**
 * Images whose scans ended last, in one request whose cost is independent of the number of watches. Consumes nothing.
 * The sort order is undocumented: `isInOrder` says whether the response is sorted.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { NewestResults } from '../../scan/results/result.ts';
import { toConsoleTime } from '../http/response.ts';
import { type Result, toResult } from '../http/result.ts';
import { toRegistryName } from './registry-names.ts';
import { createFetchPage } from './pages.ts';
import { type ApiContext, parseTime } from './progress.ts';
import { findResult, NEWEST_FIRST } from './results.ts';
import type { WireResult } from '../http/schema.ts';
import type { Caller } from '../http/request.ts';

/** Never rejects. */
export function createFetchNewest({ call, fail, now }: ApiContext) {
  const fetchPage = createFetchPage();
  return (caller: Caller): Promise<Result<NewestResults>> =>
    toResult(fail, async () => {
      const page = await fetchPage((query) => call('registry', query, caller), NEWEST_FIRST);
      const { rows, isFull, response } = page;
      return {
        at: now(),
        consoleAt: toConsoleTime(response),
        isInOrder: !isFull || isNewestFirst(rows),
        images: rows.flatMap(referencesOf),
        resultOf: (reference) => findResult(rows, reference),
      };
    });
}

function isNewestFirst(rows: readonly WireResult[]): boolean {
  const times = rows.map(({ scanTime }) => parseTime(scanTime) ?? 0);
  return times.every((time, index) => time <= (times[index - 1] ?? Infinity));
}

/** All references under which this row's image may be watched: by tag, by digest, by both. */
function referencesOf({ repoTag, tags, repoDigests }: WireResult): ImageReference[] {
  const names = [repoTag, ...(tags ?? [])].filter((name) => name !== null && name !== undefined);
  const listed = (repoDigests ?? []).map((digest) => digest.slice(digest.lastIndexOf('@') + 1));
  return names.flatMap(({ registry, repo, tag, digest }) => {
    const location = toLocation(registry ?? '', repo ?? '');
    const tagged = tag === null || tag === undefined || tag === '' ? [] : [tag];
    const digests = [...new Set([digest ?? '', ...listed])].filter((digest) => digest !== '');
    return [
      ...tagged.map((listedTag) => ({ ...location, tag: listedTag, digest: '' })),
      ...digests.flatMap((digest) => ['', ...tagged].map((of) => ({ ...location, tag: of, digest }))),
    ];
  });
}

function toLocation(spelled: string, repo: string): Pick<ImageReference, 'registry' | 'repository'> {
  const registry = toRegistryName(spelled);
  const isOfficial = registry === '' && !repo.includes('/');
  return { registry, repository: isOfficial ? `library/${repo}` : repo };
}
