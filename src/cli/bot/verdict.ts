/** Exit code for a pipeline: 0 for success, 1 for too many findings, 2 if unknown. */

import type { BotScan } from './scan.ts';

export const FAIL_ON = ['critical', 'high'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export interface ExitVerdict {
  readonly code: 0 | 1 | 2;
  /** The reason; null for 0. */
  readonly why: string | null;
}

/** `failOn` null: findings do not matter. Otherwise unknown findings give 2: unknown is not none. */
export function toVerdict(
  { outcome, findings }: Pick<BotScan, 'outcome' | 'findings'>,
  failOn: FailOn | null,
): ExitVerdict {
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
