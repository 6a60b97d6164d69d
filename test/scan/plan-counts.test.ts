import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  type Line,
  NOON,
  REGULAR,
  TICK,
  createStory,
  discovering,
  done,
  down,
  element,
  ended,
  progress,
  scanning,
  shown,
  step,
  tell,
} from '../support/observations.ts';

interface Case {
  readonly name: string;
  readonly lines: readonly Line[];
}

const began = { discovery: step(4, 4) };

describe('the counts of one scan', () => {
  const cases: readonly Case[] = [
    {
      name: 'may all be zero: it is discovering until there is a total',
      lines: [
        [discovering(0, 0), '#1 discovering 0/0'],
        [discovering(0, 0), ''],
        [discovering(1, 1), '#1 scanning 0/0'],
        [ended(0, 0), 'END #1 completed 0/0'],
      ],
    },
    {
      name: 'are scanning without a discovery if there are images',
      lines: [[progress(element(0, 3, { discovery: step(0, 0) })), '#1 scanning 0/3']],
    },
    {
      name: 'are discovering while images are counted already',
      lines: [[discovering(2, 4, step(0, 2)), '#1 discovering 0/2']],
    },
    {
      name: 'never exceed their total',
      lines: [
        [scanning(13, 12), '#1 scanning 13/13'],
        [scanning(13, 0), ''],
        [ended(14, 12), 'END #1 completed 14/14'],
      ],
    },
    {
      name: 'follow a total that grows and shrinks, but not below what was scanned',
      lines: [
        [scanning(2, 5), '#1 scanning 2/5'],
        [scanning(2, 12), '#1 scanning 2/12'],
        [scanning(7, 12), '#1 scanning 7/12'],
        [scanning(7, 10), '#1 scanning 7/10'],
        [scanning(7, 4), '#1 scanning 7/7'],
      ],
    },
    {
      name: 'are held while they go backwards for a reading or two',
      lines: [
        [scanning(7, 12), '#1 scanning 7/12'],
        [scanning(5, 12), ''],
        [scanning(6, 12), ''],
        [scanning(7, 12), ''],
        [scanning(5, 12), ''],
        [scanning(5, 12), ''],
        [scanning(8, 12), '#1 scanning 8/12'],
      ],
    },
    {
      name: 'are started over once they went backwards for the third time in a row',
      lines: [
        [scanning(7, 12), '#1 scanning 7/12'],
        [scanning(5, 12), ''],
        [scanning(5, 12), ''],
        [scanning(6, 12), '#1 scanning 6/12 again'],
        [scanning(5, 12), ''],
        [scanning(7, 12), '#1 scanning 7/12 again'],
      ],
    },
    {
      name: 'are held through failures and an empty answer in between',
      lines: [
        [scanning(7, 12), '#1 scanning 7/12'],
        [scanning(5, 12), ''],
        [down(), ''],
        [scanning(5, 12), ''],
        [EMPTY, ''],
        [scanning(5, 12), '#1 scanning 5/12 again'],
      ],
    },
    {
      name: 'are started over at once where nothing is scanned any more',
      lines: [
        [scanning(7, 12), '#1 scanning 7/12'],
        [scanning(0, 12), '#1 scanning 0/12 again'],
        [scanning(7, 12), '#1 scanning 7/12 again'],
        [scanning(0, 0), '#1 scanning 0/0 again 2'],
        [ended(12, 12), 'END #1 completed 12/12 again 2'],
      ],
    },
    {
      name: 'are started over at once where it discovers again',
      lines: [
        [scanning(7, 12, began), '#1 scanning 7/12'],
        [discovering(1, 4, step(7, 12)), '#1 discovering 7/12 again'],
      ],
    },
    {
      name: 'are not started over by repositories that are found late',
      lines: [
        [scanning(7, 12, began), '#1 scanning 7/12'],
        [discovering(4, 6, step(7, 12)), '#1 discovering 7/12'],
      ],
    },
    {
      name: 'are started over at once where the Console tells a later start',
      lines: [
        [scanning(7, 12, { startedAt: NOON }), '#1 scanning 7/12'],
        [scanning(7, 12, { startedAt: NOON }), ''],
        [scanning(8, 12, { startedAt: NOON + TICK }), '#1 scanning 8/12 again'],
        [scanning(8, 12), ''],
      ],
    },
    {
      name: 'are not started over where the Console tells no start, or an earlier one',
      lines: [
        [scanning(7, 12, { startedAt: NOON }), '#1 scanning 7/12'],
        [scanning(7, 12), ''],
        [scanning(7, 12, { startedAt: NOON - TICK }), ''],
      ],
    },
    {
      name: 'stay where they are when the scan ends with lower ones',
      lines: [
        [scanning(7, 12), '#1 scanning 7/12'],
        [ended(5, 12), 'END #1 completed 7/12'],
      ],
    },
  ];

  it.each(cases)('$name', ({ lines }) => {
    const story = createStory();
    story.watch('w');
    const readings = lines.map(([reading]) => reading);
    expect(tell(story, readings)).toEqual(lines.map(([, line]) => line));
  });

  it('tell when the scan began, though it was started over', () => {
    const story = createStory();
    story.read(scanning(7, 12));
    const { scan, state } = story.read(scanning(0, 12));
    expect(scan?.startedAt).toBe(NOON + TICK);
    expect(state.snapshot.movedAt).toBe(NOON + 2 * TICK);
  });
});

describe('the counts of several registries', () => {
  const a = { host: 'a.example' };
  const b = { host: 'b.example' };

  const cases: readonly Case[] = [
    {
      name: 'are summed, and end when the last one does',
      lines: [
        [progress(element(1, 10, a), element(2, 5, b)), '#1 scanning 3/15'],
        [progress(done(10, 10, a), element(3, 5, b)), '#1 scanning 13/15'],
        [progress(done(10, 10, a), done(5, 5, b)), '#1 scanning 15/15'],
        [progress(done(10, 10, a), done(5, 5, b)), 'END #1 completed 15/15'],
      ],
    },
    {
      name: 'keep a registry that dropped out because it is done',
      lines: [
        [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
        [progress(element(3, 5, b)), '#1 scanning 12/15'],
        [progress(done(5, 5, b)), '#1 scanning 14/15'],
        [progress(done(5, 5, b)), 'END #1 completed 14/15'],
      ],
    },
    {
      name: 'are not over in the gap between two registries',
      lines: [
        [progress(element(9, 10, a)), '#1 scanning 9/10'],
        [progress(done(10, 10, a)), '#1 scanning 10/10'],
        [progress(done(10, 10, a), element(0, 5, b)), '#1 scanning 10/15'],
        [progress(done(10, 10, a), done(5, 5, b)), '#1 scanning 15/15'],
        [progress(done(10, 10, a), done(5, 5, b)), 'END #1 completed 15/15'],
      ],
    },
    {
      name: 'take a registry back that was missing from one answer',
      lines: [
        [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
        [progress(element(2, 5, b)), '#1 scanning 6/15'],
        [progress(element(2, 5, b), element(5, 10, a)), '#1 scanning 7/15'],
      ],
    },
    {
      name: 'grow by a registry whose turn comes later',
      lines: [
        [progress(element(4, 10, a)), '#1 scanning 4/10'],
        [progress(element(5, 10, a), element(0, 5, b)), '#1 scanning 5/15'],
      ],
    },
    {
      name: 'discover until every registry has',
      lines: [
        [progress(element(4, 10, a), element(0, 0, { ...b, discovery: step(0, 3) })), '#1 discovering 4/10'],
        [progress(element(4, 10, a), element(0, 6, { ...b, discovery: step(3, 3) })), '#1 scanning 4/16'],
      ],
    },
    {
      name: 'are started over once where the Console starts all of them over',
      lines: [
        [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
        [progress(element(0, 10, a), element(0, 5, b)), '#1 scanning 0/15 again'],
        [progress(element(1, 10, a), element(0, 5, b)), '#1 scanning 1/15 again'],
      ],
    },
    {
      name: 'are started over once where they come back one after the other',
      lines: [
        [progress(element(9, 10, a), element(2, 5, b)), '#1 scanning 11/15'],
        [progress(element(0, 5, b)), '#1 scanning 0/5 again'],
        [progress(element(0, 10, a), element(1, 5, b)), '#1 scanning 1/15 again'],
      ],
    },
    {
      name: 'begin anew also for a registry that was done when all are started over',
      lines: [
        [progress(done(10, 10, a), element(2, 5, b)), '#1 scanning 12/15'],
        [progress(element(0, 10, a), element(0, 5, b)), '#1 scanning 0/15 again'],
      ],
    },
    {
      name: 'are held where one of them goes backwards for a moment',
      lines: [
        [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
        [progress(element(3, 10, a), element(3, 5, b)), '#1 scanning 7/15'],
        [progress(element(4, 10, a), element(3, 5, b)), ''],
      ],
    },
    {
      name: 'complete although one registry failed',
      lines: [
        [progress(element(4, 10, a), element(2, 5, b)), '#1 scanning 6/15'],
        [progress(done(4, 10, a), done(5, 5, b)), '#1 scanning 9/15'],
        [
          progress(done(4, 10, { ...a, images: step(4, 10, { error: 'pull failed' }) }), done(5, 5, b)),
          'END #1 completed 9/15',
        ],
      ],
    },
    {
      name: 'have failed where every registry did',
      lines: [
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
    },
  ];

  it.each(cases)('$name', ({ lines }) => {
    const story = createStory({ target: REGULAR });
    story.watch('w');
    const readings = lines.map(([reading]) => reading);
    expect(tell(story, readings)).toEqual(lines.map(([, line]) => line));
  });
});

describe('many specifications on one host, four at a time', () => {
  const sizes = [7, 3, 12, 5, 9, 4, 8, 6, 11, 10];
  const total = sizes.reduce((sum, size) => sum + size, 0);

  /** Every specification scans one image a reading; the next one begins when one is done. */
  function turns(order: (elements: readonly ReturnType<typeof element>[]) => ReturnType<typeof element>[]) {
    const scanned = sizes.map(() => 0);
    const readings = [];
    for (;;) {
      const going = sizes.flatMap((size, index) => (scanned[index]! < size ? [index] : [])).slice(0, 4);
      if (going.length === 0) return readings;
      readings.push(
        progress(
          ...order(going.map((index) => element(scanned[index]!, sizes[index]!, { host: 'reg.example' }))),
        ),
      );
      for (const index of going) scanned[index]! += 1;
    }
  }

  it.each([
    { name: 'in the same order', order: (elements: readonly ReturnType<typeof element>[]) => [...elements] },
    {
      name: 'in reverse order',
      order: (elements: readonly ReturnType<typeof element>[]) => elements.toReversed(),
    },
  ])('are not taken for one that starts over, $name', ({ order }) => {
    const story = createStory({ target: REGULAR });
    const shows = turns(order).map((reading) => story.read(reading).state.snapshot);
    expect(shows.map(({ restarts }) => restarts)).toEqual(shows.map(() => 0));
    const last = shows.at(-1)!;
    // Of a registry that drops out in between, the last image is not seen to be scanned.
    expect(last.images.total).toBe(total);
    expect(last.images.scanned).toBeGreaterThanOrEqual(total - sizes.length);
    expect(shown(last)).toMatch(/^#1 scanning/);
  });
});
