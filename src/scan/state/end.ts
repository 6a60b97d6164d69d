/** How a scan ended, from its last counts and errors. */

import type { RegistryProgress, ScanState } from '../snapshot.ts';
import type { Target } from '../target.ts';

/**
 * A registry scan completes although some registries failed; it has failed where all did. A stopped one is reported as
 * over like any other, short of its totals.
 */
export function reportedEnd(
  registries: readonly RegistryProgress[],
  { isStopRequested }: { readonly isStopRequested: boolean },
): ScanState {
  if (registries.length > 0 && registries.every(hasError)) return 'failed';
  return isStopRequested && registries.some(isCutShort) ? 'stopped' : 'completed';
}

function isCutShort(registry: RegistryProgress): boolean {
  return !hasError(registry) && !(isFull(registry.discovery) && isFull(registry.images));
}

interface Disappeared {
  readonly target: Target;
  /** Unwatched meanwhile. */
  readonly isAbandoned: boolean;
  /** Its result was checked and is missing. */
  readonly isResultMissing: boolean;
}

/**
 * An on-demand scan cannot be stopped, so it completed, unless its result is missing; a registry scan that disappears
 * short of its totals was stopped, unless it was unwatched meanwhile.
 */
export function disappearedEnd(
  registries: readonly RegistryProgress[],
  { target, isAbandoned, isResultMissing }: Disappeared,
): ScanState {
  if (registries.length > 0 && registries.every(hasError)) return 'failed';
  if (target.kind === 'image') return isResultMissing ? 'stopped' : 'completed';
  if (isAbandoned) return 'completed';
  const steps = registries.flatMap(({ discovery, images }) => [discovery, images]);
  // Before anything was counted, none of 0 is no sign of an end.
  return steps.every(isFull) && steps.some(({ total }) => total > 0) ? 'completed' : 'stopped';
}

/** One of its two steps failed. */
export function hasError({ discovery, images }: RegistryProgress): boolean {
  return discovery.error !== '' || images.error !== '';
}

/** 0 of 0 is full: nothing was left to do. */
function isFull({ scanned, total }: { scanned: number; total: number }): boolean {
  return scanned >= total;
}
