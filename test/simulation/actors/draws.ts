/** The arbitraries that generate a seed's scenario. */

import fc from 'fast-check';
import type { Threshold } from '../../../src/scan/threshold.ts';
import { withDigests } from './digests.ts';
import { conversations, visits } from './draws-visits.ts';
import {
  type Faults,
  hasClockSet,
  type Person,
  type Scenario,
  type ScanScript,
  type Trouble,
  TROUBLE_MS,
} from './scenario.ts';

const CHANNELS = 4;
/** The one that may be archived. */
const ARCHIVED = CHANNELS - 1;
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
  lostReport: rate,
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

const stall = fc.record({
  share: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
  forMs: fc.integer({ min: 15_000, max: 60_000 }),
});

/** Slack and the database are sound. */
const ofConsole = (value: Faults): Faults => {
  const { lostReading, garbled, unavailable, tooMany, slowConsole, hiccup, lostReport } = value;
  return {
    ...none(value),
    ...{ lostReading, garbled, unavailable, tooMany, slowConsole, hiccup, lostReport },
  };
};

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
    isMild: fc.boolean(),
    foreignReadMs: fc.option(fc.nat(6_000), { freq: 2 }),
    stall: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: stall }),
  });
}

function person(targets: number): fc.Arbitrary<Person> {
  const target = fc.nat(targets - 1);
  const which = fc.nat(7);
  const channel = fc.nat(CHANNELS - 1);
  const conversation = fc.nat(CHANNELS + 1);
  const user = fc.nat(2);
  const kind = <K extends Person['kind']>(value: K) => fc.constant(value);
  return fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: kind('watch'),
        atMs: at,
        target,
        conversation,
        user,
        isReadAtOnce: fc.boolean(),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: kind('subscribe'), atMs: soon, target, channel, user }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('unsubscribe'), atMs: at, which }) },
    ...(targets < 2 ? [] : boarders(targets)),
    { weight: 3, arbitrary: fc.record({ kind: kind('stop'), atMs: at, which }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('delete'), atMs: at, which }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('ask'), atMs: at, target }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('start'), atMs: soon, target, conversation }) },
    { weight: 1, arbitrary: archiving },
    { weight: 3, arbitrary: settings },
  );
}

const MOST_LINES = 5;

/** The registry scan is left out later: people cannot name it. */
function boarders(targets: number): { weight: number; arbitrary: fc.Arbitrary<Person> }[] {
  const conversation = fc.nat(CHANNELS + 1);
  const board = fc.record({
    kind: fc.constant('board' as const),
    atMs: at,
    targets: fc.uniqueArray(fc.nat(targets - 1), { minLength: 2, maxLength: MOST_LINES }),
    conversation,
    user: fc.nat(2),
    isReadAtOnce: fc.boolean(),
  });
  const fold = fc.record({ kind: fc.constant('fold' as const), atMs: at, conversation });
  const stop = fc.record({
    kind: fc.constant('stop-board' as const),
    atMs: at,
    which: fc.nat(7),
    isOneByOne: fc.boolean(),
  });
  return [
    { weight: 8, arbitrary: board },
    { weight: 2, arbitrary: fold },
    { weight: 2, arbitrary: stop },
  ];
}

/** Early enough that something comes after it. */
const soon = fc.oneof(fc.nat(TROUBLE_MS / 4), at);

const BACK_MS = 60_000;

const archiving = fc.record({
  kind: fc.constant('archive' as const),
  atMs: fc.nat(TROUBLE_MS - BACK_MS - 1_000),
  channel: fc.constant(ARCHIVED),
  isHeard: fc.boolean(),
  backAfterMs: fc.option(fc.integer({ min: 500, max: BACK_MS }), { freq: 3 }),
});

const settings = fc.record({
  kind: fc.constant('settings' as const),
  atMs: soon,
  channel: fc.nat(CHANNELS - 1),
  showLiveMessages: fc.boolean(),
  completionIn: fc.constantFrom('thread' as const, 'channel' as const),
  threshold: fc.constantFrom<Threshold[]>('every-end', 'critical', 'high', 'new-critical'),
  areRegistryEndsPosted: fc.boolean(),
});

const steps = fc.integer({ min: 1, max: 16 });
/** Part of a step's name: any step, a lease or settlement, a call to Slack, a lookup, a request to the Console. */
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
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
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

type Drawn = Omit<Scenario, 'digests'>;

function world(targets: number): fc.Arbitrary<Drawn> {
  return fc.record({
    seed: fc.constant(0),
    random: fc.integer(),
    hasRegular: fc.boolean(),
    targets: fc.constant(targets),
    faults: fc.oneof(
      { weight: 2, arbitrary: faults.map(none) },
      { weight: 1, arbitrary: faults.map(ofConsole) },
      { weight: 6, arbitrary: faults },
    ),
    scans: fc.array(scan(targets), { minLength: 1, maxLength: 2 * targets + 2 }),
    people: fc.array(person(targets), { minLength: 1, maxLength: 14 }),
    troubles: troubles(),
    historyLateMs: fc.constantFrom(0, 0, 5_000, 13_000),
    isHistoryHidden: fc.integer({ min: 0, max: 11 }).map((number) => number === 0),
    resultsLateMs: fc.constantFrom(0, 2_000, 8_000),
    skewMs: fc.constantFrom(0, 0, 180_000, -180_000),
    stallAfterMs: fc.constantFrom(10 * MINUTE, 15_000, 30_000),
    reportWaitMs: fc.constantFrom(20_000, 20_000, 0),
    conversations,
    visits,
  });
}

/** Many targets use up the Console's rate limit. */
const anyScenario = fc.oneof(
  { weight: 5, arbitrary: world(1) },
  { weight: 7, arbitrary: world(3) },
  { weight: 1, arbitrary: world(6) },
  { weight: 1, arbitrary: world(12).map(crowded) },
);

/** Everything is watched from the beginning. */
function crowded(scenario: Drawn): Drawn {
  const watches = Array.from({ length: scenario.targets }, (_, target): Person => {
    const conversation = target % CHANNELS;
    return { kind: 'watch', atMs: 100 * target, target, conversation, user: 0, isReadAtOnce: false };
  });
  return { ...scenario, people: [...watches, ...scenario.people] };
}

export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(anyScenario, { seed, numRuns: 1 });
  if (scenario === undefined) throw new Error('no scenario');
  return withDigests({ ...tame(scenario), seed }, seed);
}

/**
 * After a change of an hour, a clock cannot show how long ago a message was sent: Slack must show it immediately then.
 */
function tame(scenario: Drawn): Drawn {
  if (!hasClockSet(scenario)) return scenario;
  const { faults: drawn } = scenario;
  return { ...scenario, historyLateMs: 0, faults: { ...drawn, slowSlack: 0, lateEdit: 0, failedLook: 0 } };
}
