import { describe, expect, it } from 'vitest';
import {
  REGULAR,
  createStory,
  done,
  element,
  progress,
  shown,
  step,
  type StoryRow,
  retell,
} from '../../support/observations.ts';

describe('the counts of several registries', () => {
  const a = { host: 'a.example' };
  const b = { host: 'b.example' };

  it.each<StoryRow>([
    [
      'are summed, and end when the last one does',
      [progress(element(1, 10, a), element(2, 5, b)), '#1 scanning 3/15'],
      [progress(done(10, 10, a), element(3, 5, b)), '#1 scanning 13/15'],
      [progress(done(10, 10, a), done(5, 5, b)), '#1 scanning 15/15'],
      [progress(done(10, 10, a), done(5, 5, b)), 'END #1 completed 15/15'],
    ],
    [
      'keep a registry that dropped out because it is done',
      [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
      [progress(element(3, 5, b)), '#1 scanning 12/15'],
      [progress(done(5, 5, b)), '#1 scanning 14/15'],
      [progress(done(5, 5, b)), 'END #1 completed 14/15'],
    ],
    [
      'are not over in the gap between two registries',
      [progress(element(9, 10, a)), '#1 scanning 9/10'],
      [progress(done(10, 10, a)), '#1 scanning 10/10'],
      [progress(done(10, 10, a), element(0, 5, b)), '#1 scanning 10/15'],
      [progress(done(10, 10, a), done(5, 5, b)), '#1 scanning 15/15'],
      [progress(done(10, 10, a), done(5, 5, b)), 'END #1 completed 15/15'],
    ],
    [
      'take a registry back that was missing from one answer',
      [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
      [progress(element(2, 5, b)), '#1 scanning 6/15'],
      [progress(element(2, 5, b), element(5, 10, a)), '#1 scanning 7/15'],
    ],
    [
      'grow by a registry whose turn comes later',
      [progress(element(4, 10, a)), '#1 scanning 4/10'],
      [progress(element(5, 10, a), element(0, 5, b)), '#1 scanning 5/15'],
    ],
    [
      'discover until every registry has',
      [progress(element(4, 10, a), element(0, 0, { ...b, discovery: step(0, 3) })), '#1 discovering 4/10'],
      [progress(element(4, 10, a), element(0, 6, { ...b, discovery: step(3, 3) })), '#1 scanning 4/16'],
    ],
    [
      'are started over once where the Console starts all of them over',
      [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
      [progress(element(0, 10, a), element(0, 5, b)), '#1 scanning 0/15 again'],
      [progress(element(1, 10, a), element(0, 5, b)), '#1 scanning 1/15 again'],
    ],
    [
      'are started over once where they come back one after the other',
      [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
      [progress(element(0, 5, b)), '#1 scanning 0/5 again'],
      [progress(element(0, 10, a), element(1, 5, b)), '#1 scanning 1/15 again'],
    ],
    [
      'begin anew also for a registry that was done when all are started over',
      [progress(done(10, 10, a), element(2, 5, b)), '#1 scanning 12/15'],
      [progress(element(0, 10, a), element(0, 5, b)), '#1 scanning 0/15 again'],
    ],
    [
      'are held where one of them goes backwards for a moment',
      [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
      [progress(element(3, 10, a), element(3, 5, b)), '#1 scanning 7/15'],
      [progress(element(4, 10, a), element(3, 5, b)), ''],
    ],
    [
      'complete although one registry failed',
      [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
      [progress(done(4, 10, a), done(5, 5, b)), '#1 scanning 9/15'],
      [
        progress(done(4, 10, { ...a, images: step(4, 10, { error: 'pull failed' }) }), done(5, 5, b)),
        'END #1 completed 9/15',
      ],
    ],
    [
      'have failed where every registry did',
      [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
      [progress(done(4, 10, a), done(0, 0, b)), '#1 scanning 6/15'],
      [
        progress(
          done(4, 10, { ...a, images: step(4, 10, { error: 'no Defender' }) }),
          done(0, 0, { ...b, discovery: step(0, 0, { error: 'no credentials' }) }),
        ),
        'END #1 failed 6/15',
      ],
    ],
  ])('%s', (_, ...lines) => {
    const { actual, expected } = retell(lines, REGULAR);
    expect(actual).toEqual(expected);
  });
});

describe('many specifications on one host, four at a time', () => {
  const sizes = [7, 3, 12, 5, 9, 4, 8, 6, 11, 10];
  const total = sizes.reduce((sum, size) => sum + size, 0);

  /** Every specification scans one image per poll; the next one starts when one is done. */
  function turns(isReversed: boolean) {
    const scanned = sizes.map(() => 0);
    const readings = [];
    for (;;) {
      const going = sizes.flatMap((size, index) => (scanned[index]! < size ? [index] : [])).slice(0, 4);
      if (going.length === 0) return readings;
      const elements = going.map((index) => element(scanned[index]!, sizes[index]!, { host: 'reg.example' }));
      readings.push(progress(...(isReversed ? elements.toReversed() : elements)));
      for (const index of going) scanned[index]! += 1;
    }
  }

  it.each([
    ['in the same order', false],
    ['in reverse order', true],
  ])('are not taken for one that starts over, %s', (_, isReversed) => {
    const story = createStory({ target: REGULAR });
    const shows = turns(isReversed).map((reading) => story.read(reading).state.snapshot);
    expect(shows.map(({ restarts }) => restarts)).toEqual(shows.map(() => 0));
    const last = shows.at(-1)!;
    // Of a registry that drops out in between, the last image is not seen to be scanned.
    expect(last.images.total).toBe(total);
    expect(last.images.scanned).toBeGreaterThanOrEqual(total - sizes.length);
    expect(shown(last)).toMatch(/^#1 scanning/);
  });
});
