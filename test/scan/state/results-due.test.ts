import { describe, expect, it } from 'vitest';
import { nextResultsCheckAt } from '../../../src/scan/state/apply-result.ts';
import {
  createStory,
  dated,
  EMPTY,
  HIDDEN,
  HOUR,
  MINUTE,
  noResult,
  scanning,
  SECOND,
  TICK,
} from '../../support/observations.ts';
import { following } from './results-story.ts';

describe('when the results are checked', () => {
  it('is at once when a watch begins, every minute while nothing shows, and not while a scan goes on', () => {
    const story = following();
    expect(story.read(EMPTY).nextResultsCheckAt).toBe(0);
    const { nextResultsCheckAt: idle } = story.look(story.result(-HOUR));
    expect(idle).toBe(story.now() + MINUTE);
    expect(story.read(scanning(1, 12)).nextResultsCheckAt).toBeNull();
  });

  it('is never where nobody watches', () => {
    const story = createStory({ results: 'shown' });
    expect(story.read(dated(EMPTY)).nextResultsCheckAt).toBeNull();
    expect(story.read(dated(scanning(1, 2))).nextResultsCheckAt).toBeNull();
    expect(nextResultsCheckAt(story.state())).toBeNull();
  });

  it('is every ten seconds while an end is missed, and rarely where the role may not see them', () => {
    const story = following([scanning(7, 12), EMPTY]);
    expect(story.look(story.none).nextResultsCheckAt).toBe(story.now() + 10 * SECOND);
    expect(story.look(HIDDEN).nextResultsCheckAt).toBe(story.now() + 10 * MINUTE);
  });

  it('is every minute while a scan goes on whose image has no known result to compare with', () => {
    const story = following([scanning(1, 12)]);
    expect(story.look(noResult('unavailable')).nextResultsCheckAt).toBe(story.now() + MINUTE);
  });

  it('changes nothing of when the progress is read', () => {
    const story = following();
    const { nextPollAt } = story.read(EMPTY, TICK);
    expect(nextPollAt).not.toBeNull();
    expect(story.look(story.none).nextPollAt).toBe(nextPollAt);
  });
});
