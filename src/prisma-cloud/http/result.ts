/** What became of a question that has one answer. */

import type { Failure } from '../../scan/snapshot.ts';

export type Result<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly failure: Failure };

/** Never rejects: whatever `run` throws comes back as `fail` makes it. */
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

/** The value; null where there is none. */
export function valueOf<T>(answered: Result<T>): T | null {
  return answered.kind === 'answered' ? answered.value : null;
}
