import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  NOON,
  TICK,
  createStory,
  discovering,
  down,
  element,
  ended,
  progress,
  scanning,
  step,
  type StoryRow,
  retell,
} from '../../support/observations.ts';

const began = { discovery: step(4, 4) };

describe('the counts of one scan', () => {
  it.each<StoryRow>([
    [
      'may all be zero: it is discovering until there is a total',
      [discovering(0, 0), '#1 discovering 0/0'],
      [discovering(0, 0), ''],
      [discovering(1, 1), '#1 scanning 0/0'],
      [ended(0, 0), 'END #1 completed 0/0'],
    ],
    [
      'are scanning without a discovery if there are images',
      [progress(element(0, 3, { discovery: step(0, 0) })), '#1 scanning 0/3'],
    ],
    [
      'are discovering while images are counted already',
      [discovering(2, 4, step(0, 2)), '#1 discovering 0/2'],
    ],
    [
      'never exceed their total',
      [scanning(13, 12), '#1 scanning 13/13'],
      [scanning(13, 0), ''],
      [ended(14, 12), 'END #1 completed 14/14'],
    ],
    [
      'follow a total that grows and shrinks, but not below what was scanned',
      [scanning(2, 5), '#1 scanning 2/5'],
      [scanning(2, 12), '#1 scanning 2/12'],
      [scanning(7, 12), '#1 scanning 7/12'],
      [scanning(7, 10), '#1 scanning 7/10'],
      [scanning(7, 4), '#1 scanning 7/7'],
    ],
    [
      'are held while they go backwards for a reading or two',
      [scanning(7, 12), '#1 scanning 7/12'],
      [scanning(5, 12), ''],
      [scanning(6, 12), ''],
      [scanning(7, 12), ''],
      [scanning(5, 12), ''],
      [scanning(5, 12), ''],
      [scanning(8, 12), '#1 scanning 8/12'],
    ],
    [
      'are started over once they went backwards for the third time in a row',
      [scanning(7, 12), '#1 scanning 7/12'],
      [scanning(5, 12), ''],
      [scanning(5, 12), ''],
      [scanning(6, 12), '#1 scanning 6/12 again'],
      [scanning(5, 12), ''],
      [scanning(7, 12), '#1 scanning 7/12 again'],
    ],
    [
      'are held through failures and an empty answer in between',
      [scanning(7, 12), '#1 scanning 7/12'],
      [scanning(5, 12), ''],
      [down(), ''],
      [scanning(5, 12), ''],
      [EMPTY, ''],
      [scanning(5, 12), '#1 scanning 5/12 again'],
    ],
    [
      'are started over at once where nothing is scanned any more',
      [scanning(7, 12), '#1 scanning 7/12'],
      [scanning(0, 12), '#1 scanning 0/12 again'],
      [scanning(7, 12), '#1 scanning 7/12 again'],
      [scanning(0, 0), '#1 scanning 0/0 again 2'],
      [ended(12, 12), 'END #1 completed 12/12 again 2'],
    ],
    [
      'are started over at once where it discovers again',
      [scanning(7, 12, began), '#1 scanning 7/12'],
      [discovering(1, 4, step(7, 12)), '#1 discovering 7/12 again'],
    ],
    [
      'are not started over by repositories that are found late',
      [scanning(7, 12, began), '#1 scanning 7/12'],
      [discovering(4, 6, step(7, 12)), '#1 discovering 7/12'],
    ],
    [
      'are started over at once where the Console tells a later start',
      [scanning(7, 12, { startedAt: NOON }), '#1 scanning 7/12'],
      [scanning(7, 12, { startedAt: NOON }), ''],
      [scanning(8, 12, { startedAt: NOON + TICK }), '#1 scanning 8/12 again'],
      [scanning(8, 12), ''],
    ],
    [
      'are not started over where the Console tells no start, or an earlier one',
      [scanning(7, 12, { startedAt: NOON }), '#1 scanning 7/12'],
      [scanning(7, 12), ''],
      [scanning(7, 12, { startedAt: NOON - TICK }), ''],
    ],
    [
      'stay where they are when the scan ends with lower ones',
      [scanning(7, 12), '#1 scanning 7/12'],
      [ended(5, 12), 'END #1 completed 7/12'],
    ],
  ])('%s', (_, ...lines) => {
    const { actual, expected } = retell(lines);
    expect(actual).toEqual(expected);
  });

  it('tell when the scan began, though it was started over', () => {
    const story = createStory();
    story.read(scanning(7, 12));
    const { state } = story.read(scanning(0, 12));
    expect(state.snapshot.startedAt).toBe(NOON + TICK);
    expect(state.snapshot.movedAt).toBe(NOON + 2 * TICK);
  });
});
