/** What a pipeline makes of an end: 0 where all is well, 1 where too much was found, 2 where nobody can tell. */

import type { BotScan } from './scan.ts';

export const FAIL_ON = ['critical', 'high'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export interface Verdict {
  readonly code: 0 | 1 | 2;
  /** Why it is not 0; null where it is. */
  readonly why: string | null;
}

export function toVerdict(
  { outcome, findings }: Pick<BotScan, 'outcome' | 'findings'>,
  failOn: FailOn | null,
): Verdict {
  if (outcome !== 'completed') return { code: 2, why: WHY[outcome ?? 'none'] };
  if (failOn === null) return { code: 0, why: null };
  if (findings === null) return { code: 2, why: NOT_KNOWN };
  const { critical, high } = findings;
  const isTooMuch = critical > 0 || (failOn === 'high' && high > 0);
  return isTooMuch
    ? { code: 1, why: `found ${critical} critical and ${high} high, and --fail-on is ${failOn}` }
    : { code: 0, why: null };
}

const NOT_KNOWN =
  'what it found is not known: the Console showed no result in time. Look there, or scan again';

const WHY = {
  failed: 'the scan failed',
  stopped: 'the scan was stopped before it was done',
  'nothing-scanned': 'nothing was scanned',
  none: 'the scan is not over',
} as const;
