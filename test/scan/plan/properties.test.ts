import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scan/plan.ts';
import type { Observation, RegistryProgress, Snapshot, StepProgress } from '../../../src/scan/snapshot.ts';
import { scanOf } from '../../../src/scan/state/target-state.ts';
import {
  EMPTY,
  HOUR,
  IMAGE,
  MINUTE,
  REGULAR,
  type Reading,
  SECOND,
  createStory,
  deepFreeze,
  progress,
  startStory,
} from '../../support/observations.ts';

const RUNS = { numRuns: 400 };

/** Small counts collide often, which is where the rules are; the Console may also send the absurd. */
const count = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 4 }) },
  { weight: 1, arbitrary: fc.nat({ max: Number.MAX_SAFE_INTEGER }) },
);
const words = fc.constantFrom('', '', '', 'words');

const arbitraryStep: fc.Arbitrary<StepProgress> = fc.record({
  scanned: count,
  total: count,
  title: words,
  error: words,
});

const arbitraryElement: fc.Arbitrary<RegistryProgress> = fc.record({
  host: fc.constantFrom('', 'a.example', 'b.example'),
  discovery: arbitraryStep,
  images: arbitraryStep,
  isOngoing: fc.boolean(),
  startedAt: fc.option(fc.nat({ max: 2 ** 41 })),
});

const arbitraryReading: fc.Arbitrary<Reading> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Reading>(EMPTY) },
  {
    weight: 1,
    arbitrary: fc.option(fc.nat({ max: 2 ** 40 })).map((retryAfterMs): Reading => (at): Observation => {
      return { kind: 'failed', at, failure: { cause: 'timeout', detail: '', retryAfterMs }, unparsed: null };
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .array(arbitraryElement, { maxLength: 4 })
      .map((registries): Reading => (at) => ({ kind: 'progress', at, consoleAt: null, registries })),
  },
);

interface Turn {
  readonly reading: Reading;
  readonly afterMs: number;
  /** A watch begins, the oldest is stopped, or neither. */
  readonly change: 'watch' | 'unwatch' | null;
}

const arbitraryTurns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({
    reading: arbitraryReading,
    afterMs: fc.oneof(
      { weight: 8, arbitrary: fc.constant(5 * SECOND) },
      { weight: 1, arbitrary: fc.constantFrom(MINUTE, HOUR, 8 * HOUR, 25 * HOUR, -HOUR) },
    ),
    change: fc.constantFrom('watch', 'watch', 'unwatch', null, null, null, null),
  }),
  { maxLength: 40 },
);

const arbitraryTarget = fc.constantFrom(IMAGE, REGULAR);

/** Plays the turns as the poller and the store would, with frozen inputs. */
function play(target: typeof IMAGE, turns: readonly Turn[]): readonly Plan[] {
  const story = startStory([], { target, random: 0.5, prepare: deepFreeze });
  return turns.map(({ reading, afterMs, change }, index) => {
    const [oldest] = story.watchIds();
    if (change === 'watch') story.watch(`w${index}`);
    if (change === 'unwatch' && oldest !== undefined) story.unwatch(oldest);
    return story.read(reading, afterMs);
  });
}

function forAll(claim: (target: typeof IMAGE, turns: readonly Turn[]) => void, runs = RUNS): void {
  fc.assert(fc.property(arbitraryTarget, arbitraryTurns, claim), runs);
}

function always(claim: (plans: readonly Plan[]) => void): void {
  forAll((target, turns) => {
    claim(play(target, turns));
  });
}

/** Everything visible after a poll: replies and notifications. */
function allShown(plan: Plan): readonly Snapshot[] {
  return [plan.state.snapshot, ...plan.watches.map(({ content }) => content.snapshot)];
}

describe('whatever the Console says', () => {
  it('plans survive being stored', () => {
    always((plans) => {
      for (const plan of plans) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    });
  });

  it('a scan ends at most once, and the next one has a higher number', () => {
    always((plans) => {
      const ended = plans.flatMap(({ scan }) =>
        scan === null || scan.endedAt === null ? [] : [scan.number],
      );
      expect(ended).toEqual([...new Set(ended)].sort((a, b) => a - b));
      let over = 0;
      for (const { scan, state } of plans) {
        if (scan !== null) expect(scan.number).toBeGreaterThan(over);
        if (scan !== null && scan.endedAt !== null) over = scan.number;
        const ongoing = scanOf(state);
        if (ongoing !== null) expect(ongoing.number).toBeGreaterThan(over);
        if (ongoing !== null) expect(ongoing.number).toBe(state.scanCount);
      }
    });
  });

  it('no scan is skipped in the count, nor ends before it began', () => {
    always((plans) => {
      let scans = 0;
      for (const { scan, state } of plans) {
        expect(state.scanCount - scans).toBeLessThanOrEqual(1);
        expect(state.scanCount).toBeGreaterThanOrEqual(scans);
        scans = state.scanCount;
        if (scan !== null) expect(scan.endedAt ?? scan.startedAt).toBeGreaterThanOrEqual(scan.startedAt);
      }
    });
  });

  it('what is scanned never exceeds its total', () => {
    always((plans) => {
      for (const { discovery, images, registries } of plans.flatMap(allShown)) {
        const steps = [discovery, images, ...registries.flatMap((one) => [one.discovery, one.images])];
        for (const { scanned, total } of steps) expect(scanned).toBeLessThanOrEqual(total);
      }
    });
  });

  it('nothing goes backwards within a scan but where it says that it was started over', () => {
    always((plans) => {
      const furthest = new Map<string, { discovery: number; images: number; restarts: number }>();
      for (const { scan, restarts, discovery, images } of plans.flatMap(allShown)) {
        if (scan === 0) continue;
        const before = furthest.get(`${scan}`) ?? { discovery: 0, images: 0, restarts: 0 };
        expect(restarts).toBeGreaterThanOrEqual(before.restarts);
        if (restarts === before.restarts) {
          expect(discovery.scanned).toBeGreaterThanOrEqual(before.discovery);
          expect(images.scanned).toBeGreaterThanOrEqual(before.images);
        }
        furthest.set(`${scan}`, { discovery: discovery.scanned, images: images.scanned, restarts });
      }
    });
  });

  it('every watch is told one end at most, nothing after it, and no scan older than one it was told of', () => {
    always((plans) => {
      const over = new Set<string>();
      const scans = new Map<string, number>();
      for (const { id, kind, content } of plans.flatMap(({ watches }) => watches)) {
        expect(over).not.toContain(id);
        if (kind === 'end') over.add(id);
        const { scan } = content.snapshot;
        if (scan > 0) expect(scan).toBeGreaterThanOrEqual(scans.get(id) ?? 0);
        scans.set(id, Math.max(scan, scans.get(id) ?? 0));
      }
    });
  });

  it('no watch is told the same twice in a row', () => {
    always((plans) => {
      const last = new Map<string, string>();
      for (const planned of plans.flatMap(({ watches }) => watches)) {
        if (planned.kind === 'end') continue;
        expect(planned.lastFingerprint).not.toBe(last.get(planned.id));
        last.set(planned.id, planned.lastFingerprint);
      }
    });
  });

  it('whoever watched while a scan was seen is told its end', () => {
    forAll((target, turns) => {
      const witnesses = new Set<string>();
      const story = createStory({ target });
      turns.forEach(({ reading, afterMs, change }, index) => {
        const [oldest] = story.watchIds();
        if (change === 'watch' || index === 0) story.watch(`w${index}`);
        if (change === 'unwatch' && oldest !== undefined) story.unwatch(oldest);
        const watching = story.watchIds();
        const seenAt = scanOf(story.state())?.lastSeenAt;
        const { scan, state, watches } = story.read(reading, afterMs);
        const observation = reading(story.now());
        const isSighting = observation.kind === 'progress' && observation.registries.length > 0;
        if (scan !== null && scan.endedAt !== null) {
          const owed = watching.filter((id) => witnesses.has(id));
          const notified = watches.filter(({ content }) => content.end === 'scan-ended').map(({ id }) => id);
          expect(notified).toEqual(expect.arrayContaining(owed));
          witnesses.clear();
        }
        const after = scanOf(state);
        // A clock that was set back takes the time of the last sighting along, though nothing was seen.
        if (isSighting && after !== null && after.lastSeenAt !== seenAt)
          for (const id of watching) witnesses.add(id);
      });
    });
  });

  it('an end is told to all who watch, or to none', () => {
    always((plans) => {
      for (const { watches } of plans) {
        const ends = watches.filter(({ content }) => content.end === 'scan-ended');
        expect([0, watches.length]).toContain(ends.length);
      }
    });
  });

  it('the target is read again within an hour while somebody watches, and not at all otherwise', () => {
    forAll((target, turns) => {
      const story = startStory([], { target, random: 0.999 });
      for (const { reading, afterMs } of turns) {
        const { nextPollAt } = story.read(reading, afterMs);
        expect(nextPollAt !== null).toBe(story.watchIds().length > 0);
        if (nextPollAt === null) continue;
        expect(nextPollAt).toBeGreaterThanOrEqual(story.now());
        expect(nextPollAt).toBeLessThanOrEqual(story.now() + HOUR);
      }
    });
  });

  it('every reading gives the same plan twice', () => {
    forAll(
      (target, turns) => {
        expect(play(target, turns)).toEqual(play(target, turns));
      },
      { numRuns: 100 },
    );
  });
});

describe('a regular scan that simply advances', () => {
  /** Sizes of registries, each with how many images it scans per reading, in an order that changes. */
  const arbitraryScan = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
    paces: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
    isEndListed: fc.boolean(),
    isReversed: fc.boolean(),
  });

  it('is never taken for one that was started over, and ends with all it scanned', () => {
    fc.assert(
      fc.property(arbitraryScan, ({ sizes, paces, isEndListed, isReversed }) => {
        const story = startStory([], { target: REGULAR, prepare: deepFreeze });
        for (let turn = 0; ; turn += 1) {
          const registries = sizes.map((size, index): RegistryProgress => {
            const scanned = Math.min(size, turn * (paces[index] ?? 1));
            const images = { scanned, total: size, title: '', error: '' };
            const host = `${index}.example`;
            return { host, discovery: images, images, isOngoing: scanned < size, startedAt: null };
          });
          const isOver = !registries.some(({ isOngoing }) => isOngoing);
          const listed = registries.filter(({ isOngoing }) => isEndListed || isOver || isOngoing);
          const notified = isReversed && turn % 2 === 1 ? listed.toReversed() : listed;
          const reading = progress(...notified);
          expect(story.read(reading).state.snapshot).toMatchObject({ scan: 1, restarts: 0 });
          if (!isOver) continue;
          const plan = story.read(reading);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(plan.scan?.snapshot.images).toMatchObject({ scanned: total, total });
          expect(plan.watches).toMatchObject([{ kind: 'end', content: { end: 'scan-ended' } }]);
          return;
        }
      }),
      RUNS,
    );
  });
});
