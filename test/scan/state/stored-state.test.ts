import { describe, expect, it } from 'vitest';
import { NO_ETA } from '../../../src/scan/state/eta.ts';
import { parseTargetState, stringifyTargetState } from '../../../src/scan/state/stored-state.ts';
import { clearBaseline, NEW_TARGET, type TargetState } from '../../../src/scan/state/target-state.ts';
import {
  dated,
  down,
  element,
  EMPTY,
  ended,
  MINUTE,
  NOON,
  resultOf,
  scanning,
  SECOND,
  startStory,
} from '../../support/observations.ts';

const FINDINGS = { critical: 1, high: 2, medium: 3, low: 4, compliance: 5 };

/** As a row of a version with flags in place of phases has it. */
const SCAN = {
  number: 2,
  startedAt: NOON,
  isStartKnown: true,
  movedAt: NOON + SECOND,
  seenAt: NOON + MINUTE,
  restarts: 1,
  registries: [],
  fallen: 2,
  missing: 0,
  pace: { ...NO_ETA, seen: 3 },
  isFollowed: true,
};
const STORED = {
  scan: SCAN,
  scans: 2,
  failures: 1,
  failure: { cause: 'timeout', detail: 'slow', retryAfterMs: null },
  snapshot: NEW_TARGET.snapshot,
  following: { watch: 'w', since: NOON, baseline: 5, findings: FINDINGS },
  lookedAt: NOON + 1,
  areResultsHidden: true,
  unclear: null,
  past: [{ images: 12, durationMs: MINUTE }],
  lastEndAt: 7,
};
const OVER = { ...NEW_TARGET.snapshot, endedAt: NOON };
const UNCLEAR = { registries: [], at: NOON };

function parsed(changes: object): TargetState {
  return parseTargetState(JSON.stringify({ ...STORED, ...changes }));
}

describe('a stored state', () => {
  it('is read, and written so that it is read as it was', () => {
    expect(parsed({})).toEqual({
      phase: {
        kind: 'ongoing',
        scan: {
          number: 2,
          startedAt: NOON,
          isStartKnown: true,
          consoleStartedAt: null,
          lastProgressAt: NOON + SECOND,
          lastSeenAt: NOON + MINUTE,
          restarts: 1,
          registries: [],
          regressions: 2,
          eta: { ...NO_ETA, seen: 3 },
          isFollowed: true,
          endBefore: null,
        },
      },
      scanCount: 2,
      failures: 1,
      failure: STORED.failure,
      snapshot: STORED.snapshot,
      baseline: { watchId: 'w', since: NOON, resultAt: 5, findings: FINDINGS },
      resultsCheckedAt: NOON + 1,
      areResultsHidden: true,
      pastEtas: STORED.past,
      lastEndAt: 7,
    });
    expect(parseTargetState(stringifyTargetState(parsed({})))).toEqual(parsed({}));
  });

  it('keeps when its scan was first seen by the clock of the Console', () => {
    const dated = { scan: { ...STORED.scan, consoleStartedAt: NOON } };
    expect(JSON.parse(stringifyTargetState(parsed(dated)))).toMatchObject({
      scan: { consoleStartedAt: NOON },
    });
    expect(parseTargetState(stringifyTargetState(parsed(dated)))).toEqual(parsed(dated));
  });

  it.each([
    ['ongoing', {}],
    ['missing', { scan: { ...SCAN, missing: 3 } }],
    ['ongoing', { scan: { ...SCAN, unclear: UNCLEAR } }],
    ['ended-unconfirmed', { scan: null, unclear: UNCLEAR }],
    ['ended-unconfirmed', { scan: null, unclear: UNCLEAR, snapshot: OVER }],
    ['ended', { scan: null, snapshot: OVER }],
    ['idle', { scan: null }],
  ])('is %s for %j, and is that when it was written again', (kind, changes) => {
    expect(parsed(changes).phase.kind).toBe(kind);
    expect(parseTargetState(stringifyTargetState(parsed(changes)))).toEqual(parsed(changes));
  });

  it('of the first versions, with fewer fields, is read all the same', () => {
    const { pace, ...scan } = SCAN;
    expect(pace).toBeDefined();
    const following = { watch: 'w', since: null, baseline: null };
    const first = { scan, scans: 2, failures: 0, failure: null, snapshot: STORED.snapshot, following };
    expect(parseTargetState(JSON.stringify(first))).toMatchObject({
      phase: { kind: 'ongoing', scan: { eta: NO_ETA } },
      baseline: { watchId: 'w', findings: null },
      resultsCheckedAt: null,
      areResultsHidden: false,
      pastEtas: [],
      lastEndAt: null,
    });
    expect(parseTargetState('{}')).toEqual(NEW_TARGET);
  });

  it('leaves out what is usual of a scan', () => {
    const { number, startedAt, movedAt, seenAt, registries } = SCAN;
    expect(parsed({ scan: { number, startedAt, movedAt, seenAt, registries } }).phase).toMatchObject({
      kind: 'ongoing',
      scan: { isStartKnown: true, isFollowed: true, restarts: 0, regressions: 0 },
    });
  });

  it('has the counts of its scan where its snapshot has none', () => {
    const registries = [element(7, 12)];
    expect(parsed({ scan: { ...SCAN, registries }, snapshot: {} }).snapshot).toMatchObject({
      scan: 2,
      images: { scanned: 7, total: 12 },
      registries,
    });
  });

  it('of a new target takes next to nothing', () => {
    expect(stringifyTargetState(NEW_TARGET)).toBe('{"snapshot":{}}');
  });

  it('is the same after it was stored, whatever phase it is in', () => {
    const kinds = new Set<string>();
    const check = (state: TargetState): void => {
      for (const one of [state, clearBaseline(state)]) {
        kinds.add(one.phase.kind);
        expect(parseTargetState(stringifyTargetState(one))).toEqual(one);
      }
    };
    check(NEW_TARGET);
    const story = startStory();
    story.look(resultOf(NOON - MINUTE));
    for (const reading of [scanning(3, 12), EMPTY, down('timeout'), scanning(5, 12), ended(12, 12), EMPTY])
      check(story.read(reading).state);
    story.watch('next');
    check(story.look(resultOf(NOON - MINUTE), MINUTE).state);
    check(story.read(dated(ended(12, 12)), MINUTE).state);
    expect([...kinds].sort()).toEqual(['ended', 'ended-unconfirmed', 'idle', 'missing', 'ongoing']);
  });
});
