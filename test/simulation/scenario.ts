/** What a seed stands for: scans, people, and which of all the faults occur, how often, and when. */

import fc from 'fast-check';

/** Every scenario's faults end after this time. */
export const TROUBLE_MS = 160_000;

export interface ScanScript {
  /** Index of the target; 0 is the regular scan where there is one. */
  readonly target: number;
  /** After the end of the target's scan before, ms. */
  readonly gapMs: number;
  readonly lastsMs: number;
  /** Nothing shows for so long after it was asked for. */
  readonly queuedMs: number;
  readonly total: number;
  /** The Console starts it over when this share of it is done. */
  readonly restartsAt: number | null;
  readonly error: string;
  /** Somebody else reads progress so long after the end. */
  readonly foreignReadMs: number | null;
}

export type Person =
  | {
      readonly kind: 'watch';
      readonly atMs: number;
      readonly target: number;
      readonly place: number;
      readonly user: number;
      readonly isReadAtOnce: boolean;
    }
  | { readonly kind: 'stop' | 'delete'; readonly atMs: number; readonly which: number }
  | { readonly kind: 'ask'; readonly atMs: number; readonly target: number }
  | { readonly kind: 'archive'; readonly atMs: number; readonly channel: number };

export type Trouble =
  /** The process dies at one of its next steps, and another one begins later. */
  | {
      readonly kind: 'kill';
      readonly atMs: number;
      readonly where: string;
      readonly steps: number;
      readonly downMs: number;
    }
  /** It stands still from one of its next steps on; another one takes over; then it goes on for a while. */
  | {
      readonly kind: 'freeze';
      readonly atMs: number;
      readonly where: string;
      readonly steps: number;
      readonly forMs: number;
      readonly takeOverMs: number;
    }
  | {
      readonly kind: 'console-down' | 'token-revoked' | 'disk-full';
      readonly atMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'clock'; readonly atMs: number; readonly byMs: number };

/** Shares of calls in [0, 1]. */
export interface Faults {
  /** The answer is lost, after the Console has counted it as told. */
  readonly lostReading: number;
  readonly garbled: number;
  /** 5xx, before the Console saw the request, or after. */
  readonly unavailable: number;
  readonly tooMany: number;
  readonly slowConsole: number;
  /** One empty answer in the middle of a scan. */
  readonly hiccup: number;
  /** Stored, or not, and the answer is lost. */
  readonly lostMessage: number;
  readonly fatalError: number;
  readonly rateLimited: number;
  readonly unsent: number;
  readonly slowSlack: number;
  readonly malformed: number;
  readonly lateEdit: number;
  readonly editClosed: number;
  /** Of looks into the history. */
  readonly failedLook: number;
  readonly brokenDatabase: number;
}

export interface Scenario {
  readonly seed: number;
  readonly chance: number;
  readonly hasRegular: boolean;
  readonly targets: number;
  readonly faults: Faults;
  readonly scans: readonly ScanScript[];
  readonly people: readonly Person[];
  readonly troubles: readonly Trouble[];
  /** Slack shows a message in the history so much later at most, ms. */
  readonly historyLateMs: number;
  readonly isHistoryHidden: boolean;
  /** Results show so much later at most, ms. */
  readonly resultsLateMs: number;
  /** The Console's clock is so much ahead of ours, ms. */
  readonly skewMs: number;
}

const CHANNELS = 4;
const rate = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constant(0.05) },
  { weight: 1, arbitrary: fc.constant(0.35) },
);
const at = fc.nat(TROUBLE_MS);

const faults: fc.Arbitrary<Faults> = fc.record({
  lostReading: rate,
  garbled: rate,
  unavailable: rate,
  tooMany: rate,
  slowConsole: rate,
  hiccup: rate,
  lostMessage: rate,
  fatalError: rate,
  rateLimited: rate,
  unsent: rate,
  slowSlack: rate,
  malformed: rate,
  lateEdit: rate,
  editClosed: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(0.1) }),
  failedLook: rate,
  brokenDatabase: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(0.02) },
  ),
});

const none = (value: Faults): Faults =>
  Object.fromEntries(Object.keys(value).map((name) => [name, 0])) as unknown as Faults;

function scan(targets: number): fc.Arbitrary<ScanScript> {
  return fc.record({
    target: fc.nat(targets - 1),
    gapMs: fc.integer({ min: 15_000, max: 70_000 }),
    // A second or two are over between two ticks.
    lastsMs: fc.oneof(
      fc.integer({ min: 1_000, max: 4_000 }),
      fc.integer({ min: 12_000, max: 120_000 }),
      fc.integer({ min: 30_000, max: 90_000 }),
    ),
    queuedMs: fc.oneof(fc.constant(0), fc.nat(12_000)),
    total: fc.integer({ min: 1, max: 40 }),
    restartsAt: fc.option(fc.double({ min: 0.3, max: 0.9, noNaN: true }), { freq: 4 }),
    error: fc.oneof(
      { weight: 5, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constant('pull failed') },
    ),
    foreignReadMs: fc.option(fc.nat(6_000), { freq: 2 }),
  });
}

function person(targets: number): fc.Arbitrary<Person> {
  const target = fc.nat(targets - 1);
  const which = fc.nat(7);
  return fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('watch' as const),
        atMs: at,
        target,
        place: fc.nat(CHANNELS + 1),
        user: fc.nat(2),
        isReadAtOnce: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop' as const), atMs: at, which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), atMs: at, which }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const), atMs: at, target }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('archive' as const),
        atMs: at,
        channel: fc.constant(CHANNELS - 1),
      }),
    },
  );
}

const steps = fc.integer({ min: 1, max: 16 });
/** Part of a step's name: any step, a lease or settlement, a call to Slack, a look, a question to the Console. */
const where = fc.constantFrom(
  '',
  '',
  'update deliveries',
  'sending the',
  'looking for',
  'GET',
  'update targets',
);
const kill = fc.record({
  kind: fc.constant('kill' as const),
  atMs: at,
  where,
  steps,
  downMs: fc.integer({ min: 200, max: 20_000 }),
});
const freeze = fc.record({
  kind: fc.constant('freeze' as const),
  atMs: at,
  where,
  steps,
  forMs: fc.integer({ min: 5_000, max: 110_000 }),
  takeOverMs: fc.integer({ min: 1_000, max: 5_000 }),
});
const spell = fc.record({
  kind: fc.constantFrom('console-down' as const, 'token-revoked' as const, 'disk-full' as const),
  atMs: at,
  forMs: fc.integer({ min: 3_000, max: 90_000 }),
});
const HOUR = 3_600_000;
const clock = fc.record({
  kind: fc.constant('clock' as const),
  atMs: at,
  byMs: fc.constantFrom(HOUR, -HOUR),
});

function troubles(): fc.Arbitrary<readonly Trouble[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.array(kill, { minLength: 1, maxLength: 12 }) },
    { weight: 3, arbitrary: fc.array(fc.oneof(kill, spell), { minLength: 1, maxLength: 6 }) },
    { weight: 2, arbitrary: fc.array(spell, { minLength: 1, maxLength: 3 }) },
    { weight: 2, arbitrary: freeze.map((one) => [one]) },
    { weight: 1, arbitrary: clock.map((one) => [one]) },
  );
}

function world(targets: number): fc.Arbitrary<Scenario> {
  return fc.record({
    seed: fc.constant(0),
    chance: fc.integer(),
    hasRegular: fc.boolean(),
    targets: fc.constant(targets),
    faults: fc.oneof({ weight: 1, arbitrary: faults.map(none) }, { weight: 6, arbitrary: faults }),
    scans: fc.array(scan(targets), { minLength: 1, maxLength: 2 * targets + 2 }),
    people: fc.array(person(targets), { minLength: 1, maxLength: 14 }),
    troubles: troubles(),
    historyLateMs: fc.constantFrom(0, 0, 5_000, 40_000),
    isHistoryHidden: fc.integer({ min: 0, max: 11 }).map((number) => number === 0),
    resultsLateMs: fc.constantFrom(0, 2_000, 8_000),
    skewMs: fc.constantFrom(0, 0, 180_000, -180_000),
  });
}

/** Many targets use the Console's budget up. */
const anyScenario = fc.oneof(
  { weight: 5, arbitrary: world(1) },
  { weight: 8, arbitrary: world(3) },
  { weight: 1, arbitrary: world(12).map(crowded) },
);

/** Everything is watched from the beginning. */
function crowded(scenario: Scenario): Scenario {
  const watches = Array.from({ length: scenario.targets }, (_, target): Person => {
    const place = target % CHANNELS;
    return { kind: 'watch', atMs: 100 * target, target, place, user: 0, isReadAtOnce: false };
  });
  return { ...scenario, people: [...watches, ...scenario.people] };
}

export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(anyScenario, { seed, numRuns: 1 });
  if (scenario === undefined) throw new Error('no scenario');
  return { ...tame(scenario), seed };
}

/**
 * Set by an hour, a clock cannot tell how long ago a message was sent: Slack must show it at once then, as the program
 * has no other clock that outlives it.
 */
function tame(scenario: Scenario): Scenario {
  if (!hasClockSet(scenario)) return scenario;
  const { faults: drawn } = scenario;
  return { ...scenario, historyLateMs: 0, faults: { ...drawn, slowSlack: 0, lateEdit: 0, failedLook: 0 } };
}

export function hasClockSet({ troubles: all }: Scenario): boolean {
  return all.some(({ kind }) => kind === 'clock');
}

export function hasBrokenDatabase({ troubles: all, faults: drawn }: Scenario): boolean {
  return drawn.brokenDatabase > 0 || all.some(({ kind }) => kind === 'disk-full');
}
