/** What a scenario's numbers stand for. */

import { REGULAR_SCAN, type Target } from '../../../src/scan/target.ts';
import type { Conversation } from '../../../src/scan/watch.ts';
import { imageNamed } from '../../support/store.ts';
import type { Scenario } from './scenario.ts';

export const CHANNELS = ['C1', 'C2', 'C3', 'C4'] as const;

export function targetsOf({ targets, hasRegular }: Scenario): readonly Target[] {
  const images = Array.from({ length: targets }, (_, index) => imageNamed(`image-${String(index)}`));
  return hasRegular ? [REGULAR_SCAN, ...images.slice(1)] : images;
}

export function targetOf(scenario: Scenario, index: number): Target {
  return targetsOf(scenario)[index] ?? REGULAR_SCAN;
}

export function channelOf(index: number): string {
  return CHANNELS[index] ?? 'C1';
}

/** Behind the channels come two threads of the first one. */
export function placeOf(index: number): Conversation {
  const thread = index < CHANNELS.length ? '' : `thread-${String(index)}`;
  return { channel: channelOf(index), thread };
}
