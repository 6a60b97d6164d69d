import { describe, expect, it } from 'vitest';
import {
  EMPTY_RESPONSES_OUT_OF_SCOPE,
  fingerprint,
  isLikelyOutOfScope,
  shortFingerprint,
} from '../../../src/scan/state/fingerprint.ts';
import type { RegistryProgress, Snapshot } from '../../../src/scan/snapshot.ts';
import {
  HOUR,
  createStory,
  done,
  element,
  EMPTY,
  ended,
  progress,
  scanning,
  SECOND,
  step,
  startStory,
} from '../../support/observations.ts';

function snapshot(...registries: readonly RegistryProgress[]): Snapshot {
  return createStory().read(progress(...registries)).state.snapshot;
}

const base = createStory().read(scanning(7, 12)).state.snapshot;
const failure = { cause: 'timeout', detail: 'after 15 s', retryAfterMs: null } as const;

describe('two snapshots look the same', () => {
  it.each<[string, Snapshot]>([
    ['at another time', { ...base, answeredAt: (base.answeredAt ?? 0) + HOUR, movedAt: 1, startedAt: 2 }],
    ['after one more empty answer', { ...base, emptyAnswers: base.emptyAnswers + 1 }],
    ['with another title', snapshot(element(7, 12, { images: step(7, 12, { title: 'Scanned 7/12' }) }))],
  ])('%s', (_, other) => {
    expect(fingerprint(other)).toBe(fingerprint(base));
  });

  it('after one and two empty answers since its end', () => {
    const over = createStory();
    over.read(scanning(7, 12));
    const { snapshot: end } = over.read(ended(12, 12)).state;
    expect(fingerprint({ ...end, emptyAnswers: 2 })).toBe(fingerprint({ ...end, emptyAnswers: 1 }));
  });

  it('for the same failure in other words', () => {
    const unknown: Snapshot = { ...base, state: 'unknown', failure };
    const other: Snapshot = { ...unknown, failure: { ...failure, detail: 'after 14 s', retryAfterMs: 5 } };
    expect(fingerprint(other)).toBe(fingerprint(unknown));
  });
});

describe('two snapshots differ', () => {
  it.each<[string, Snapshot]>([
    ['by their state', { ...base, state: 'stalled' }],
    ['by their scan', { ...base, scan: 2 }],
    ['by a new start', { ...base, restarts: 1 }],
    ['by how the end is known', { ...base, evidence: 'vanished' }],
    ['by why the Console does not tell', { ...base, failure }],
    ['by the hint that the image is out of scope', { ...base, emptyAnswers: EMPTY_RESPONSES_OUT_OF_SCOPE }],
    ['by what is scanned', snapshot(element(8, 12))],
    ['by the total', snapshot(element(7, 13))],
    ['by what is discovered', snapshot(element(7, 12, { discovery: step(1, 2) }))],
    ['by an error', snapshot(element(7, 12, { images: step(7, 12, { error: 'slow' }) }))],
    ['by the host', snapshot(element(7, 12, { host: 'a.example' }))],
    ['by one more registry', snapshot(element(7, 12), done(0, 0))],
  ])('%s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(base));
  });
});

describe('an image is taken to be out of scope', () => {
  /** After how many empty responses at this interval. */
  function afterAnswers(everyMs: number): number {
    const story = startStory();
    for (let answers = 1; answers <= 20; answers += 1) {
      const { snapshot } = story.read(EMPTY, everyMs).state;
      if (isLikelyOutOfScope(snapshot)) return answers;
    }
    return Infinity;
  }

  it.each([
    { everyMs: SECOND, answers: 8 },
    { everyMs: 5 * SECOND, answers: 8 },
    { everyMs: 20 * SECOND, answers: 3 },
    { everyMs: 60 * SECOND, answers: 2 },
    { everyMs: HOUR, answers: 2 },
  ])('after $answers empty answers, one every $everyMs ms', ({ everyMs, answers }) => {
    expect(afterAnswers(everyMs)).toBe(answers);
  });

  it('is not by what an earlier version kept of fewer than eight', () => {
    const kept = { emptyAnswers: 7, answeredAt: HOUR };
    expect(isLikelyOutOfScope(kept)).toBe(false);
    expect(isLikelyOutOfScope({ ...kept, emptySince: 0 })).toBe(true);
    expect(isLikelyOutOfScope({ ...kept, emptySince: 0, emptyAnswers: 1 })).toBe(false);
  });
});

it('a fingerprint of an earlier version, which is long, becomes a short one, and a short one stays', () => {
  const short = shortFingerprint('["scanning",7,12]');
  expect(short).toMatch(/^[0-9a-z]{8,14}$/);
  expect(shortFingerprint(short)).toBe(short);
  expect(shortFingerprint('["scanning",8,12]')).not.toBe(short);
});
