/** The outcome of a request. */

import type { Failure } from '../../scan/snapshot.ts';

export type Result<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly failure: Failure };

/** Never rejects: errors are converted by `fail`. */
export async function toResult<T>(
  fail: (error: unknown) => Failure,
  run: () => Promise<T>,
): Promise<Result<T>> {
  try {
    return { kind: 'answered', value: await run() };
  } catch (error) {
    return { kind: 'failed', failure: fail(error) };
  }
}

/** The value; null for a failure. */
export function valueOf<T>(result: Result<T>): T | null {
  return result.kind === 'answered' ? result.value : null;
}
