import { describe, expect, it } from 'vitest';
import { nextLookAt } from '../../src/scan/look.ts';
import type { Plan } from '../../src/scan/plan.ts';
import {
  BARE_END,
  createStory,
  dated,
  down,
  EMPTY,
  ended,
  HIDDEN,
  HOUR,
  type Look,
  MINUTE,
  noResult,
  NOON,
  type Reading,
  REGULAR,
  resultOf,
  scanning,
  SECOND,
  type StoryOptions,
  TICK,
  told,
} from '../support/observations.ts';

const AHEAD = 7 * MINUTE;

/** A watch named `w`, made at noon, whose Console shows results and has a clock that is ahead of ours. */
function following(options: StoryOptions = {}) {
  const story = createStory({ results: 'shown', ...options });
  story.watch('w');
  return {
    ...story,
    read: (reading: Reading, afterMs?: number) => story.read(dated(reading, AHEAD), afterMs),
    look: (look: Look, afterMs?: number) => story.look(look, afterMs),
    /** A result dated so long after noon by our clock. */
    result: (afterNoonMs: number, error = '') =>
      resultOf(NOON + AHEAD + afterNoonMs, { aheadMs: AHEAD, error }),
    none: resultOf(null, { aheadMs: AHEAD }),
  };
}

function lookDue({ nextLookAt: at }: Plan, now: number): boolean {
  return at !== null && at <= now;
}

describe('an end that somebody else was told', () => {
  it('is told from the result, as soon as that shows', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.look(story.result(-HOUR));
    expect(lookDue(story.read(EMPTY), story.now())).toBe(true);
    expect(told(story.look(story.result(-HOUR)))).toBe('');
    const end = story.look(story.result(9 * SECOND), 10 * SECOND);
    expect(told(end)).toBe('END #1 completed 7/12');
    expect(end.scan).toMatchObject({
      number: 1,
      endedAt: NOON + 9 * SECOND,
      snapshot: { evidence: 'results' },
    });
    expect(end).toMatchObject({ nextReadingAt: null, nextLookAt: null });
  });

  it('has failed where the result tells an error, which is shown', () => {
    const story = following();
    story.read(scanning(0, 1));
    story.read(EMPTY);
    const end = story.look(story.result(6 * SECOND, 'failed to pull'));
    expect(told(end)).toBe('END #1 failed 0/1');
    expect(end.scan?.snapshot.images.error).toBe('failed to pull');
  });

  it('is told although the scan was never seen: it began and ended between two readings', () => {
    const story = following();
    story.read(EMPTY);
    story.look(story.result(-HOUR));
    story.read(EMPTY, MINUTE);
    const end = story.look(story.result(30 * SECOND));
    expect(told(end)).toBe('END #1 completed 0/0');
    expect(end.scan).toMatchObject({ number: 1, startedAt: NOON + 30 * SECOND, endedAt: NOON + 30 * SECOND });
  });

  it('is told where it ended before the first look: its date is later than the watch', () => {
    const story = following();
    story.read(EMPTY);
    expect(told(story.look(story.result(3 * SECOND, 'no such tag')))).toBe('END #1 failed 0/0');
  });

  it('is told after the Console was out of reach for the whole scan', () => {
    const story = following();
    story.read(down());
    story.read(down(), HOUR);
    expect(lookDue(story.read(EMPTY), story.now())).toBe(true);
    expect(told(story.look(story.result(20 * MINUTE)))).toBe('END #1 completed 0/0');
  });

  it('is not told while the scan goes on: a regular scan may scan the same image meanwhile', () => {
    const story = following();
    story.read(scanning(7, 12));
    expect(told(story.look(story.result(4 * SECOND)))).toBe('');
    expect(told(story.read(scanning(8, 12)))).toBe('#1 scanning 8/12');
    expect(told(story.read(ended(12, 12)))).toBe('END #1 completed 12/12');
  });

  it('is that of an image whose first result came a while after its scan was missed', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.look(story.none);
    story.read(EMPTY);
    story.read(EMPTY);
    expect(told(story.look(story.none))).toBe('');
    expect(told(story.look(story.result(12 * SECOND), MINUTE))).toBe('END #1 completed 7/12');
  });
});

describe('an end after a scan that nobody followed to its end', () => {
  it('is told from the result, though it is older than the first reading of the watch', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.unwatch('w');
    story.read(scanning(8, 12));
    story.watch('later', 5 * MINUTE);
    // The next scan ends, and somebody else reads that, before the bot is there again.
    story.read(EMPTY, 3 * MINUTE);
    const end = story.look(story.result(6 * MINUTE));
    expect(told(end, 'later')).toBe('END #2 completed 0/0');
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
    expect(told(story.look(story.result(20 * SECOND)), 'stays')).toBe('END #1 completed 0/0');
  });
});

describe('no end of a watched scan', () => {
  it.each<[string, number]>([
    ['from long before the watch', -HOUR],
    ['from shortly before it', -10 * SECOND],
    ['dated an hour ahead, which is no date', HOUR],
  ])('is a result %s', (_, scannedAt) => {
    const story = following();
    story.read(EMPTY);
    expect(told(story.look(story.result(scannedAt)))).toBe('');
    story.read(EMPTY);
    expect(told(story.look(story.result(scannedAt), MINUTE))).toBe('');
    expect(story.watchIds()).toEqual(['w']);
  });

  it('is the result of the scan whose end was just told, however late it shows', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.read(ended(12, 12));
    story.watch('next', SECOND);
    story.read(EMPTY);
    expect(told(story.look(story.result(-HOUR)), 'next')).toBe('');
    expect(told(story.look(story.result(9 * SECOND), MINUTE), 'next')).toBe('');
    expect(told(story.look(story.result(90 * SECOND), MINUTE), 'next')).toBe('END #2 completed 0/0');
  });

  it('is a result from while nobody watched', () => {
    const story = following();
    story.read(EMPTY);
    story.look(story.result(-HOUR));
    story.unwatch('w');
    story.read(EMPTY);
    story.watch('later', 24 * HOUR);
    story.read(EMPTY);
    expect(told(story.look(story.result(12 * HOUR)), 'later')).toBe('');
    expect(told(story.look(story.result(24 * HOUR + MINUTE), 2 * MINUTE), 'later')).toBe(
      'END #1 completed 0/0',
    );
  });

  it('is a result that is merely there where the Console shows no clock', () => {
    const story = createStory({ results: 'shown' });
    story.watch('w');
    story.read(EMPTY);
    const old = resultOf(NOON + 5 * SECOND, { aheadMs: null });
    expect(told(story.look(old))).toBe('');
    expect(told(story.look(resultOf(NOON + 50 * SECOND, { aheadMs: null }), MINUTE))).toBe(
      'END #1 completed 0/0',
    );
  });
});

describe('a scan that is no longer reported', () => {
  it('goes on being shown until its result is there, and says so', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.look(story.none);
    expect(told(story.read(EMPTY))).toBe('');
    const second = story.read(EMPTY);
    expect(told(second)).toBe('#1 scanning 7/12');
    expect(second.state.snapshot.emptyAnswers).toBe(2);
    expect(told(story.read(EMPTY))).toBe('');
    expect(told(story.read(scanning(8, 12)))).toBe('#1 scanning 8/12');
  });

  it('was stopped where no result shows for as long as a scan may stand still', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.read(EMPTY);
    story.look(story.none);
    expect(told(story.read(EMPTY, 9 * MINUTE))).toBe('#1 scanning 7/12');
    const end = story.read(EMPTY, MINUTE);
    expect(told(end)).toBe('END #1 stopped 7/12');
    expect(end.scan?.snapshot.evidence).toBe('vanished');
  });

  it('is over after two empty answers where the role may not see results', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.look(HIDDEN);
    expect(told(story.read(EMPTY))).toBe('');
    expect(told(story.read(EMPTY))).toBe('END #1 completed 7/12');
  });

  it('is waited for where the results are out of reach', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.look(noResult('unavailable'));
    story.read(EMPTY);
    expect(told(story.read(EMPTY))).toBe('#1 scanning 7/12');
    expect(told(story.look(story.result(6 * SECOND)))).toBe('END #1 completed 7/12');
  });
});

describe('a finished scan that nobody saw begin', () => {
  it('is told once its result shows that it ended after the watch', () => {
    const story = following();
    const seen = story.read(ended(12, 12));
    expect(told(seen)).toBe('waiting 0/0');
    expect(lookDue(seen, story.now())).toBe(true);
    expect(told(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
  });

  it('is an old one where its result is older than the watch, which goes on', () => {
    const story = following();
    story.read(ended(12, 12));
    expect(told(story.look(story.result(-HOUR)))).toBe('');
    const old = story.look(story.result(-HOUR), 29 * SECOND);
    expect(told(old)).toBe('');
    expect(old.scan).toMatchObject({ number: 1, snapshot: { state: 'completed' } });
    expect(told(story.read(scanning(1, 12)))).toBe('#2 scanning 1/12');
    expect(told(story.read(ended(12, 12)))).toBe('END #2 completed 12/12');
  });

  it('is told although its result showed late, behind an old one', () => {
    const story = following();
    story.read(ended(12, 12));
    story.look(story.result(-HOUR), 29 * SECOND);
    expect(told(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
  });

  it('is told although its result showed so late that it was taken for an old one', () => {
    const story = following();
    story.read(ended(12, 12));
    story.look(story.result(-HOUR), 40 * SECOND);
    expect(told(story.look(story.result(4 * SECOND), 20 * SECOND))).toBe('END #2 completed 0/0');
  });

  it('is told after a minute in which no result of it showed', () => {
    const story = following();
    story.read(ended(12, 12));
    story.look(story.none);
    expect(told(story.read(EMPTY))).toBe('');
    expect(told(story.read(EMPTY, MINUTE))).toBe('END #1 completed 12/12');
  });

  it('is looked for before it is told after an outage in which nobody could look', () => {
    const story = following();
    story.read(ended(12, 12));
    story.look(story.result(-HOUR));
    story.read(down('unavailable'));
    expect(told(story.read(EMPTY, 2 * MINUTE))).toBe('');
    expect(told(story.look(story.result(-HOUR)))).toBe('');
    expect(told(story.read(EMPTY, MINUTE))).toBe('');
  });

  it('is told after an outage where the results are still out of reach', () => {
    const story = following();
    story.read(ended(12, 12));
    story.read(down('unavailable'));
    expect(told(story.read(EMPTY, 2 * MINUTE))).toBe('');
    story.look(noResult('unavailable'));
    expect(told(story.read(EMPTY))).toBe('END #1 completed 12/12');
  });

  it('is told at once where the role may not see results', () => {
    const story = following();
    story.read(ended(12, 12));
    expect(told(story.look(HIDDEN))).toBe('END #1 completed 12/12');
    story.watch('next', MINUTE);
    expect(told(story.read(progressEnd), 'next')).toBe('END #2 completed 0/0');
  });

  it('is no end for who comes after those have left who watched then', () => {
    const story = following();
    story.read(ended(12, 12));
    story.unwatch('w');
    story.watch('next', 5 * MINUTE);
    expect(told(story.read(EMPTY), 'next')).toBe('waiting 0/0');
    expect(told(story.look(story.none), 'next')).toBe('');
    // Only that answers have been empty for long.
    expect(told(story.read(EMPTY, MINUTE), 'next')).toBe('waiting 0/0');
  });

  it('gives way to the scan that follows it', () => {
    const story = following();
    story.read(ended(12, 12));
    expect(told(story.read(scanning(1, 3)))).toBe('#1 scanning 1/3');
    expect(told(story.look(story.result(-HOUR)))).toBe('');
    expect(told(story.read(ended(3, 3)))).toBe('END #1 completed 3/3');
  });
});

const progressEnd: Reading = (at) => ({ kind: 'progress', at, consoleAt: at, registries: [BARE_END] });

describe('the regular scan', () => {
  it('is not over while its status says that it goes on', () => {
    const story = following({ target: REGULAR });
    story.read(scanning(7, 40));
    story.read(EMPTY);
    story.look(resultOf(null, { aheadMs: AHEAD, isOngoing: true }));
    expect(told(story.read(EMPTY))).toBe('');
    expect(told(story.read(scanning(8, 40)))).toBe('#1 scanning 8/40');
  });

  it.each<[number, string]>([
    [40, 'END #1 completed 40/40'],
    [39, 'END #1 stopped 39/40'],
  ])('is over with %i of 40 where its status says so after two empty answers', (scanned, line) => {
    const story = following({ target: REGULAR });
    story.read(scanning(scanned, 40));
    story.look(story.none);
    story.read(EMPTY);
    expect(told(story.look(story.none))).toBe('');
    story.read(EMPTY);
    expect(told(story.look(story.none))).toBe(line);
  });

  it('that is shown as finished is told by the next reading, and not as one that vanished', () => {
    const story = following({ target: REGULAR });
    story.read(scanning(7, 40));
    story.look(story.none);
    expect(told(story.read(ended(39, 40)))).toBe('#1 scanning 39/40');
    expect(told(story.look(story.result(9 * SECOND)))).toBe('');
    expect(told(story.read(ended(39, 40)))).toBe('END #1 completed 39/40');
  });

  it('that began and ended unseen is told from its status', () => {
    const story = following({ target: REGULAR });
    story.read(EMPTY);
    story.look(story.result(-24 * HOUR));
    story.read(EMPTY, HOUR);
    expect(told(story.look(story.result(HOUR - MINUTE)))).toBe('END #1 completed 0/0');
  });

  it('is not over at the date of its own beginning', () => {
    const story = following({ target: REGULAR });
    story.read(EMPTY);
    story.look(story.result(-24 * HOUR));
    const status = resultOf(NOON + AHEAD + MINUTE, { aheadMs: AHEAD, isOngoing: true });
    expect(told(story.look(status, 2 * MINUTE))).toBe('');
  });
});

describe('when the results are looked at', () => {
  it('is at once when a watch begins, every minute while nothing shows, and not while a scan goes on', () => {
    const story = following();
    expect(story.read(EMPTY).nextLookAt).toBe(0);
    const { nextLookAt: idle } = story.look(story.result(-HOUR));
    expect(idle).toBe(story.now() + MINUTE);
    expect(story.read(scanning(1, 12)).nextLookAt).toBeNull();
  });

  it('is never where nobody watches', () => {
    const story = createStory({ results: 'shown' });
    expect(story.read(dated(EMPTY)).nextLookAt).toBeNull();
    expect(story.read(dated(scanning(1, 2))).nextLookAt).toBeNull();
    expect(nextLookAt(story.state())).toBeNull();
  });

  it('is every ten seconds while an end is missed, and rarely where the role may not see them', () => {
    const story = following();
    story.read(scanning(7, 12));
    story.read(EMPTY);
    expect(story.look(story.none).nextLookAt).toBe(story.now() + 10 * SECOND);
    expect(story.look(HIDDEN).nextLookAt).toBe(story.now() + 10 * MINUTE);
  });

  it('changes nothing of when the progress is read', () => {
    const story = following();
    const { nextReadingAt } = story.read(EMPTY, TICK);
    expect(nextReadingAt).not.toBeNull();
    expect(story.look(story.none).nextReadingAt).toBe(nextReadingAt);
  });
});
