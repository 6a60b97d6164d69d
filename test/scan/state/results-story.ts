/** A story of results: of a watch whose Console shows them, and has a clock that is ahead of ours. */

import type { Plan } from '../../../src/scan/plan.ts';
import {
  dated,
  type Look,
  MINUTE,
  NOON,
  type Reading,
  resultOf,
  type StoryOptions,
  startStory,
} from '../../support/observations.ts';

export const AHEAD = 7 * MINUTE;

/** A watch named `w`, made at noon before these readings; its Console shows results, and its clock is ahead of ours. */
export function following(readings: readonly Reading[] = [], options: StoryOptions = {}) {
  const ahead = readings.map((reading) => dated(reading, AHEAD));
  const story = startStory(ahead, { results: 'shown', ...options });
  return {
    ...story,
    read: (reading: Reading, afterMs?: number) => story.read(dated(reading, AHEAD), afterMs),
    look: (look: Look, afterMs?: number) => story.look(look, afterMs),
    /** A result dated so long after noon by our clock. */
    result: (afterNoonMs: number, error = '') =>
      resultOf(NOON + AHEAD + afterNoonMs, { aheadMs: AHEAD, error }),
    none: resultOf(null, { aheadMs: AHEAD }),
  };
}

export function lookDue({ nextResultsCheckAt: at }: Plan, now: number): boolean {
  return at !== null && at <= now;
}
