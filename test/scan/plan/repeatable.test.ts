import { expect, it } from 'vitest';
import { isRepeatable } from '../../../src/scan/plan.ts';
import {
  createStory,
  down,
  EMPTY,
  done,
  element,
  ended,
  HOUR,
  progress,
  type Reading,
  resultOf,
  scanning,
  startStory,
} from '../../support/observations.ts';

/** Whether the Console would say the last of these again. */
const last = (...readings: readonly Reading[]): boolean => lastOf(['w'], readings);

const lastOf = (watches: readonly string[], readings: readonly Reading[]): boolean => {
  const story = createStory();
  for (const id of watches) story.watch(id);
  const plans = readings.map((reading) => story.read(reading));
  return isRepeatable(plans.at(-1)!);
};

it.each([
  ['nothing', true, [EMPTY]],
  ['a scan that begins', true, [scanning(1, 12)]],
  ['progress', true, [scanning(1, 12), scanning(7, 12)]],
  ['an end', false, [scanning(1, 12), ended(12, 12)]],
  ['nothing after an end', true, [ended(12, 12), EMPTY]],
  ['an end that nobody saw begin', false, [ended(12, 12)]],
  ['no answer', true, [scanning(1, 12), down()]],
  ['a scan of which something has finished', false, [progress(element(1, 9), done(3, 3))]],
])('%s: could be read again is %s', (_, expected, readings) => {
  expect(last(...readings)).toBe(expected);
});

it('an end could not, also where nobody watches it', () => {
  expect(lastOf([], [scanning(1, 12), ended(12, 12)])).toBe(false);
});

it('a notice alone, and a finished scan whose end is not confirmed, could not', () => {
  const story = startStory([EMPTY], { results: 'shown' });
  story.look(resultOf(null));
  expect(isRepeatable(story.read(ended(12, 12)))).toBe(false);
  expect(story.state().phase.kind).toBe('ended-unconfirmed');
  const stalled = startStory([scanning(1, 12)]);
  stalled.read(scanning(1, 12), HOUR);
  const moves = stalled.read(scanning(2, 12));
  expect(moves.notices.map(({ topic }) => topic)).toEqual(['moves']);
  expect(isRepeatable(moves)).toBe(false);
});

it('what cannot be read, and the end of a watch that has waited too long, could not', () => {
  const failure = { cause: 'garbled', detail: '', retryAfterMs: null } as const;
  expect(last((at) => ({ kind: 'failed', at, failure, unparsed: '<html>' }))).toBe(false);
  const story = startStory([], { settings: { watchTtlMs: HOUR } });
  expect(isRepeatable(story.read(EMPTY, 2 * HOUR))).toBe(false);
});
