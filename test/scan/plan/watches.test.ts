import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  HOUR,
  MINUTE,
  NOON,
  REGULAR,
  SECOND,
  TICK,
  createStory,
  down,
  ended,
  scanning,
  tell,
  notificationOf,
  startStory,
  notificationsOf,
  notified,
  type Story,
} from '../../support/observations.ts';

const DAY = 24 * HOUR;

describe('watches of one target', () => {
  it('are told the same, each from when it was made', () => {
    const story = createStory();
    story.watch('a');
    expect(story.read(scanning(1, 3)).watches).toHaveLength(1);
    story.watch('b');
    const plan = story.read(scanning(1, 3));
    expect(notificationsOf(plan, 'a', 'b')).toBe('-, #1 scanning 1/3');
    const last = story.read(ended(3, 3));
    expect(notificationsOf(last, 'a', 'b')).toBe('END #1 completed 3/3, END #1 completed 3/3');
    expect(last.nextPollAt).toBeNull();
    expect(story.read(scanning(1, 3)).watches).toEqual([]);
  });

  it('say what ended, who is told, and nothing of who stopped it', () => {
    const story = startStory();
    const { watches } = story.read(ended(3, 3));
    expect(watches).toMatchObject([
      { kind: 'end', id: 'w', content: { end: 'scan-ended', stoppedBy: null } },
    ]);
  });

  it('wait for their own scan where one ended before they were made', () => {
    const story = createStory();
    story.watch('first');
    tell(story, [scanning(7, 12), ended(12, 12), ended(12, 12)]);
    story.watch('w', HOUR);
    const plan = story.read(EMPTY);
    expect(plan.watches).toMatchObject([
      {
        kind: 'update',
        content: { snapshot: { state: 'waiting', scan: 0, registries: [], startedAt: null } },
      },
    ]);
    expect(plan.state.snapshot).toMatchObject({ state: 'completed', scan: 1 });
    const next = [EMPTY, scanning(1, 5), ended(5, 5)];
    expect(notified(story, next)).toBe('-, #2 scanning 1/5, END #2 completed 5/5');
  });

  it('wait for the next regular scan while the end of the last one is visible', () => {
    const story = createStory({ target: REGULAR });
    story.watch('first');
    tell(story, [scanning(7, 12), ended(12, 12), ended(12, 12)]);
    story.watch('w', HOUR);
    expect(tell(story, [ended(12, 12), scanning(1, 5)])).toEqual(['waiting 0/0', '#2 scanning 1/5']);
  });
});

describe('a watch expires', () => {
  /** While the Console is out of reach, by a poll an hour. */
  const notifiedInADay = (story: Story) =>
    Array.from({ length: 24 }, () => notificationOf(story.read(down(), HOUR))).filter((line) => line !== '');

  it('after WATCH_TTL without a scan', () => {
    const story = startStory();
    expect(notificationOf(story.read(EMPTY, DAY - 1))).toBe('waiting 0/0');
    const plan = story.read(EMPTY, 1);
    expect(notificationOf(plan)).toBe('EXPIRED waiting 0/0');
    expect(plan.nextPollAt).toBeNull();
    expect(plan.scan).toBeNull();
  });

  it('by itself, while a younger one goes on', () => {
    const story = createStory();
    story.watch('old');
    story.watch('young', HOUR);
    const plan = story.read(EMPTY, DAY - HOUR);
    expect(notificationsOf(plan, 'old', 'young')).toBe('EXPIRED waiting 0/0, waiting 0/0');
    expect(plan.nextPollAt).toBe(story.now());
  });

  it('never while its scan is seen, however long that takes', () => {
    const story = startStory([scanning(1, 99)]);
    for (let days = 0; days < 5; days += 1) {
      expect(notificationOf(story.read(scanning(days + 2, 99), DAY))).toBe(`#1 scanning ${days + 2}/99`);
    }
    expect(notificationOf(story.read(ended(99, 99), DAY))).toBe('END #1 completed 99/99');
  });

  it('with the Console out of reach since it was made', () => {
    const story = startStory();
    expect(notifiedInADay(story)).toEqual(['waiting 0/0', 'unknown 0/0', 'EXPIRED unknown 0/0']);
  });

  it('with the Console out of reach for WATCH_TTL since its scan was seen, with the last counts', () => {
    const story = startStory();
    story.read(scanning(7, 12), 10 * HOUR);
    expect(notifiedInADay(story)).toEqual(['#1 unknown 7/12', 'EXPIRED #1 unknown 7/12']);
    expect(story.watchIds()).toEqual([]);
  });

  it('not where the reading that comes too late tells of its scan', () => {
    expect(notificationOf(startStory([EMPTY]).read(scanning(1, 2), 2 * DAY))).toBe('#1 scanning 1/2');
    expect(notificationOf(startStory([EMPTY]).read(ended(2, 2), 2 * DAY))).toBe('END #1 completed 2/2');
  });
});

describe('a clock that jumps', () => {
  it('an hour forward neither expires a watch nor ends a scan', () => {
    const story = startStory();
    expect(notificationOf(story.read(EMPTY, HOUR))).toBe('waiting 0/0');
    expect(notificationOf(story.read(scanning(1, 9), HOUR))).toBe('#1 scanning 1/9');
    expect(notificationOf(story.read(scanning(2, 9), HOUR))).toBe('#1 scanning 2/9');
    expect(notificationOf(story.read(ended(9, 9), HOUR))).toBe('END #1 completed 9/9');
  });

  it('an hour back neither expires a watch nor hides an end', () => {
    const story = startStory([scanning(1, 9)]);
    const plan = story.read(scanning(2, 9), -HOUR);
    expect(notificationOf(plan)).toBe('#1 scanning 2/9');
    expect(plan.nextPollAt).toBe(story.now());
    expect(notificationOf(story.read(EMPTY))).toBe('');
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 completed 2/9');
  });

  it('back keeps the order of what is recorded: no scan ends before it began', () => {
    const story = startStory([scanning(1, 9)]);
    const { scan } = story.read(ended(9, 9), -HOUR);
    expect(scan).toMatchObject({ startedAt: NOON + TICK, endedAt: NOON + TICK });
  });

  it('back and forth does not make a scan stall that moves', () => {
    const story = startStory([scanning(1, 9)]);
    expect(notificationOf(story.read(scanning(2, 9), -HOUR))).toBe('#1 scanning 2/9');
    expect(notificationOf(story.read(scanning(3, 9), HOUR))).toBe('#1 scanning 3/9');
    expect(notificationOf(story.read(scanning(3, 9), 9 * MINUTE))).toBe('');
  });

  it('asleep for eight hours is told no end that did not happen', () => {
    const story = startStory([scanning(1, 9)]);
    expect(notificationOf(story.read(EMPTY, 8 * HOUR))).toBe('');
    expect(notificationOf(story.read(scanning(2, 9), SECOND))).toBe('#1 scanning 2/9');
  });
});
