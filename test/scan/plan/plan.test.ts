import { describe, expect, it, test } from 'vitest';
import {
  BARE_END,
  EMPTY,
  HOUR,
  type Line,
  MINUTE,
  NOON,
  REGULAR,
  TICK,
  createStory,
  discovering,
  done,
  element,
  ended,
  progress,
  scanning,
  shown,
  step,
  tell,
  notificationOf,
  type StoryRow,
  retell,
} from '../../support/observations.ts';

describe('the scan of an image, as a watch is told of it', () => {
  it.each<StoryRow>([
    [
      'waits before it is queued, advances, and ends once it is reported',
      [EMPTY, 'waiting 0/0'],
      [EMPTY, ''],
      [discovering(0, 1), '#1 discovering 0/0'],
      [scanning(0, 12), '#1 scanning 0/12'],
      [scanning(7, 12), '#1 scanning 7/12'],
      [ended(12, 12), 'END #1 completed 12/12'],
      [EMPTY, ''],
    ],
    [
      'is scanned where a single image is counted and nothing is to be discovered',
      [discovering(0, 0), '#1 discovering 0/0'],
      [discovering(0, 0, step(0, 1)), '#1 scanning 0/1'],
    ],
    [
      'ends with the last known counts where its end names none',
      [scanning(7, 12), '#1 scanning 7/12'],
      [progress(BARE_END), 'END #1 completed 7/12'],
    ],
    [
      'ends at the first reading that says so, even if no other saw it go on',
      [EMPTY, 'waiting 0/0'],
      [ended(12, 12), 'END #1 completed 12/12'],
    ],
    [
      'goes on after one empty answer',
      [scanning(7, 12), '#1 scanning 7/12'],
      [EMPTY, ''],
      [scanning(8, 12), '#1 scanning 8/12'],
      [EMPTY, ''],
      [scanning(9, 12), '#1 scanning 9/12'],
    ],
    [
      'is over after two empty answers: somebody else read its end',
      [scanning(7, 12), '#1 scanning 7/12'],
      [EMPTY, ''],
      [EMPTY, 'END #1 completed 7/12'],
      [EMPTY, ''],
    ],
    [
      'is probably out of scope after eight empty answers, said once',
      [EMPTY, 'waiting 0/0'],
      ...Array.from({ length: 6 }, (): Line => [EMPTY, '']),
      [EMPTY, 'waiting 0/0'],
      [EMPTY, ''],
    ],
    [
      'begins although eight answers were empty',
      ...Array.from({ length: 9 }, (_, index): Line => [EMPTY, index % 7 === 0 ? 'waiting 0/0' : '']),
      [scanning(1, 12), '#1 scanning 1/12'],
    ],
    [
      'has failed where its end tells an error',
      [scanning(0, 1), '#1 scanning 0/1'],
      [ended(0, 1, { images: step(0, 1, { error: 'pull failed' }) }), 'END #1 failed 0/1'],
    ],
    [
      'is never ended by an answer without any element',
      [progress(), 'waiting 0/0'],
      [scanning(7, 12), '#1 scanning 7/12'],
      [progress(), ''],
      [scanning(8, 12), '#1 scanning 8/12'],
    ],
  ])('%s', (_, ...lines) => {
    const { actual, expected } = retell(lines);
    expect(actual).toEqual(expected);
  });
});

describe('the regular scan, as a watch is told of it', () => {
  it.each<StoryRow>([
    [
      'does not take an earlier end that is still visible for its own',
      [ended(40, 40), 'waiting 0/0'],
      [ended(40, 40), ''],
      [scanning(0, 40), '#1 scanning 0/40'],
      [ended(40, 40), '#1 scanning 40/40'],
      [ended(40, 40), 'END #1 completed 40/40'],
    ],
    [
      'has completed where it vanishes with everything scanned',
      [scanning(40, 40), '#1 scanning 40/40'],
      [EMPTY, ''],
      [EMPTY, 'END #1 completed 40/40'],
    ],
    [
      'was stopped where it vanishes short of its totals',
      [scanning(39, 40), '#1 scanning 39/40'],
      [EMPTY, ''],
      [EMPTY, 'END #1 stopped 39/40'],
    ],
    [
      'was stopped where it vanishes in the middle of its discovery',
      [discovering(1, 4, step(2, 2)), '#1 discovering 2/2'],
      [EMPTY, ''],
      [EMPTY, 'END #1 stopped 2/2'],
    ],
    [
      'has failed where it vanishes with an error in every registry',
      [scanning(3, 40, { images: step(3, 40, { error: 'no Defender' }) }), '#1 scanning 3/40'],
      [EMPTY, ''],
      [EMPTY, 'END #1 failed 3/40'],
    ],
  ])('%s', (_, ...lines) => {
    const { actual, expected } = retell(lines, REGULAR);
    expect(actual).toEqual(expected);
  });

  it('is no scan of ours while only the end of an unseen one is visible', () => {
    const story = createStory({ target: REGULAR });
    const { scan, state } = story.read(ended(40, 40));
    expect(scan).toBeNull();
    expect(state).toMatchObject({ phase: { kind: 'idle' }, scanCount: 0 });
    expect(state.snapshot).toMatchObject({ state: 'not running', scan: 0, startedAt: null, endedAt: null });
    expect(state.snapshot.images).toEqual(step(40, 40));
  });

  it('keeps showing the end that was seen while the Console repeats it', () => {
    const story = createStory({ target: REGULAR });
    story.read(scanning(3, 40));
    story.read(ended(40, 40));
    const { scan, state } = story.read(progress(BARE_END), 6 * HOUR);
    expect(scan).toBeNull();
    expect(shown(state.snapshot)).toBe('#1 completed 40/40');
    expect(state.snapshot.endedAt).toBe(NOON + 2 * TICK);
  });
});

describe('what is recorded of a scan', () => {
  test('its number counts up, its end says how it is known', () => {
    const story = createStory();
    expect(story.read(EMPTY).scan).toBeNull();
    expect(story.read(scanning(7, 12)).scan).toMatchObject({
      number: 1,
      startedAt: NOON + 2 * TICK,
      endedAt: null,
    });
    expect(story.read(ended(12, 12)).scan).toMatchObject({
      number: 1,
      startedAt: NOON + 2 * TICK,
      endedAt: NOON + 3 * TICK,
      snapshot: { evidence: 'reported', state: 'completed' },
    });
    expect(story.read(EMPTY).scan).toBeNull();
    expect(story.read(scanning(1, 3)).scan).toMatchObject({ number: 2, endedAt: null });
    story.watch('w');
    story.read(EMPTY);
    expect(story.read(EMPTY).scan).toMatchObject({ number: 2, snapshot: { evidence: 'vanished' } });
  });

  it("begins when the Console says so, but never later than it was seen: the Console's clock may be ahead", () => {
    const early = createStory().read(scanning(1, 2, { startedAt: NOON - HOUR }));
    expect(early.scan?.startedAt).toBe(NOON - HOUR);
    const ahead = createStory().read(scanning(1, 2, { startedAt: NOON + HOUR }));
    expect(ahead.scan?.startedAt).toBe(NOON + TICK);
  });

  it('does not begin with a registry that finished an earlier scan', () => {
    const story = createStory({ target: REGULAR });
    const { scan } = story.read(
      progress(
        done(9, 9, { host: 'a.example', startedAt: NOON - 24 * HOUR }),
        element(0, 4, { host: 'b.example', startedAt: NOON - MINUTE }),
      ),
    );
    expect(scan?.startedAt).toBe(NOON - MINUTE);
  });
});

describe('an end that is told twice', () => {
  it('is one end, however often it is repeated without a pause', () => {
    const story = createStory();
    story.watch('first');
    story.read(scanning(7, 12));
    expect(notificationOf(story.read(ended(12, 12)), 'first')).toBe('END #1 completed 12/12');
    story.watch('second');
    const repeated = Array.from({ length: 6 }, () => story.read(ended(12, 12)));
    const notified = repeated.map((plan) => notificationOf(plan, 'second'));
    expect(notified).toEqual(['waiting 0/0', '', '', '', '', '']);
    expect(repeated.map((plan) => plan.scan)).toEqual(repeated.map(() => null));
    expect(story.state().scanCount).toBe(1);
  });

  it('is a second scan where an empty answer or a minute lies in between', () => {
    const story = createStory();
    story.watch('first');
    story.read(ended(12, 12));
    story.watch('second');
    story.read(EMPTY);
    expect(notificationOf(story.read(ended(12, 12)), 'second')).toBe('END #2 completed 12/12');
    story.watch('third');
    expect(notificationOf(story.read(ended(12, 12), MINUTE), 'third')).toBe('END #3 completed 12/12');
  });

  it('is a second scan after the clock went back an hour', () => {
    const story = createStory();
    story.read(ended(12, 12));
    story.watch('w', -HOUR);
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #2 completed 12/12');
  });

  it('is one end where the scan vanished first and its end is told right after', () => {
    const story = createStory();
    story.watch('first');
    tell(story, [scanning(7, 12), EMPTY, EMPTY]);
    expect(story.watchIds()).toEqual([]);
    story.watch('second');
    expect(notificationOf(story.read(ended(12, 12)), 'second')).toBe('waiting 0/0');
    expect(story.state().scanCount).toBe(1);
  });
});
