/** The registry scan covers several registries concurrently: a line each, below their sum. */

import { hasError } from '../../scan/state/end.ts';
import type { RegistryProgress } from '../../scan/snapshot.ts';
import { code } from '../kit/mrkdwn.ts';
import { isStepComplete, knownSteps } from './steps.ts';

const LINES_MAX = 10;
const HOST_MAX = 60;

/** Empty for a single registry, whose counts are shown above. mrkdwn. */
export function registryLines(registries: readonly RegistryProgress[]): string[] {
  if (registries.length < 2) return [];
  const lines = inOrder(registries)
    .slice(0, LINES_MAX)
    .map((registry) => registryLine(registry, registries.indexOf(registry)));
  const left = registries.length - lines.length;
  return left === 0 ? lines : [...lines, `and ${left} more`];
}

/** The Console's order while all fit; otherwise those that may need attention first. */
function inOrder(registries: readonly RegistryProgress[]): readonly RegistryProgress[] {
  if (registries.length <= LINES_MAX) return registries;
  return registries.toSorted((a, b) => urgency(b) - urgency(a));
}

/** Its error has a line of its own, below all of them. */
function registryLine(registry: RegistryProgress, index: number): string {
  return `${mark(registry)} ${hostName(registry, index)} · ${knownSteps(registry)}`;
}

/** A plain host name needs no code span, which Slack shows in red. Unknown without a title. */
function hostName({ host, isOngoing }: RegistryProgress, index: number): string {
  if (host.trim() === '') return `Registry ${index + 1}${isOngoing ? '' : ' (finished)'}`;
  return /^[\w.-]{1,60}(?::\d{1,5})?$/.test(host) && !host.includes('_') ? host : code(host, HOST_MAX);
}

function mark(registry: RegistryProgress): string {
  if (hasError(registry)) return '⚠️';
  if (registry.isOngoing) return '🔹';
  return isStepComplete(registry.discovery) && isStepComplete(registry.images) ? '✔️' : '▫️';
}

function urgency(registry: RegistryProgress): number {
  if (hasError(registry)) return 2;
  return registry.isOngoing ? 1 : 0;
}
