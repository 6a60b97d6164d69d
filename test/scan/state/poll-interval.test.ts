import { describe, expect, it } from 'vitest';
import { backoffMs, nextPollDelay } from '../../../src/scan/state/poll-interval.ts';
import {
  EMPTY,
  HOUR,
  MINUTE,
  REGULAR,
  type Reading,
  SECOND,
  type StoryOptions,
  TICK,
  createStory,
  down,
  ended,
  scanning,
  startStory,
} from '../../support/observations.ts';

/** Ms from the last of these readings to the next one. */
function waitAfter(readings: readonly Reading[], options: StoryOptions = {}): number | null {
  const story = startStory([], options);
  const plans = readings.map((reading) => story.read(reading));
  const nextPollAt = plans.at(-1)?.nextPollAt ?? null;
  return nextPollAt === null ? null : nextPollAt - story.now();
}

const times = (count: number, reading: Reading): Reading[] => Array.from({ length: count }, () => reading);

describe('the next reading', () => {
  it.each<[string, readonly Reading[], number | null]>([
    ['before a scan is queued, at the next tick', [EMPTY], 0],
    ['after seven empty answers, at the next tick', times(7, EMPTY), 0],
    ['after eight empty answers, in half a minute', times(8, EMPTY), 30 * SECOND],
    ['while a scan goes on, at the next tick', [scanning(1, 2)], 0],
    ['after one empty answer in a scan, at the next tick', [scanning(1, 2), EMPTY], 0],
    ['after the end of the scan, never', [scanning(1, 2), ended(2, 2)], null],
    ['after two empty answers in a scan, never', [scanning(1, 2), EMPTY, EMPTY], null],
    ['after a recovery, at the next tick', [scanning(1, 2), down(), down(), scanning(1, 2)], 0],
  ])('comes %s', (_, readings, wait) => {
    expect(waitAfter(readings)).toBe(wait);
  });

  it('comes at the next tick for the regular scan whose earlier end is visible', () => {
    expect(waitAfter(times(9, ended(4, 4)), { target: REGULAR })).toBe(0);
  });

  it('comes never where nobody watches', () => {
    const story = createStory();
    expect(story.read(scanning(1, 2)).nextPollAt).toBeNull();
    expect(story.read(down()).nextPollAt).toBeNull();
  });

  it('comes in a quarter of a minute while a scan stalls, and at the next tick once it moves', () => {
    const story = startStory([scanning(1, 2)]);
    const stalled = story.read(scanning(1, 2), 10 * MINUTE);
    expect(stalled.nextPollAt).toBe(story.now() + 15 * SECOND);
    expect(story.read(scanning(2, 2)).nextPollAt).toBe(story.now());
  });

  it('is not delayed by an expired watch while another one goes on', () => {
    const story = createStory();
    story.watch('old');
    story.watch('young', 23 * HOUR);
    expect(story.read(EMPTY, HOUR).nextPollAt).toBe(story.now());
    expect(story.watchIds()).toEqual(['young']);
  });
});

describe('the wait after failures', () => {
  it('doubles from the tick to a minute, half of it by chance', () => {
    const waits = (random: number) =>
      Array.from({ length: 8 }, (_, index) => waitAfter(times(index + 1, down()), { random }));
    expect(waits(0)).toEqual([2.5, 5, 10, 20, 30, 30, 30, 30].map((seconds) => seconds * SECOND));
    expect(waits(0.5)).toEqual([3.75, 7.5, 15, 30, 45, 45, 45, 45].map((seconds) => seconds * SECOND));
  });

  it('is what the Console asks for where that is longer', () => {
    expect(waitAfter([down('rate-limited', 90 * SECOND)])).toBe(90 * SECOND);
    expect(waitAfter([down('rate-limited', 0)], { random: 0 })).toBe(2.5 * SECOND);
    expect(waitAfter([down('rate-limited', -HOUR)], { random: 0 })).toBe(2.5 * SECOND);
  });

  it('is an hour at most, whatever the Console asks for', () => {
    expect(waitAfter([down('rate-limited', 999_999_999 * SECOND)])).toBe(HOUR);
  });

  it('is whole milliseconds, which a database can hold', () => {
    expect(backoffMs(1, 1 / 3, { baseMs: 1_000, capMs: 60_000 })).toBe(667);
    expect(waitAfter([down()], { random: 1 / 3 })).toBe(3_333);
  });

  it('is finite after any number of failures', () => {
    const { state } = createStory().read(down());
    expect(nextPollDelay({ ...state, failures: 1_000_000 }, 0.999)).toBeLessThanOrEqual(MINUTE);
    expect(TICK).toBeGreaterThanOrEqual(nextPollDelay({ ...state, failures: 1 }, 0.999));
  });
});
