/** How a scan ended, as far as its last counts and errors tell. */

import type { RegistryProgress, ScanState } from '../snapshot.ts';
import type { Target } from '../target.ts';

/**
 * A regular scan completes although some registries failed; it has failed where all of them did. One that was to be
 * stopped is reported as over like any other, short of its totals.
 */
export function reportedEnd(
  registries: readonly RegistryProgress[],
  { isStopAsked }: { readonly isStopAsked: boolean },
): ScanState {
  if (registries.length > 0 && registries.every(hasError)) return 'failed';
  return isStopAsked && registries.some(isCutShort) ? 'stopped' : 'completed';
}

function isCutShort(registry: RegistryProgress): boolean {
  return !hasError(registry) && !(isFull(registry.discovery) && isFull(registry.images));
}

interface Vanished {
  readonly target: Target;
  /** Nobody looked meanwhile. */
  readonly isAbandoned: boolean;
  /** Its result was looked for, and none came. */
  readonly isLookedFor: boolean;
}

/**
 * An on-demand scan cannot be stopped, so it ended, unless its result was looked for and not found; a regular scan that
 * vanishes short of its totals was stopped, unless nobody looked meanwhile.
 */
export function disappearedEnd(
  registries: readonly RegistryProgress[],
  { target, isAbandoned, isLookedFor }: Vanished,
): ScanState {
  if (registries.length > 0 && registries.every(hasError)) return 'failed';
  if (target.kind === 'image') return isLookedFor ? 'stopped' : 'completed';
  if (isAbandoned) return 'completed';
  const isComplete = registries.every(({ discovery, images }) => isFull(discovery) && isFull(images));
  return isComplete ? 'completed' : 'stopped';
}

/** One of its two steps failed, as far as the Console says. */
export function hasError({ discovery, images }: RegistryProgress): boolean {
  return discovery.error !== '' || images.error !== '';
}

function isFull({ scanned, total }: { scanned: number; total: number }): boolean {
  return scanned >= total;
}
