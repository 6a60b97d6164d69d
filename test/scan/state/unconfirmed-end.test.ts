import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scan/plan.ts';
import { parseTargetState, stringifyTargetState } from '../../../src/scan/state/stored-state.ts';
import {
  EMPTY,
  ended,
  HIDDEN,
  HOUR,
  type Look,
  MINUTE,
  NOON,
  noResult,
  notificationOf,
  progress,
  resultOf,
  done,
  scanning,
  SECOND,
  notificationsOf,
} from '../../support/observations.ts';
import { isHeldForLong } from '../../../src/scan/state/unconfirmed-end.ts';
import { AHEAD, following, lookDue } from './results-story.ts';

/** Its finished element alone was seen, and the next scan began before any result showed. */
function followed() {
  const story = following([ended(12, 12)]);
  const seenAt = story.now();
  const next = story.read(scanning(1, 3));
  return { ...story, seenAt, next };
}

function endsOf({ watches, scan, state }: Plan) {
  return {
    notified: watches.flatMap(({ kind, content }) => (kind === 'end' ? [content.snapshot.scan] : [])),
    recorded: scan?.number,
    shown: state.snapshot.scan,
  };
}

describe('an unconfirmed end, followed by the next scan', () => {
  it('leaves its number to the scan before, and the results are checked soon', () => {
    const { next, ...story } = followed();
    expect(notificationOf(next)).toBe('#2 scanning 1/3');
    expect(lookDue(next, story.now())).toBe(true);
    const checked = story.look(story.none);
    expect(lookDue(checked, story.now() + 10 * SECOND - 1)).toBe(false);
    expect(lookDue(checked, story.now() + 10 * SECOND)).toBe(true);
  });

  it('is notified as soon as a new result shows, with its own counts and time; the next scan goes on', () => {
    const { seenAt, ...story } = followed();
    const end = story.look(story.result(4 * SECOND));
    expect(notificationOf(end)).toBe('END #1 completed 12/12');
    expect(endsOf(end)).toEqual({ notified: [1], recorded: 1, shown: 2 });
    expect(end.scan?.endedAt).toBe(seenAt);
    expect(end.report).toMatchObject({ topic: 'end', scan: 1 });
    expect(end.state).toMatchObject({ phase: { kind: 'ongoing', scan: { number: 2, endBefore: null } } });
    story.watch('later');
    expect(notificationOf(story.read(ended(3, 3)), 'later')).toBe('END #2 completed 3/3');
  });

  it('is notified once: its result is not new again', () => {
    const story = followed();
    story.watch('other');
    story.look(story.result(4 * SECOND));
    story.watch('later');
    story.read(scanning(2, 3));
    expect(story.look(story.result(4 * SECOND), 10 * SECOND).scan).toBeNull();
    story.read(EMPTY);
    story.read(EMPTY);
    expect(story.look(story.result(4 * SECOND)).scan).toBeNull();
    expect(notificationOf(story.look(story.result(40 * SECOND)), 'later')).toBe('END #2 completed 2/3');
  });

  it('is notified although its result is dated after the next one began, which goes on', () => {
    const story = followed();
    const end = story.look(story.result(11 * SECOND));
    expect(endsOf(end)).toEqual({ notified: [1], recorded: 1, shown: 2 });
  });

  it('is notified although the next scan is missing by then', () => {
    const story = followed();
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(4 * SECOND)))).toBe('END #1 completed 12/12');
    expect(story.state().phase).toMatchObject({ kind: 'missing', scan: { number: 2 } });
  });

  it('is not notified where a result shows that the next scan is over, too', () => {
    const story = followed();
    story.read(EMPTY);
    expect(notificationOf(story.look(story.result(11 * SECOND)))).toBe('END #2 completed 1/3');
  });

  it.each([false, true])('is an old one where an old result shows half a minute later (%s)', (isOngoing) => {
    const story = followed();
    const old = (afterMs?: number) =>
      story.look(resultOf(NOON + AHEAD - HOUR, { aheadMs: AHEAD, isOngoing }), afterMs);
    expect(old().scan).toBeNull();
    expect(old(23 * SECOND).scan).toBeNull();
    const shown = old();
    expect(endsOf(shown)).toEqual({ notified: [], recorded: 1, shown: 2 });
    expect(story.state().phase).toMatchObject({ kind: 'ongoing', scan: { endBefore: null } });
    expect(notificationOf(story.read(ended(3, 3)))).toBe('END #2 completed 3/3');
  });

  it.each<[string, Look]>([
    ['no result', noResult('unavailable')],
    ['that of none', (at) => ({ kind: 'answered', at, consoleAt: at, result: null, isOngoing: false })],
  ])('is notified after a minute of %s', (_, look) => {
    const story = followed();
    story.look(look);
    expect(story.read(scanning(2, 3), MINUTE - 6 * SECOND - 1).scan).toBeNull();
    const end = story.read(scanning(3, 3), 1);
    expect(notificationOf(end)).toBe('END #1 completed 12/12');
    expect(endsOf(end)).toEqual({ notified: [1], recorded: 1, shown: 2 });
  });

  it('is notified at once where the role may not see results', () => {
    expect(notificationOf(followed().look(HIDDEN))).toBe('END #1 completed 12/12');
  });

  it('gives way to the end of the next scan, which comes first', () => {
    const story = followed();
    story.watch('subscribed', 0, { mayShow: true, afterScanNumber: 0 });
    expect(notificationOf(story.look(story.result(-HOUR)))).toBe('');
    expect(notificationOf(story.read(progress(done(3, 3))))).toBe('END #2 completed 3/3');
    story.watch('its next', 0, { mayShow: true, afterScanNumber: 2 });
    expect(story.look(story.result(-HOUR), MINUTE).scan).toBeNull();
  });

  it('is forgotten with its watchers', () => {
    const story = followed();
    story.unwatch('w');
    expect(story.state().phase).toMatchObject({ kind: 'ongoing', scan: { endBefore: null } });
  });

  it('leaves room for the end of the next scan, which nobody could read meanwhile', () => {
    const story = followed();
    story.watch('next');
    for (const afterMs of [5 * SECOND, MINUTE]) {
      story.read(EMPTY, afterMs);
      story.look(noResult('unavailable'));
    }
    const end = story.read(EMPTY);
    expect(notificationOf(end)).toBe('END #1 completed 12/12');
    expect(notificationOf(story.look(story.result(30 * SECOND)), 'next')).toBe('END #2 completed 1/3');
  });

  it('is not that of a watch, or a wait, which was made later: the next one goes on', () => {
    const story = followed();
    story.watch('next');
    const end = story.look(story.result(4 * SECOND));
    expect(notificationsOf(end, 'w', 'next')).toBe('END #1 completed 12/12, #2 scanning 1/3');
    expect(end.waits).toEqual({ endedScan: 1, madeUntil: story.seenAt, expiredWaits: [] });
    expect(notificationOf(story.read(ended(3, 3)), 'next')).toBe('END #2 completed 3/3');
  });

  it('waits for a check half a minute after it where an early one showed an old result', () => {
    const story = followed();
    story.look(story.result(-HOUR));
    expect(story.read(scanning(2, 3), MINUTE).scan).toBeNull();
    const at = story.seenAt + 30 * SECOND;
    const checkedAt = (resultsCheckedAt: number) => ({ ...story.state(), resultsCheckedAt });
    expect(isHeldForLong(checkedAt(at - 1), story.now())).toBe(false);
    expect(isHeldForLong(checkedAt(at), story.now())).toBe(true);
  });

  it('is kept in the store', () => {
    const state = followed().state();
    expect(parseTargetState(stringifyTargetState(state))).toEqual(state);
  });
});
