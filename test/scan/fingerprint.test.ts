import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWERS_OUT_OF_SCOPE, fingerprint } from '../../src/scan/fingerprint.ts';
import type { RegistryProgress, Snapshot } from '../../src/scan/snapshot.ts';
import { HOUR, createStory, done, element, progress, scanning, step } from '../support/observations.ts';

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
    ['by the hint that the image is out of scope', { ...base, emptyAnswers: EMPTY_ANSWERS_OUT_OF_SCOPE }],
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
