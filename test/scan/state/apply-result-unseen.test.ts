import { describe, expect, it } from 'vitest';
import {
  BARE_END,
  down,
  EMPTY,
  ended,
  HIDDEN,
  HOUR,
  MINUTE,
  noResult,
  NOON,
  type Reading,
  REGULAR,
  resultOf,
  scanning,
  SECOND,
  notificationOf,
  startStory,
} from '../../support/observations.ts';
import { AHEAD, following, lookDue } from './results-story.ts';

describe('an end after a scan that nobody followed to its end', () => {
  it('is told from the result, though it is older than the first reading of the watch', () => {
    const story = following([scanning(7, 12)]);
    story.unwatch('w');
    story.read(scanning(8, 12));
    story.watch('later', 5 * MINUTE);
    // The next scan ends, and somebody else reads that, before the bot is there again.
    story.read(EMPTY, 3 * MINUTE);
    const end = story.look(story.result(6 * MINUTE));
    expect(notificationOf(end, 'later')).toBe('END #2 completed 0/0');
  });
});

describe('an end of which the result alone tells', () => {
  it.each<[string, object]>([
    ['', { state: 'completed', registries: [] }],
    [
      'no such tag',
      { state: 'failed', registries: [{ images: { error: 'no such tag' }, isOngoing: false }] },
    ],
  ])('has its date, and no counts, with the error “%s”', (error, expected) => {
    const story = following([EMPTY]);
    story.look(story.none);
    const { scan, state } = story.look(story.result(4 * SECOND, error));
    const at = { startedAt: NOON + 4 * SECOND, endedAt: NOON + 4 * SECOND, evidence: 'results' };
    expect(scan?.snapshot).toMatchObject({ ...at, isStartKnown: false, restarts: 0, ...expected });
    expect(state.lastEndAt).toBe(NOON + AHEAD + 4 * SECOND);
  });

  it('is not told again by its report, however late, and the next one by its own result', () => {
    const story = following([EMPTY]);
    story.look(story.none);
    story.look(story.result(4 * SECOND));
    story.watch('next');
    const report = story.read(ended(12, 12), MINUTE);
    expect(lookDue(report, story.now())).toBe(true);
    story.look(noResult('unavailable'));
    expect([report, story.read(EMPTY, 2 * MINUTE)].map(({ scan }) => scan)).toEqual([null, null]);
    expect(story.watchIds()).toEqual(['next']);
    expect(notificationOf(story.look(story.result(2 * MINUTE)), 'next')).toBe('END #2 completed 0/0');
  });

  it('lets a finished scan be another one once nothing was reported in between', () => {
    const story = following([EMPTY]);
    story.look(story.none);
    story.look(story.result(4 * SECOND));
    story.watch('next');
    story.read(EMPTY);
    story.read(ended(12, 12), MINUTE);
    expect(story.state().phase.kind).toBe('ended-unconfirmed');
  });

  it('is dated by when it was read where the Console shows no clock', () => {
    const story = startStory([scanning(7, 12)], { results: 'shown' });
    story.look(resultOf(NOON - HOUR, { aheadMs: null }));
    story.read(EMPTY);
    const { scan } = story.look(resultOf(NOON + 4 * SECOND, { aheadMs: null }));
    expect(scan?.endedAt).toBe(story.now());
  });
});

describe('a finished scan that nobody saw begin', () => {
  it('is told once its result shows that it ended after the watch', () => {
    const story = following();
    const seen = story.read(ended(12, 12));
    expect(notificationOf(seen)).toBe('waiting 0/0');
    expect(lookDue(seen, story.now())).toBe(true);
    expect(notificationOf(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
  });

  it('is an old one where its result is older than the watch, which goes on', () => {
    const story = following([ended(12, 12)]);
    expect(notificationOf(story.look(story.result(-HOUR)))).toBe('');
    const old = story.look(story.result(-HOUR), 29 * SECOND);
    expect(notificationOf(old)).toBe('');
    expect(old.scan).toMatchObject({ number: 1, snapshot: { state: 'completed' } });
    expect(notificationOf(story.read(scanning(1, 12)))).toBe('#2 scanning 1/12');
    expect(notificationOf(story.read(ended(12, 12)))).toBe('END #2 completed 12/12');
  });

  it('is no old one where no result shows, however long', () => {
    const story = following([ended(12, 12)]);
    expect(story.look(story.none, 40 * SECOND).scan).toBeNull();
    expect(story.state().phase.kind).toBe('ended-unconfirmed');
    expect(notificationOf(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
  });

  it('is told although its result showed late, behind an old one', () => {
    const story = following([ended(12, 12)]);
    story.look(story.result(-HOUR), 29 * SECOND);
    expect(notificationOf(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
  });

  it('is told although its result showed so late that it was taken for an old one', () => {
    const story = following([ended(12, 12)]);
    story.look(story.result(-HOUR), 40 * SECOND);
    expect(notificationOf(story.look(story.result(4 * SECOND), 20 * SECOND))).toBe('END #2 completed 0/0');
  });

  it('is told after a minute in which no result of it showed', () => {
    const story = following([ended(12, 12)]);
    story.look(story.none);
    expect(notificationOf(story.read(EMPTY))).toBe('');
    expect(notificationOf(story.read(EMPTY, MINUTE))).toBe('END #1 completed 12/12');
  });

  it('is looked for before it is told after an outage in which nobody could look', () => {
    const story = following([ended(12, 12)]);
    story.look(story.result(-HOUR));
    story.read(down('unavailable'));
    expect(notificationOf(story.read(EMPTY, 2 * MINUTE))).toBe('');
    expect(notificationOf(story.look(story.result(-HOUR)))).toBe('');
    expect(notificationOf(story.read(EMPTY, MINUTE))).toBe('');
  });

  it('is looked for before it is told where only an early look showed an old result', () => {
    const story = following([ended(12, 12)]);
    story.look(story.result(-HOUR), 20 * SECOND);
    // A restart of the bot: no poll and no results check meanwhile.
    expect(notificationOf(story.read(EMPTY, 2 * MINUTE))).toBe('');
    expect(notificationOf(story.look(story.result(-HOUR)))).toBe('');
    expect(notificationOf(story.read(EMPTY, MINUTE))).toBe('');
  });

  it('is told where after an early look the results are out of reach', () => {
    const story = following([ended(12, 12)]);
    story.look(story.result(-HOUR), 20 * SECOND);
    expect(notificationOf(story.read(EMPTY, 2 * MINUTE))).toBe('');
    story.look(noResult('unavailable'));
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 completed 12/12');
  });

  it('is told after an outage where the results are still out of reach', () => {
    const story = following([ended(12, 12), down('unavailable')]);
    expect(notificationOf(story.read(EMPTY, 2 * MINUTE))).toBe('');
    story.look(noResult('unavailable'));
    expect(notificationOf(story.read(EMPTY))).toBe('END #1 completed 12/12');
  });

  it('is told at once where the role may not see results', () => {
    const story = following([ended(12, 12)]);
    expect(notificationOf(story.look(HIDDEN))).toBe('END #1 completed 12/12');
    story.watch('next', MINUTE);
    expect(notificationOf(story.read(progressEnd), 'next')).toBe('END #2 completed 0/0');
  });

  it('is no end for who comes after those have left who watched then', () => {
    const story = following([ended(12, 12)]);
    story.unwatch('w');
    story.watch('next', 5 * MINUTE);
    expect(notificationOf(story.read(EMPTY), 'next')).toBe('waiting 0/0');
    expect(notificationOf(story.look(story.none), 'next')).toBe('');
    // Only that responses have been empty for long.
    expect(notificationOf(story.read(EMPTY, MINUTE), 'next')).toBe('waiting 0/0');
  });
});

const progressEnd: Reading = (at) => ({ kind: 'progress', at, consoleAt: at, registries: [BARE_END] });

describe('the regular scan', () => {
  it('is not over while its status says that it goes on', () => {
    const story = following([scanning(7, 40), EMPTY], { target: REGULAR });
    story.look(resultOf(null, { aheadMs: AHEAD, isOngoing: true }));
    expect(notificationOf(story.read(EMPTY))).toBe('');
    expect(notificationOf(story.read(scanning(8, 40)))).toBe('#1 scanning 8/40');
  });

  it.each<[number, string]>([
    [40, 'END #1 completed 40/40'],
    [39, 'END #1 stopped 39/40'],
  ])('is over with %i of 40 where its status says so after two empty answers', (scanned, line) => {
    const story = following([scanning(scanned, 40)], { target: REGULAR });
    story.look(story.none);
    story.read(EMPTY);
    expect(notificationOf(story.look(story.none))).toBe('');
    story.read(EMPTY);
    const over = story.look(story.none);
    expect(notificationOf(over)).toBe(line);
    expect(over.state.snapshot.evidence).toBe('vanished');
  });

  it('that is shown as finished is told by the next reading, and not as one that vanished', () => {
    const story = following([scanning(7, 40)], { target: REGULAR });
    story.look(story.none);
    expect(notificationOf(story.read(ended(39, 40)))).toBe('#1 scanning 39/40');
    expect(notificationOf(story.look(story.result(9 * SECOND)))).toBe('');
    expect(notificationOf(story.read(ended(39, 40)))).toBe('END #1 completed 39/40');
  });

  it('that began and ended unseen is told from its status', () => {
    const story = following([EMPTY], { target: REGULAR });
    story.look(story.result(-24 * HOUR));
    story.read(EMPTY, HOUR);
    expect(notificationOf(story.look(story.result(HOUR - MINUTE)))).toBe('END #1 completed 0/0');
  });

  it('is not over at the date of its own beginning', () => {
    const story = following([EMPTY], { target: REGULAR });
    story.look(story.result(-24 * HOUR));
    const status = resultOf(NOON + AHEAD + MINUTE, { aheadMs: AHEAD, isOngoing: true });
    expect(notificationOf(story.look(status, 2 * MINUTE))).toBe('');
  });
});
