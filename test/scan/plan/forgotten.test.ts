import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  HOUR,
  NOON,
  REGULAR,
  SECOND,
  TICK,
  createStory,
  down,
  ended,
  progress,
  element,
  scanning,
  shown,
  tell,
  notificationOf,
  startStory,
  type Reading,
  notificationsOf,
  notified,
} from '../../support/observations.ts';

/** A scan polled for a person without a watch: polling stops. */
function askedOnce(options: Parameters<typeof createStory>[0], scanned = 7) {
  const story = createStory(options);
  const { nextPollAt } = story.read(scanning(scanned, 12));
  expect(nextPollAt).toBeNull();
  return story;
}

describe('a scan that nobody watched', () => {
  it('is no completion for a watch that was made long after it, while its own scan is not yet queued', () => {
    const story = askedOnce({});
    story.watch('w', HOUR);
    expect(tell(story, [EMPTY, EMPTY, EMPTY])).toEqual(['waiting 0/0', '', '']);
    expect(notified(story, [scanning(0, 12), ended(12, 12)])).toBe(
      '#2 scanning 0/12, END #2 completed 12/12',
    );
  });

  it('is recorded as over at the first empty answer, and shown as such', () => {
    const story = askedOnce({ target: REGULAR });
    const { scan, state } = story.read(EMPTY, HOUR);
    expect(scan).toMatchObject({
      number: 1,
      endedAt: NOON + TICK + HOUR,
      snapshot: { evidence: 'vanished' },
    });
    expect(shown(state.snapshot)).toBe('#1 completed 7/12');
    expect(state.snapshot.emptyAnswers).toBe(1);
  });

  it('is recorded as over at the second empty answer where it was seen a moment ago', () => {
    const story = askedOnce({ results: 'shown' });
    const [first, second] = [story.read(EMPTY), story.read(EMPTY)].map(({ scan }) => scan);
    expect([first, second?.snapshot.evidence]).toEqual([null, 'vanished']);
  });

  it('is another scan where its counts are lower the next day', () => {
    const story = askedOnce({ target: REGULAR });
    const { scan, nextScan, state } = story.read(scanning(3, 12), 24 * HOUR);
    expect(scan).toMatchObject({ number: 1, snapshot: { evidence: 'vanished', state: 'completed' } });
    expect(shown(state.snapshot)).toBe('#2 scanning 3/12');
    expect(state.snapshot.startedAt).toBe(NOON + TICK + 24 * HOUR);
    expect(nextScan).toMatchObject({ number: 2, endedAt: null });
    expect(story.read(scanning(4, 12)).scan).toBeNull();
  });

  it('is another scan, too, where the next day one begins at zero', () => {
    const story = askedOnce({ target: REGULAR });
    expect(shown(story.read(scanning(0, 12), 24 * HOUR).state.snapshot)).toBe('#2 scanning 0/12');
  });

  it('goes on where its counts did', () => {
    const story = askedOnce({ target: REGULAR });
    expect(shown(story.read(scanning(9, 12), HOUR).state.snapshot)).toBe('#1 scanning 9/12');
    story.watch('w', HOUR);
    expect(notified(story, [scanning(10, 12), ended(12, 12), ended(12, 12)])).toBe(
      '#1 scanning 10/12, #1 scanning 12/12, END #1 completed 12/12',
    );
  });

  it('is no completion for a later watch of the regular scan, whose end stays visible', () => {
    const story = askedOnce({ target: REGULAR });
    story.watch('w', HOUR);
    const plan = story.read(ended(12, 12));
    expect(notificationOf(plan)).toBe('waiting 0/0');
    expect(plan.scan).toMatchObject({ number: 1, snapshot: { evidence: 'reported', state: 'completed' } });
    expect(notified(story, [ended(12, 12), scanning(0, 12), ended(12, 12), ended(12, 12)])).toBe(
      '-, #2 scanning 0/12, #2 scanning 12/12, END #2 completed 12/12',
    );
  });

  it('is a completion for a later watch of an image: the Console tells it once, so it may be the one', () => {
    const story = askedOnce({});
    story.watch('w', HOUR);
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });

  it('is a completion for a watch that was made within the minute in which it was seen', () => {
    const story = askedOnce({});
    story.watch('w', 40 * SECOND);
    expect(tell(story, [EMPTY, EMPTY])).toEqual(['#1 scanning 7/12', 'END #1 completed 7/12']);
  });

  it('is one for that watch also where nobody could read on for an hour', () => {
    const story = askedOnce({ target: REGULAR });
    story.watch('w', 40 * SECOND);
    expect(notificationOf(story.read(ended(12, 12), HOUR))).toBe('#1 scanning 12/12');
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });
});

describe('a scan that somebody watched', () => {
  it('is owed to its watch after a night without readings, and to those who came later', () => {
    const story = startStory([scanning(7, 12)]);
    story.watch('later', 8 * HOUR);
    const plans = [EMPTY, EMPTY].map((reading) => story.read(reading));
    expect(plans.map((plan) => notificationsOf(plan, 'w', 'later'))).toEqual([
      '-, #1 scanning 7/12',
      'END #1 completed 7/12, END #1 completed 7/12',
    ]);
  });

  it('is owed to those who came while the Console was out of reach, though the first watch left', () => {
    const story = createStory();
    story.watch('first');
    tell(story, [scanning(7, 12), down(), down()]);
    story.watch('w', HOUR);
    story.unwatch('first');
    const back = [down(), EMPTY, EMPTY];
    expect(notified(story, back)).toBe('#1 unknown 7/12, #1 scanning 7/12, END #1 completed 7/12');
  });

  it('is forgotten once the last watch expired', () => {
    const story = createStory();
    story.watch('first');
    story.read(scanning(7, 12));
    expect(notificationOf(story.read(down(), 24 * HOUR), 'first')).toBe('EXPIRED #1 scanning 7/12');
    story.watch('w', HOUR);
    expect(tell(story, [down(), EMPTY, EMPTY])).toEqual(['#1 unknown 7/12', 'waiting 0/0', '']);
  });

  it('is owed to its watch although the clock was set back', () => {
    const story = startStory();
    story.read(scanning(7, 12), -HOUR);
    expect(notificationOf(story.read(EMPTY, 2 * HOUR))).toBe('');
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 completed 7/12');
  });

  it('is not taken for another after a night without readings', () => {
    const story = startStory([scanning(7, 12)]);
    expect(notificationOf(story.read(progress(element(0, 12)), 8 * HOUR))).toBe('#1 scanning 0/12 again');
  });

  it.each<[string, readonly Reading[]]>([
    ['is forgotten once nobody watches it any more', [scanning(8, 12)]],
    ['is forgotten, too, where the last watch was stopped between two readings', []],
  ])('%s', (_, unwatched) => {
    const story = startStory([scanning(7, 12)]);
    story.unwatch('w');
    for (const reading of unwatched) expect(story.read(reading).nextPollAt).toBeNull();
    story.watch('again', HOUR);
    const readings = [EMPTY, EMPTY, scanning(0, 12)];
    expect(notified(story, readings, 'again')).toBe('waiting 0/0, -, #2 scanning 0/12');
  });
});
