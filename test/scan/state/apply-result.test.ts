import { describe, expect, it } from 'vitest';
import {
  down,
  EMPTY,
  ended,
  HIDDEN,
  HOUR,
  MINUTE,
  noResult,
  NOON,
  resultOf,
  scanning,
  SECOND,
  notificationOf,
  startStory,
} from '../../support/observations.ts';
import { AHEAD, following, lookDue } from './results-story.ts';

describe('an end that somebody else was told', () => {
  it('is told from the result, as soon as that shows', () => {
    const story = following([scanning(7, 12)]);
    story.look(story.result(-HOUR));
    expect(lookDue(story.read(EMPTY), story.now())).toBe(true);
    expect(notificationOf(story.look(story.result(-HOUR)))).toBe('');
    const end = story.look(story.result(9 * SECOND), 10 * SECOND);
    expect(notificationOf(end)).toBe('END #1 completed 7/12');
    expect(end.scan).toMatchObject({
      number: 1,
      endedAt: NOON + 9 * SECOND,
      snapshot: { evidence: 'results' },
    });
    expect(end).toMatchObject({ nextPollAt: null, nextResultsCheckAt: null });
  });

  it('has failed where the result tells an error, which is shown', () => {
    const story = following([scanning(0, 1), EMPTY]);
    const end = story.look(story.result(6 * SECOND, 'failed to pull'));
    expect(notificationOf(end)).toBe('END #1 failed 0/1');
    expect(end.scan?.snapshot.images.error).toBe('failed to pull');
  });

  it('is told although the scan was never seen: it began and ended between two readings', () => {
    const story = following([EMPTY]);
    story.look(story.result(-HOUR));
    story.read(EMPTY, MINUTE);
    const end = story.look(story.result(30 * SECOND));
    expect(notificationOf(end)).toBe('END #1 completed 0/0');
    expect(end.scan).toMatchObject({ number: 1, startedAt: NOON + 30 * SECOND, endedAt: NOON + 30 * SECOND });
  });

  it('is told where it ended before the first look: its date is later than the watch', () => {
    const story = following([EMPTY]);
    const end = story.look(story.result(3 * SECOND, 'no such tag'));
    expect(notificationOf(end)).toBe('END #1 failed 0/0');
    expect(end.scan?.snapshot.images.error).toBe('no such tag');
  });

  it('is told after the Console was out of reach for the whole scan', () => {
    const story = following([down()]);
    story.read(down(), HOUR);
    expect(lookDue(story.read(EMPTY), story.now())).toBe(true);
    expect(notificationOf(story.look(story.result(20 * MINUTE)))).toBe('END #1 completed 0/0');
  });

  it('is never dated later than now, though its date may be ahead of the Console', () => {
    const story = following([EMPTY]);
    story.look(story.result(-HOUR));
    const end = story.look(story.result(20 * SECOND));
    expect(end.scan?.endedAt).toBe(story.now());
  });

  it('is told ten minutes after the clock was set back an hour, where no result shows it', () => {
    const story = following([scanning(7, 12)]);
    story.look(story.result(-HOUR));
    for (const afterMs of [-HOUR, 5 * SECOND, 9 * MINUTE])
      expect(notificationOf(story.read(EMPTY, afterMs))).not.toMatch(/^END/);
    expect(notificationOf(story.read(EMPTY, MINUTE))).toMatch(/^END #1/);
  });

  it('is looked for at once after an outage, in which somebody else may have been told', () => {
    const story = following([EMPTY]);
    story.look(story.result(-HOUR));
    expect(lookDue(story.read(EMPTY), story.now())).toBe(false);
    story.read(down());
    expect(lookDue(story.read(EMPTY), story.now())).toBe(true);
  });

  it('leaves when the scan was last seen as it is where the results do not show it', () => {
    const story = following([scanning(7, 12)]);
    const { phase } = story.state();
    story.look(story.result(20 * SECOND), 30 * SECOND);
    expect(story.state().phase).toEqual(phase);
  });

  it('is not told while the scan goes on: a regular scan may scan the same image meanwhile', () => {
    const story = following([scanning(7, 12)]);
    expect(notificationOf(story.look(story.result(4 * SECOND)))).toBe('');
    expect(notificationOf(story.read(scanning(8, 12)))).toBe('#1 scanning 8/12');
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });

  it('is that of an image whose first result came a while after its scan was missed', () => {
    const story = following([scanning(7, 12)]);
    story.look(story.none);
    story.read(EMPTY);
    story.read(EMPTY);
    expect(notificationOf(story.look(story.none))).toBe('');
    expect(notificationOf(story.look(story.result(12 * SECOND), MINUTE))).toBe('END #1 completed 7/12');
  });
});

describe('a Console that scans, says its results,', () => {
  const scansOn = (scannedAt: number) => resultOf(scannedAt, { aheadMs: AHEAD, isOngoing: true });

  it('begins no scan that no progress has shown', () => {
    const story = following([EMPTY]);
    story.look(scansOn(NOON - HOUR));
    expect(story.state().phase.kind).toBe('idle');
  });

  it('has one that was missed go on, whether its latest result is old or new', () => {
    for (const scannedAt of [NOON - HOUR, NOON + AHEAD + 5 * SECOND]) {
      const story = following([scanning(7, 12)]);
      story.look(story.result(-HOUR));
      story.read(EMPTY);
      expect(story.state().phase.kind).toBe('missing');
      expect(notificationOf(story.look(scansOn(scannedAt)))).toBe('');
      expect(story.state().phase.kind).toBe('ongoing');
    }
  });
});

describe('those who follow a scan', () => {
  it('are owed its end from when the first of them came, though that one has left', () => {
    const story = following();
    story.watch('stays', SECOND);
    story.read(EMPTY);
    story.look(story.result(-HOUR));
    story.unwatch('w');
    story.read(EMPTY, MINUTE);
    expect(notificationOf(story.look(story.result(20 * SECOND)), 'stays')).toBe('END #1 completed 0/0');
  });
});

describe('no end of a watched scan', () => {
  it.each<[string, number]>([
    ['from long before the watch', -HOUR],
    ['from shortly before it', -10 * SECOND],
    ['dated an hour ahead, which is no date', HOUR],
  ])('is a result %s', (_, scannedAt) => {
    const story = following([EMPTY]);
    expect(notificationOf(story.look(story.result(scannedAt)))).toBe('');
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(scannedAt), MINUTE))).toBe('');
    expect(story.watchIds()).toEqual(['w']);
  });

  it('is the result of the scan whose end was just told, however late it shows', () => {
    const story = following([scanning(7, 12), ended(12, 12)]);
    story.watch('next', SECOND);
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(-HOUR)), 'next')).toBe('');
    expect(notificationOf(story.look(story.result(9 * SECOND), MINUTE), 'next')).toBe('');
    expect(notificationOf(story.look(story.result(90 * SECOND), MINUTE), 'next')).toBe(
      'END #2 completed 0/0',
    );
  });

  it('is the result of a scan that began and ended unseen before the one that is missing now', () => {
    const story = following([EMPTY]);
    story.read(scanning(7, 12), 30 * SECOND);
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(5 * SECOND)))).toBe('');
    expect(story.state().phase.kind).toBe('missing');
    expect(notificationOf(story.look(story.result(50 * SECOND), 30 * SECOND))).toBe('END #1 completed 7/12');
  });

  it('is a result from while nobody watched', () => {
    const story = following([EMPTY]);
    story.look(story.result(-HOUR));
    story.unwatch('w');
    story.read(EMPTY);
    story.watch('later', 24 * HOUR);
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(12 * HOUR)), 'later')).toBe('');
    expect(notificationOf(story.look(story.result(24 * HOUR + MINUTE), 2 * MINUTE), 'later')).toBe(
      'END #1 completed 0/0',
    );
  });

  it('is a finished scan whose result was known before, where the Console shows no clock', () => {
    const story = startStory([EMPTY], { results: 'shown' });
    const known = resultOf(NOON - HOUR, { aheadMs: null });
    story.look(known);
    expect(notificationOf(story.read(ended(12, 12)))).toBe('');
    expect(notificationOf(story.look(known, 40 * SECOND))).toBe('');
    expect(story.watchIds()).toEqual(['w']);
  });

  it('is a result that is merely there where the Console shows no clock', () => {
    const story = startStory([EMPTY], { results: 'shown' });
    const old = resultOf(NOON + 5 * SECOND, { aheadMs: null });
    expect(notificationOf(story.look(old))).toBe('');
    expect(notificationOf(story.look(resultOf(NOON + 50 * SECOND, { aheadMs: null }), MINUTE))).toBe(
      'END #1 completed 0/0',
    );
  });
});

describe('a scan that is no longer reported', () => {
  it('goes on being shown until its result is there, and says so', () => {
    const story = following([scanning(7, 12)]);
    story.look(story.none);
    expect(notificationOf(story.read(EMPTY))).toBe('');
    const second = story.read(EMPTY);
    expect(notificationOf(second)).toBe('#1 scanning 7/12');
    expect(second.state.snapshot.emptyAnswers).toBe(2);
    expect(notificationOf(story.read(EMPTY))).toBe('');
    expect(notificationOf(story.read(scanning(8, 12)))).toBe('#1 scanning 8/12');
  });

  it('was stopped where no result shows for as long as a scan may stand still', () => {
    const story = following([scanning(7, 12), EMPTY]);
    story.look(story.none);
    expect(notificationOf(story.read(EMPTY, 9 * MINUTE))).toBe('#1 scanning 7/12');
    const end = story.read(EMPTY, MINUTE);
    expect(notificationOf(end)).toBe('END #1 stopped 7/12');
    expect(end.scan?.snapshot.evidence).toBe('vanished');
  });

  it('is not over by an empty answer before an outage and one after it', () => {
    const story = following([scanning(7, 12), EMPTY]);
    story.look(story.none);
    for (const outage of [down(), down()]) story.read(outage, 5 * MINUTE);
    expect(notificationOf(story.read(EMPTY, MINUTE))).toBe('#1 scanning 7/12');
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 stopped 7/12');
  });

  it('is over after two empty answers where the role may not see results', () => {
    const story = following([scanning(7, 12)]);
    story.look(HIDDEN);
    expect(notificationOf(story.read(EMPTY))).toBe('');
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 completed 7/12');
  });

  it('is waited for where the results are out of reach', () => {
    const story = following([scanning(7, 12)]);
    story.look(noResult('unavailable'));
    story.read(EMPTY);
    expect(notificationOf(story.read(EMPTY))).toBe('#1 scanning 7/12');
    expect(notificationOf(story.look(story.result(6 * SECOND)))).toBe('END #1 completed 7/12');
  });
});
