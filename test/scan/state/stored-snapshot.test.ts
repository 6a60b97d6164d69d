import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseContent,
  parseSnapshot,
  stringifyContent,
  stringifySnapshot,
  toSnapshot,
  toStoredSnapshot,
} from '../../../src/scan/state/stored-snapshot.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import { createStory, scanning } from '../../support/observations.ts';

const text = fc.constantFrom('', 'Step 2/2', '"quoted"');
const count = fc.constantFrom(0, 1, 7);
const time = fc.option(fc.constantFrom(0, 1_768_478_400_000));
const step = fc.record({ scanned: count, total: count, title: text, error: text });
const registry = fc.record(
  { foundAs: text, host: text, discovery: step, images: step, isOngoing: fc.boolean(), startedAt: time },
  { requiredKeys: ['host', 'discovery', 'images', 'isOngoing', 'startedAt'] },
);
const failure = fc.option(
  fc.record({ cause: fc.constant('timeout' as const), detail: text, retryAfterMs: time }),
);
const snapshots: fc.Arbitrary<Snapshot> = fc.record(
  {
    state: fc.constantFrom('waiting' as const, 'not running' as const, 'scanning' as const),
    discovery: step,
    images: step,
    registries: fc.array(registry, { maxLength: 2 }),
    scan: count,
    startedAt: time,
    isStartKnown: fc.boolean(),
    movedAt: time,
    endedAt: time,
    evidence: fc.constantFrom(null, 'reported' as const),
    restarts: count,
    emptyAnswers: count,
    answeredAt: time,
    failure,
    emptySince: time,
    scope: fc.constantFrom('inside' as const, 'outside' as const),
    remainingMs: time,
  },
  { requiredKeys: Object.keys(NEW_TARGET.snapshot) as (keyof Snapshot)[] },
);

const contents = fc.record({
  snapshot: snapshots,
  end: fc.constantFrom(null, 'stopped' as const),
  stoppedBy: fc.constantFrom(null, 'U1'),
}) as fc.Arbitrary<DeliveryContent>;

function forAll<T>(inputs: fc.Arbitrary<T>, claim: (input: T) => void): void {
  fc.assert(fc.property(inputs, claim));
}

describe('a stored snapshot', () => {
  it('is read as it was', () => {
    forAll(snapshots, (snapshot) => {
      expect(parseSnapshot(stringifySnapshot(snapshot))).toEqual(snapshot);
    });
  });

  it('that an earlier version wrote in full is read, too', () => {
    forAll(snapshots, (snapshot) => {
      expect(parseSnapshot(JSON.stringify(snapshot))).toEqual(snapshot);
    });
  });

  it('is read as it was with what a message says of it', () => {
    forAll(contents, (content) => {
      expect(parseContent(stringifyContent(content))).toEqual(content);
      expect(parseContent(JSON.stringify(content))).toEqual(content);
    });
  });

  it('of a watch that waits is its state alone', () => {
    const snapshot: Snapshot = { ...NEW_TARGET.snapshot, state: 'waiting' };
    expect(stringifyContent({ snapshot, end: null, stoppedBy: null })).toBe(
      '{"snapshot":{"state":"waiting"}}',
    );
  });

  it('leaves out what its registries add up to', () => {
    const { snapshot } = createStory().read(scanning(7, 12)).state;
    const { discovery, images } = JSON.parse(stringifySnapshot(snapshot)) as Partial<Snapshot>;
    expect([discovery, images]).toEqual([undefined, undefined]);
    expect(parseSnapshot(stringifySnapshot(snapshot))).toEqual(snapshot);
  });

  it('without a state has the same one, alone and in what a message says', () => {
    expect(parseContent('{"snapshot":{}}').snapshot).toEqual(parseSnapshot('{}'));
  });
});

it('registries that are stored elsewhere are stored here where they are others, as many though they be', () => {
  const { registries } = createStory().read(scanning(7, 12)).state.snapshot;
  const { snapshot } = createStory().read(scanning(8, 12)).state;
  const known = { ...NEW_TARGET.snapshot, registries };
  expect(toSnapshot(toStoredSnapshot(snapshot, known), known)).toEqual(snapshot);
});
