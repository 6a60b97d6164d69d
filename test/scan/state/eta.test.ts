import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NO_ETA,
  updateEta,
  type EtaState,
  type EtaSample,
  remainingMs,
} from '../../../src/scan/state/eta.ts';
import { type History, measure, play, TICK_MS } from '../histories.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = 1_000_000_000_000;

const steady = (total: number, minutes: number): History => ({
  total,
  durationMs: minutes * MINUTE,
  scannedAt: (ms) => (total * ms) / (minutes * MINUTE),
});

/** The middle one counts, and none that has no images or no time. */
const PAST = [
  { images: 12, durationMs: MINUTE },
  { images: 0, durationMs: MINUTE },
  { images: 0, durationMs: HOUR },
  { images: 12, durationMs: 0 },
  { images: 12, durationMs: 9 * MINUTE },
  { images: 12, durationMs: 4.5 * MINUTE },
];
const SCANNING = { isDiscovered: true, isRestart: false, past: [] };

/** Forty batches, some a hundred times larger than others, from a seed. */
function bursts(total: number, minutes: number): History {
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const sums = [0];
  for (let batch = 0; batch < 40; batch += 1) sums.push((sums.at(-1) ?? 0) + random() ** 3);
  const all = sums.at(-1) ?? 1;
  const durationMs = minutes * MINUTE;
  return {
    total,
    durationMs,
    scannedAt: (ms) => (total * (sums[Math.floor((ms / durationMs) * 40)] ?? all)) / all,
  };
}

const slowing: History = {
  total: 400,
  durationMs: 30 * MINUTE,
  scannedAt: (ms) => (ms < 10 * MINUTE ? ms / 3_000 : 200 + (ms - 10 * MINUTE) / 6_000),
};

const restarting: History = {
  total: 200,
  durationMs: 30 * MINUTE,
  restartsAt: 10 * MINUTE,
  scannedAt: (ms) => (ms < 10 * MINUTE ? ms / 6_000 : (ms - 10 * MINUTE) / 6_000),
};

const pausing: History = {
  total: 300,
  durationMs: 25 * MINUTE,
  scannedAt: (ms) =>
    ms < 8 * MINUTE ? (150 * ms) / (8 * MINUTE) : 150 + (150 * Math.max(0, ms - 18 * MINUTE)) / (7 * MINUTE),
};

/** A sixth is done at the poll in which discovery ends. */
const jumping: History = {
  total: 400,
  durationMs: 7 * MINUTE,
  discoveredAt: MINUTE,
  scannedAt: (ms) => (ms < MINUTE ? 0 : 68 + (332 * (ms - MINUTE)) / (6 * MINUTE)),
};

describe('what is said of the time left', () => {
  const saying = (leftMs: number, said: number | null): number | null => {
    const before = { ...NO_ETA, at: NOON, scanned: 10, rate: 1 / leftMs, ms: HOUR, moves: 99, seen: 999 };
    const pace = { ...before, movedAt: NOON, gapMs: MINUTE, said };
    return remainingMs(updateEta(pace, { ...SCANNING, at: NOON, scanned: 10, total: 11 }));
  };

  it.each<[number, number | null, number]>([
    [44_999, null, 0],
    [45_000, null, MINUTE],
    [74_999, 0, 0],
    [75_000, 0, MINUTE],
    [2.5 * MINUTE - 1, 2 * MINUTE, 2 * MINUTE],
    [2.5 * MINUTE, 2 * MINUTE, 3 * MINUTE],
    [90_000, 9 * MINUTE, 2 * MINUTE],
  ])('with %i ms left after %s ms were said is %i ms', (leftMs, said, expected) => {
    expect(saying(leftMs, said)).toBe(expected);
  });

  /**
   * The median and the 90th percentile of the error, as parts of the true remaining time (at least a minute), the part of
   * the polls with one, how many of its changes were upwards, and its sum: compare them when changing the estimate.
   */
  it.each([
    [
      'of a steady scan of 1,000 images',
      steady(1_000, 40),
      'median 0.065, 90 % 0.132, said 0.987, ups 0 of 14, 9393 min',
    ],
    [
      'of a steady scan of one image in 30 s',
      steady(40, 20),
      'median 0.071, 90 % 0.184, said 0.879, ups 0 of 11, 1883 min',
    ],
    [
      'of a steady scan of 12 images',
      steady(12, 4),
      'median 0.167, 90 % 0.412, said 0.596, ups 0 of 2, 33 min',
    ],
    [
      'of one like those before it',
      { ...steady(12, 4), past: PAST },
      'median 0.200, 90 % 0.417, said 0.979, ups 0 of 4, 105 min',
    ],
    [
      'of one that counted many as discovery ended',
      jumping,
      'median 0.091, 90 % 0.263, said 0.795, ups 0 of 6, 183 min',
    ],
    ['of one that slows down', slowing, 'median 0.298, 90 % 0.459, said 0.983, ups 0 of 11, 3502 min'],
    [
      'of one that goes in bursts',
      bursts(400, 20),
      'median 0.200, 90 % 0.714, said 0.929, ups 2 of 20, 2190 min',
    ],
    ['of one that starts over', restarting, 'median 0.111, 90 % 0.442, said 0.958, ups 1 of 15, 3949 min'],
    ['of one that pauses', pausing, 'median 0.333, 90 % 0.515, said 0.615, ups 0 of 10, 1497 min'],
  ] as const)('%s is off by what was measured', (_, history, expected) => {
    const readings = play(history);
    const { median, most, ups, changes, notified } = measure(readings);
    const sum = readings.reduce((all, { said }) => all + (said ?? 0), 0) / MINUTE;
    const figures = [median, most, notified].map((part) => part.toFixed(3));
    const words = ['median', '90 %', 'said'].map((word, index) => `${word} ${figures[index]}`);
    expect(`${words.join(', ')}, ups ${ups} of ${changes}, ${sum.toFixed(0)} min`).toBe(expected);
  });

  it('is nothing before discovery is done', () => {
    let pace: EtaState = NO_ETA;
    for (let tick = 1; tick < 100; tick += 1) {
      const reading = { scanned: tick, total: 2 * tick, isDiscovered: false, isRestart: false, past: [] };
      pace = updateEta(pace, { at: NOON + tick * TICK_MS, ...reading });
      expect(remainingMs(pace)).toBeNull();
    }
  });

  it('is nothing where all that was counted came in one batch', () => {
    const counts = [0, 1, 1, 1, 1, 1, 1, 11, 11, 11];
    const etas = counts.reduce<EtaState[]>((before, scanned, tick) => {
      const sample = { at: NOON + tick * TICK_MS, scanned, total: 400, ...SCANNING };
      return [...before, updateEta(before.at(-1) ?? NO_ETA, sample)];
    }, []);
    expect(etas.map(remainingMs)).toEqual(counts.map(() => null));
    expect(etas.at(-1)?.moves).toBe(2);
  });

  it('is nothing where all is scanned, or nothing is to be', () => {
    const known = { rate: 1 / MINUTE, ms: HOUR, moves: 9, seen: 99, movedAt: NOON, gapMs: 1_000 };
    const eta: EtaState = { at: NOON, scanned: 12, ...known, endsAt: NOON + MINUTE, said: MINUTE };
    const sample = { at: NOON, scanned: 12, ...SCANNING };
    expect(updateEta(eta, { ...sample, total: 12 })).toMatchObject({ endsAt: null, said: null });
    expect(updateEta(eta, { ...sample, total: 0 })).toMatchObject({ endsAt: null, said: null });
  });

  it('is said from the first readings on where earlier scans tell', () => {
    const [, second] = play({ ...steady(12, 4), past: [{ images: 12, durationMs: 4 * MINUTE }] });
    expect(second?.said).toBe(4 * MINUTE);
  });

  it('is withdrawn where nothing moves for long, and said again afterwards', () => {
    const said = play(pausing);
    const at = (minutes: number) => said.find(({ atMs }) => atMs === minutes * MINUTE)?.said;
    expect(at(7)).not.toBeNull();
    expect(at(15)).toBeNull();
    expect(at(21)).not.toBeNull();
  });

  it('goes on from what an earlier version remembered', () => {
    const { ms, moves, ...old } = play(steady(400, 7)).reduce(
      (pace: EtaState, { atMs }) =>
        updateEta(pace, { at: NOON + atMs, scanned: atMs / TICK_MS, total: 400, ...SCANNING }),
      NO_ETA,
    );
    expect([ms, moves]).not.toContain(undefined);
    let pace: EtaState = old;
    for (let tick = 100; tick < 120; tick += 1)
      pace = updateEta(pace, { at: NOON + tick * TICK_MS, scanned: tick, total: 400, ...SCANNING });
    expect(remainingMs(pace)).toBe(25 * MINUTE);
  });

  it.each([
    { leftMs: 44_999, before: null, said: 0 },
    { leftMs: 45_000, before: null, said: MINUTE },
    { leftMs: 74_999, before: 0, said: 0 },
    { leftMs: 75_000, before: 0, said: MINUTE },
    { leftMs: 149_999, before: 2 * MINUTE, said: 2 * MINUTE },
    { leftMs: 150_000, before: 2 * MINUTE, said: 3 * MINUTE },
  ])('is $said ms where $leftMs ms are left and $before was shown', ({ leftMs, before, said }) => {
    const known = { rate: 1 / leftMs, ms: MINUTE, moves: 9, seen: 99, movedAt: NOON, gapMs: 1_000 };
    const eta: EtaState = { at: NOON, scanned: 11, ...known, endsAt: NOON + leftMs, said: before };
    expect(remainingMs(updateEta(eta, { at: NOON, scanned: 11, total: 12, ...SCANNING }))).toBe(said);
  });

  it('begins anew where the scan does', () => {
    const said = play(restarting);
    expect(said.find(({ atMs }) => atMs === 10 * MINUTE)?.said).toBeNull();
  });

  it('is coarse', () => {
    const minutes = play(steady(1_000, 240)).flatMap(({ said }) => (said === null ? [] : [said / MINUTE]));
    expect([...new Set(minutes)].toSorted((a, b) => b - a)).toEqual([
      240, 210, 180, 150, 120, 105, 90, 75, 60, 50, 40, 30, 25, 20, 15, 12, 10, 8, 6, 5, 4, 3, 2, 1, 0,
    ]);
  });
});

const reading: fc.Arbitrary<EtaSample> = fc.record({
  at: fc.oneof(fc.nat(), fc.integer()),
  scanned: fc.nat(),
  total: fc.nat(),
  isDiscovered: fc.boolean(),
  isRestart: fc.boolean(),
  past: fc.array(fc.record({ images: fc.nat(), durationMs: fc.integer() }), { maxLength: 5 }),
});

describe('a pace, whatever is read,', () => {
  it('is small, survives JSON, and says a number that makes sense or nothing', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 30 }), (readings) => {
        const pace = readings.reduce(updateEta, NO_ETA);
        expect(JSON.parse(JSON.stringify(pace))).toEqual(pace);
        expect(JSON.stringify(pace).length).toBeLessThan(400);
        const said = remainingMs(pace);
        expect(said === null || (said >= 0 && said <= 24 * 60 * MINUTE)).toBe(true);
      }),
    );
  });
});
