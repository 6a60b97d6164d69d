import { describe, expect, it } from 'vitest';
import { planPoll } from '../../../src/scan/plan.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import { type Baseline, NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  NOON,
  SECOND,
  SETTINGS,
  watchOf,
  baselineOf,
} from '../../support/observations.ts';
import { following } from './results-story.ts';

const WATCH = watchOf({ createdAt: NOON - HOUR });

/** `end` for the watch, where only the finished element of a scan is seen. */
function endsPlanned(
  state: { baseline: Baseline | null; areResultsHidden?: boolean; snapshot?: Partial<Snapshot> },
  at = NOON,
): readonly string[] {
  const snapshot = { ...NEW_TARGET.snapshot, ...state.snapshot };
  return planPoll({
    ...{ target: IMAGE, settings: SETTINGS, random: 0, watches: [WATCH] },
    state: { ...NEW_TARGET, ...state, snapshot },
    observation: ended(12, 12)(at),
  }).watches.flatMap(({ kind }) => (kind === 'end' ? [kind] : []));
}

describe('an end whose scan was not seen', () => {
  it.each<[string, Baseline | null, readonly string[]]>([
    ['no response before it', null, ['end']],
    ['neither the Console’s clock nor a result', baselineOf({}), ['end']],
    ['the Console’s clock alone', baselineOf({ since: NOON - HOUR }), []],
    ['an earlier result alone', baselineOf({ resultAt: NOON - HOUR }), []],
    ['no result yet', baselineOf({ resultAt: 0 }), []],
  ])('is notified at once only where no result can date it: with %s', (_, baseline, kinds) => {
    expect(endsPlanned({ baseline })).toEqual(kinds);
    expect(endsPlanned({ baseline, areResultsHidden: true })).toEqual(['end']);
  });

  it.each([
    [10 * SECOND - 1, true, []],
    [10 * SECOND, true, ['end']],
    [10 * SECOND - 1, false, []],
    [10 * SECOND, false, ['end']],
    [SECOND - 10 * SECOND, true, []],
    [-10 * SECOND, true, ['end']],
  ])('%i ms after one like it (its response known: %s) is notified as %j', (afterMs, isAnswered, kinds) => {
    const before = { endedAt: NOON - afterMs, answeredAt: isAnswered ? NOON - afterMs : null };
    expect(endsPlanned({ baseline: null, snapshot: before })).toEqual(kinds);
  });
});

it('empty answers are counted while the result of an end is waited for', () => {
  const story = following([EMPTY]);
  story.look(story.none);
  story.read(ended(12, 12));
  expect(story.state().phase.kind).toBe('ended-unconfirmed');
  const before = story.state().snapshot.emptyAnswers;
  for (const count of [1, 2, 3]) {
    story.read(EMPTY);
    expect(story.state().snapshot.emptyAnswers).toBe(before + count);
  }
});
