import { describe, expect, it } from 'vitest';
import { sumSteps } from '../../../src/scan/state/ongoing-scan.ts';
import { NEW_TARGET, scoped, toWatchedSnapshot } from '../../../src/scan/state/target-state.ts';
import {
  EMPTY,
  HOUR,
  MINUTE,
  REGULAR,
  SECOND,
  createStory,
  done,
  down,
  element,
  ended,
  progress,
  scanning,
  step,
  startStory,
} from '../../support/observations.ts';

describe('the sum of steps', () => {
  it('is the step itself where there is one', () => {
    const only = step(1, 2, { title: 'Scanned 1/2', error: 'slow' });
    expect(sumSteps([only])).toEqual(only);
  });

  it('has no title, and the first error', () => {
    const steps = [step(1, 2, { title: 'a' }), step(3, 4, { error: 'slow' }), step(0, 0, { error: 'gone' })];
    expect(sumSteps(steps)).toEqual(step(4, 6, { error: 'slow' }));
  });

  it('is nothing without steps', () => {
    expect(sumSteps([])).toEqual(step(0, 0));
  });

  it('is what a snapshot says of its registries', () => {
    const { snapshot } = createStory({ target: REGULAR }).read(progress(element(1, 5), done(2, 2))).state;
    expect(snapshot).toMatchObject({ discovery: step(2, 2), images: step(3, 7) });
    expect(snapshot.registries).toHaveLength(2);
  });
});

describe('the start of a scan', () => {
  const startOf = (reading: ReturnType<typeof scanning>) =>
    createStory().read(reading).state.snapshot.isStartKnown;

  it('is known where nothing was scanned yet, or where the Console tells it', () => {
    expect(startOf(scanning(0, 12))).toBe(true);
    expect(startOf(scanning(5, 12, { startedAt: 1 }))).toBe(true);
  });

  it('is not known of a scan that was under way, or over, when it was first seen', () => {
    expect(startOf(scanning(5, 12))).toBe(false);
    expect(startOf(ended(12, 12))).toBe(false);
  });
});

describe('the time left', () => {
  /** Twelve images, one each `everyMs`. */
  function playScan(story: ReturnType<typeof createStory>, everyMs: number): (number | null)[] {
    const scanned = Array.from({ length: 12 }, (_, index) => index);
    const left = scanned.map(
      (count) => story.read(scanning(count, 12), everyMs).state.snapshot.remainingMs ?? null,
    );
    story.read(ended(12, 12), everyMs);
    return left;
  }

  it('is in the snapshot once enough was seen, and not of one that stands still', () => {
    const story = startStory();
    expect(playScan(story, 30 * SECOND).map((ms) => ms !== null)).toEqual([
      ...Array<boolean>(6).fill(false),
      ...Array<boolean>(6).fill(true),
    ]);
    story.read(scanning(6, 12));
    expect(story.read(scanning(6, 12), HOUR).state.snapshot).toMatchObject({
      state: 'stalled',
      remainingMs: null,
    });
  });

  it('is that of the scans before at first, of which five are remembered, the newest first', () => {
    const story = createStory();
    for (let minutes = 1; minutes <= 7; minutes += 1) playScan(story, minutes * MINUTE);
    // How long one took that was seen too late is not known.
    for (const reading of [scanning(6, 12), ended(12, 12)]) story.read(reading);
    const { pastEtas } = story.state();
    expect(pastEtas.map(({ images, durationMs }) => [images, durationMs / MINUTE])).toEqual(
      [7, 6, 5, 4, 3].map((minutes) => [12, 12 * minutes]),
    );
  });
});

it('a scope that is not known any more is left out', () => {
  const outside = scoped(NEW_TARGET.snapshot, 'outside');
  expect(outside.scope).toBe('outside');
  expect(scoped(outside, 'unknown')).toEqual(NEW_TARGET.snapshot);
});

describe('what a new watch is shown', () => {
  const waiting = toWatchedSnapshot(NEW_TARGET.snapshot);

  it('is that it waits, before anything is seen', () => {
    expect(waiting).toMatchObject({ state: 'waiting', scan: 0, registries: [], answeredAt: null });
  });

  it('is a scan that goes on', () => {
    const { snapshot } = createStory().read(scanning(1, 2)).state;
    expect(toWatchedSnapshot(snapshot)).toBe(snapshot);
  });

  it('is nothing of a scan that is over, be it our own or one that is still visible', () => {
    const own = createStory().read(ended(2, 2)).state.snapshot;
    const visible = createStory({ target: REGULAR }).read(ended(2, 2)).state.snapshot;
    const unseen = { ...own, endedAt: null, state: 'not running' as const };
    for (const snapshot of [own, visible, unseen]) {
      expect(toWatchedSnapshot(snapshot)).toEqual({ ...waiting, answeredAt: snapshot.answeredAt });
    }
  });

  it('tells how often nothing was found, and why the Console does not tell', () => {
    const story = createStory();
    story.read(EMPTY);
    story.read(EMPTY);
    story.read(down());
    const { snapshot } = story.read(down()).state;
    expect(toWatchedSnapshot(snapshot)).toMatchObject({
      state: 'unknown',
      emptyAnswers: 2,
      failure: { cause: 'unreachable' },
    });
  });
});
