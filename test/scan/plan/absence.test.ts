import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import {
  createStory,
  EMPTY,
  MINUTE,
  SECOND,
  scanning,
  type StoryOptions,
  startStory,
} from '../../support/observations.ts';

const HINTS_FROM = 8;

/** Polls `[]` repeatedly, and returns the last notification of the watch. */
function absent(story: ReturnType<typeof createStory>, times: number, everyMs: number): Snapshot | null {
  let last: Snapshot | null = null;
  for (let read = 0; read < times; read += 1) {
    const notified = story.read(EMPTY, everyMs).watches.find(({ id }) => id === 'w');
    last = notified?.content.snapshot ?? last;
  }
  return last;
}

describe('empty answers', () => {
  it('are no long time within seconds, however many they are', () => {
    const story = startStory();
    expect(absent(story, 29, SECOND)?.emptyAnswers).toBeLessThan(HINTS_FROM);
    expect(absent(story, 1, SECOND)?.emptyAnswers).toBeGreaterThanOrEqual(HINTS_FROM);
  });

  it('count from when somebody began to watch', () => {
    const story = createStory();
    absent(story, 20, 5 * SECOND);
    story.watch('w', MINUTE);
    expect(absent(story, 7, 5 * SECOND)?.emptyAnswers).toBeLessThan(HINTS_FROM);
    expect(absent(story, 1, 5 * SECOND)?.emptyAnswers).toBe(HINTS_FROM);
  });

  it('that another watch has seen are no long time for a new one', () => {
    const story = createStory();
    story.watch('other');
    absent(story, 20, 5 * SECOND);
    story.watch('w');
    expect(absent(story, 5, 5 * SECOND)?.emptyAnswers).toBeLessThan(HINTS_FROM);
    expect(absent(story, 1, 5 * SECOND)?.emptyAnswers).toBeGreaterThanOrEqual(HINTS_FROM);
  });
});

describe('the scope of an image', () => {
  const within = (scope: Snapshot['scope']): StoryOptions => ({
    prepare: (input) => ({ ...input, ...(scope === undefined ? {} : { scope }) }),
  });

  it.each(['inside', 'outside'] as const)('that is %s is told from the first answer on', (scope) => {
    const story = startStory([], within(scope));
    expect(absent(story, 1, SECOND)).toMatchObject({ state: 'waiting', scope });
  });

  it('is told anew where it changes, and is no question once a scan is seen', () => {
    let scope: Snapshot['scope'] = 'outside';
    const story = startStory([], { prepare: (input) => ({ ...input, scope }) });
    expect(absent(story, 2, SECOND)?.scope).toBe('outside');
    scope = 'inside';
    expect(absent(story, 1, SECOND)?.scope).toBe('inside');
    expect(story.read(scanning(1, 3)).state.snapshot).not.toHaveProperty('scope');
  });

  it('that nobody knows is left out', () => {
    const story = startStory([], within(undefined));
    expect(absent(story, 1, SECOND)).not.toHaveProperty('scope');
  });
});
