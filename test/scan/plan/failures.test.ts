import { describe, expect, it } from 'vitest';
import { scanOf } from '../../../src/scan/state/target-state.ts';
import {
  EMPTY,
  HOUR,
  type Line,
  MINUTE,
  NOON,
  REGULAR,
  SECOND,
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
  tell,
  notified,
  notificationOf,
  startStory,
  type StoryRow,
  retell,
  step,
} from '../../support/observations.ts';

describe('a Console that does not tell', () => {
  it.each<StoryRow>([
    ['is no news the first time', [scanning(7, 12), '#1 scanning 7/12'], [down(), ''], [scanning(7, 12), '']],
    [
      'is unknown from the second time on, with the last counts, until it tells again',
      [scanning(7, 12), '#1 scanning 7/12'],
      [down(), ''],
      [down(), '#1 unknown 7/12'],
      [down(), ''],
      [scanning(7, 12), '#1 scanning 7/12'],
      [down(), ''],
    ],
    [
      'is unknown from the first time on where the Console asks for a pause of minutes',
      [scanning(7, 12), '#1 scanning 7/12'],
      [down('rate-limited', MINUTE), ''],
      [scanning(7, 12), ''],
      [down('rate-limited', 15 * MINUTE), '#1 unknown 7/12'],
      [scanning(7, 12), '#1 scanning 7/12'],
    ],
    [
      'is unknown to those who wait for a first scan where it asks for a pause of minutes',
      [down('rate-limited', 15 * MINUTE), 'unknown 0/0'],
      [EMPTY, 'waiting 0/0'],
    ],
    [
      'is told anew where the cause is another one',
      [scanning(7, 12), '#1 scanning 7/12'],
      [down('timeout'), ''],
      [down('timeout'), '#1 unknown 7/12'],
      [down('sign-in'), '#1 unknown 7/12'],
      [down('sign-in'), ''],
    ],
    [
      'hides no end: the first answer after it may be the one',
      [scanning(7, 12), '#1 scanning 7/12'],
      [down(), ''],
      [down(), '#1 unknown 7/12'],
      [ended(12, 12), 'END #1 completed 12/12'],
    ],
    [
      'lets a scan be over that is gone when it answers again',
      [scanning(7, 12), '#1 scanning 7/12'],
      [down(), ''],
      [down(), '#1 unknown 7/12'],
      [EMPTY, '#1 scanning 7/12'],
      [EMPTY, 'END #1 completed 7/12'],
    ],
    [
      'does not make an empty answer before it forgotten',
      [scanning(7, 12), '#1 scanning 7/12'],
      [EMPTY, ''],
      [down(), ''],
      [EMPTY, 'END #1 completed 7/12'],
    ],
    [
      'is unknown to those who wait for a first scan, too',
      [down(), 'waiting 0/0'],
      [down(), 'unknown 0/0'],
      [EMPTY, 'waiting 0/0'],
      [scanning(1, 2), '#1 scanning 1/2'],
    ],
    [
      'does not interrupt the count of empty answers',
      [EMPTY, 'waiting 0/0'],
      ...Array.from({ length: 6 }, (): Line => [EMPTY, '']),
      [down(), ''],
      [EMPTY, 'waiting 0/0'],
    ],
  ])('%s', (_, ...lines) => {
    const { actual, expected } = retell(lines);
    expect(actual).toEqual(expected);
  });

  it('is told to a watch that waits after an ended scan, whose own end stays as it was', () => {
    const story = createStory();
    story.watch('first');
    tell(story, [scanning(7, 12), ended(12, 12)]);
    story.watch('w');
    expect(notified(story, [EMPTY, down(), down(), down(), EMPTY])).toBe(
      'waiting 0/0, -, unknown 0/0, -, waiting 0/0',
    );
    expect(shown(story.state().snapshot)).toBe('#1 completed 12/12');
  });

  it('says why, how often and since when', () => {
    const story = createStory();
    story.read(scanning(7, 12));
    story.read(down('timeout'));
    const { state, scan } = story.read(down('sign-in'));
    expect(state).toMatchObject({ failures: 2, failure: { cause: 'sign-in' } });
    expect(state.snapshot).toMatchObject({ failure: { cause: 'sign-in' }, answeredAt: NOON + 5 * SECOND });
    expect(scan).toBeNull();
    expect(scanOf(state)).toMatchObject({ number: 1 });
    expect(story.read(scanning(7, 12)).state).toMatchObject({
      failures: 0,
      failure: null,
      snapshot: { failure: null },
    });
  });

  it('for hours is asked a minute apart, and the end is told once it is back', () => {
    const story = startStory([scanning(7, 12)], { random: 1 });
    const waits: number[] = [];
    for (let polls = 0; polls < 300; polls += 1)
      waits.push((story.read(down(), waits.at(-1)).nextPollAt ?? 0) - story.now());
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 60].map((seconds) => seconds * SECOND));
    expect(waits.slice(5)).toEqual(Array<number>(295).fill(MINUTE));
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });

  it('is forgiven by the visible end of an earlier regular scan', () => {
    const story = startStory([], { target: REGULAR });
    const readings = [ended(4, 4), down(), down(), ended(4, 4)];
    expect(notified(story, readings)).toBe('waiting 0/0, -, unknown 0/0, waiting 0/0');
  });
});

describe('a scan that does not move', () => {
  it('stalls after ten minutes, is told once, and scans again once it moves', () => {
    const story = startStory();
    expect(notificationOf(story.read(scanning(11, 12)))).toBe('#1 scanning 11/12');
    expect(notificationOf(story.read(scanning(11, 12), 10 * MINUTE - 1))).toBe('');
    expect(notificationOf(story.read(scanning(11, 12), 1))).toBe('#1 stalled 11/12');
    expect(notificationOf(story.read(scanning(11, 12), HOUR))).toBe('');
    expect(notificationOf(story.read(scanning(12, 12)))).toBe('#1 scanning 12/12');
    expect(notificationOf(story.read(scanning(12, 12), 10 * MINUTE))).toBe('#1 stalled 12/12');
    expect(notificationOf(story.read(progress(), 1))).toBe('');
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });

  it('moves by what is discovered, found, started over or held no longer, not by words or lower counts', () => {
    const story = startStory([discovering(1, 4)]);
    const images = [step(3, 9), step(3, 9, { title: 'other words' }), step(2, 9), step(3, 10), step(0, 10)];
    const readings = images.map((counted) => discovering(4, 4, counted));
    const moves = readings.map(
      (reading) => story.read(reading, MINUTE).state.snapshot.movedAt === story.now(),
    );
    expect(moves).toEqual([true, false, false, true, true]);
  });

  it('moves where a registry is done, and where it was started over with the same counts', () => {
    const story = startStory([progress(element(2, 2), element(1, 5))], { target: REGULAR });
    const moves = [
      progress(element(2, 2), element(1, 5)),
      progress(done(2, 2), element(1, 5)),
      progress(done(2, 2), element(1, 5, { startedAt: NOON })),
      progress(done(2, 2), element(1, 5, { startedAt: NOON + SECOND })),
    ].map((reading) => story.read(reading).state.snapshot.movedAt === story.now());
    expect(moves).toEqual([false, true, false, true]);
  });

  it('was answered by an empty answer, but is not moved by it', () => {
    const story = startStory([scanning(1, 2)]);
    expect(story.read(EMPTY).state.snapshot).toMatchObject({
      answeredAt: NOON + 2 * TICK,
      movedAt: NOON + TICK,
    });
  });

  it('does not begin to stall by an empty answer', () => {
    const story = startStory([scanning(11, 12)]);
    expect(notificationOf(story.read(EMPTY, HOUR))).toBe('');
    expect(notificationOf(story.read(scanning(11, 12)))).toBe('#1 stalled 11/12');
    expect(notificationOf(story.read(EMPTY))).toBe('');
  });
});
