/** A check, run on its own within a time limit, independent of the others. */

import type { PartialConfig } from '../config/config.ts';
import { errorsOf } from '../config/cross-field.ts';
import { PROXY_VARIABLES } from '../config/secret-files.ts';
import { messageOf } from '../errors.ts';
import { brokeOff, tookTooLong } from '../views/doctor.ts';
import { dedupe, type Finding, type NamedFinding } from '../views/doctor-lines.ts';

export interface Check {
  readonly name: string;
  /** May reject, and may never resolve. */
  readonly run: () => Finding | Promise<Finding>;
}

/** In order: a finding whose cause an earlier one has is replaced. `earlier`: of checks that ran before. Never rejects. */
export async function* runChecks(
  checks: readonly Check[],
  { limitMs, earlier = [] }: { readonly limitMs: number; readonly earlier?: readonly Finding[] },
): AsyncGenerator<NamedFinding> {
  const reported = new Set(earlier.flatMap(({ again }) => again?.cause ?? []));
  // All are started before the first is awaited.
  const running = checks.map((check) => ({ name: check.name, finding: runCheck(check, limitMs) }));
  for (const { name, finding } of running) yield { name, ...dedupe(await finding, reported) };
}

/** Never rejects. A late check is not cancelled: it goes on without a reader. */
export async function runCheck({ run }: Check, limitMs: number): Promise<Finding> {
  const late = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => late.resolve(tookTooLong(limitMs)), limitMs);
  try {
    // Within a promise, because a check may throw before it returns one.
    return await Promise.race([Promise.resolve().then(run), late.promise]);
  } catch (error) {
    return brokeOff(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** The variable that keeps it unknown by which proxy requests go: none are sent then. */
export function wrongProxy({ errors }: Pick<PartialConfig, 'errors'>): string | null {
  return PROXY_VARIABLES.find((name) => errorsOf(errors, [name]).length > 0) ?? null;
}

/** Runs once for all checks that need it; all get the same value, or the same rejection. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => (running ??= run());
}
