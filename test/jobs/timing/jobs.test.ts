/** All loops together, on a clock that is moved: when each of them runs. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Jobs, startJobs } from '../../../src/jobs/jobs.ts';
import { POLL_LEASE_MS } from '../../../src/jobs/record.ts';
import type { NextRuns } from '../../../src/jobs/timing/schedule.ts';
import { targetId } from '../../../src/scan/target.ts';
import {
  ended,
  HIDDEN,
  HOUR,
  IMAGE,
  MINUTE,
  scanning,
  SECOND,
  SETTINGS,
} from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, recordingLog, watching, watchingMany } from '../../support/store.ts';
import { type Clock, createClock } from '../../simulation/outside/clock.ts';
import { createFakeConsole, type FakeConsole } from '../console.ts';
import { sql } from '../../../src/store/sql.ts';

const database = useMemory();
let clock: Clock;
let prisma: FakeConsole;
let jobs: Jobs;
/** Seconds since the start at which each loop ran. */
let runs: Map<string, number[]>;
let stalls: (number | null)[];
let wakes: number;
let ticks: number;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  clock = createClock();
  prisma = createFakeConsole(scanning(7, 12), clock.now);
  runs = new Map();
  stalls = [];
  wakes = 0;
  ticks = 0;
  recording = recordingLog();
});

afterEach(async () => {
  void jobs.stop();
  await passUntil(clock.monotonicNow() + MINUTE);
  await database.close();
});

/** What waits for nothing first, so that there is something to run until then. */
async function passUntil(monotonicMs: number): Promise<void> {
  await nextTurn();
  await clock.runUntil(monotonicMs);
}

const TIMEOUT = { cause: 'timeout', detail: '', retryAfterMs: null } as const;
const nobodyAsks = () => Promise.reject(new Error('nobody asks'));

function start(nextRuns: NextRuns): void {
  const { now, monotonicNow } = clock;
  jobs = startJobs({
    ...{ database, now, monotonicNow, nextRuns, owner: 'me', log: recording.log, cron: '*/5 * * * * *' },
    ...{ settings: SETTINGS, retentionMs: POLL_LEASE_MS, random: () => 0, wake: () => void (wakes += 1) },
    ...{ fetchProgress: prisma.fetchProgress, fetchResults: prisma.fetchResults },
    ...{ fetchDetails: nobodyAsks, fetchRegularReport: nobodyAsks, fetchDiagnosis: nobodyAsks },
    fetchNewest: () => Promise.resolve({ kind: 'failed', failure: TIMEOUT }),
    pause: () => Promise.resolve(),
    alarm: (ms, run) => {
      const alarm = clock.after(ms, run);
      return () => (alarm.run = null);
    },
    onRun: (name) => runs.set(name, [...(runs.get(name) ?? []), monotonicNow() / SECOND]),
    onTick: () => (ticks += 1),
    onStall: (ms) => stalls.push(ms),
  });
}

const every =
  (periodMs: number): NextRuns =>
  (_, count) => {
    const first = (Math.floor(clock.now() / periodMs) + 1) * periodMs;
    return Array.from({ length: count }, (__, index) => first + index * periodMs);
  };

const each = (seconds: number, until: number, from = 0): number[] =>
  Array.from({ length: Math.floor((until - from) / seconds) + 1 }, (_, index) => from + index * seconds);

it('polls by the cron expression, looks for silent starts and digests, and prunes at 04:17 UTC', async () => {
  start(every(5 * SECOND));
  await passUntil(121 * SECOND);
  expect([jobs.tickMs, ticks]).toEqual([5 * SECOND, 24]);
  expect(Object.fromEntries(runs)).toEqual({
    poll: each(5, 120, 5),
    start: each(15, 120),
    digest: each(20, 120),
    // The clock begins at 04:15.
    sweep: [120],
  });
});

it('says whose next run a change of the clock moves', async () => {
  start(every(5 * SECOND));
  await passUntil(SECOND);
  clock.set(HOUR);
  await passUntil(6 * SECOND);
  const names = recording.fields.filter((fields) => 'stepMs' in fields).map(({ name }) => name);
  expect(names.toSorted()).toEqual(['poll', 'sweep']);
});

it('checks results at most every ten seconds', async () => {
  for (const channel of ['C1', 'C2']) await watching(database, { channel, now: clock.now() });
  start(every(5 * SECOND));
  await passUntil(9 * SECOND);
  expect(runs.get('look')).toHaveLength(1);
  const [first = 0] = runs.get('look') ?? [];
  for (let second = 1; second < 10; second += 1) {
    await passUntil((first + second) * SECOND);
    await database.query(sql`update targets set results_check_at = 1`);
  }
  await passUntil((first + 10) * SECOND - 1);
  expect(runs.get('look')).toHaveLength(1);
  await passUntil((first + 10) * SECOND);
  expect(runs.get('look')).toHaveLength(2);
});

it('says in the log what fails, once, however often it is due', async () => {
  await watching(database, { now: clock.now() });
  prisma.result = () => Promise.reject(new Error('a bug'));
  start(every(5 * SECOND));
  await passUntil(12 * SECOND);
  expect(recording.lines.at(-1)).toBe('error results check failed; trying again');
  prisma.answer = () => ended(12, 12);
  await passUntil(45 * SECOND);
  const errors = recording.lines.filter((line) => line.startsWith('error'));
  expect(errors).toEqual([
    'error results check failed; trying again',
    'error report failed; messages go without it',
  ]);
  expect(recording.fields).toContainEqual({ name: 'look', error: 'a bug' });
  expect(recording.fields).toContainEqual({ name: 'report', error: 'a bug' });
});

it('asks what a scan found as soon as its end is recorded', async () => {
  await watching(database, { now: clock.now() });
  prisma.answer = () => ended(12, 12);
  start(every(5 * SECOND));
  await passUntil(5_100);
  expect(runs.get('report')).toEqual([5]);
});

it('asks after a second what another one found that ended meanwhile', async () => {
  const other = imageNamed('other');
  for (const target of [IMAGE, other]) await watching(database, { target, now: clock.now() });
  prisma.answer = async (target) => {
    if (targetId(target) === targetId(other)) await new Promise<void>((resolve) => clock.after(500, resolve));
    return ended(12, 12);
  };
  start(every(5 * SECOND));
  await passUntil(6_100);
  expect(runs.get('report')).toEqual([5, 6]);
});

it.each([
  [4, undefined],
  [5, [0, 5, 10, 15, 20]],
])('asks for the newest results of %i images at these seconds: %j', async (count, seconds) => {
  await watchingMany(database, count, clock.now);
  start(every(MINUTE));
  await passUntil(20 * SECOND + 1);
  expect(runs.get('newest')).toEqual(seconds);
});

it('wakes the outbox for what it has recorded', async () => {
  await watching(database, { now: clock.now() });
  start(every(5 * SECOND));
  expect(wakes).toBe(0);
  await passUntil(5_100);
  expect(wakes).toBe(1);
});

it('takes a pause of the schedule for no stall, but three periods without a tick', async () => {
  // Eight ticks, the last of them after a weekend of eight minutes.
  const begin = clock.now();
  const times = [...each(10, 80, 10), 80 + 8 * 60].map((seconds) => begin + seconds * SECOND);
  start((_, count) =>
    times
      .filter((at) => at > clock.now())
      .concat(Infinity)
      .slice(0, count),
  );
  await passUntil(80 * SECOND + 24 * MINUTE - SECOND);
  expect(runs.get('poll')).toHaveLength(9);
  expect(stalls).toEqual([]);
  await passUntil(80 * SECOND + 33 * MINUTE);
  expect(stalls).toHaveLength(1);
  expect(stalls[0]).toBeGreaterThan(24 * MINUTE);
});

it('is stopped once the last run has ended', async () => {
  await watching(database, { now: clock.now() });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  prisma.result = () => promise.then(() => HIDDEN);
  start(every(5 * SECOND));
  await passUntil(6 * SECOND);
  let isOver = false;
  void jobs.stop().then(() => (isOver = true));
  await passUntil(MINUTE);
  expect(isOver).toBe(false);
  resolve(undefined);
  await passUntil(2 * MINUTE);
  expect(isOver).toBe(true);
});

it('polls no more of a tick once it was stopped', async () => {
  await watchingMany(database, 12, clock.now);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  prisma.turn = () => promise;
  start(every(5 * SECOND));
  await passUntil(6 * SECOND);
  void jobs.stop();
  resolve(undefined);
  await passUntil(MINUTE);
  expect(prisma.asked).toHaveLength(6);
});

it('starts no run once it was stopped, and resolves when none is in flight', async () => {
  start(every(5 * SECOND));
  await passUntil(12 * SECOND);
  const before = structuredClone(runs);
  const stopping = jobs.stop();
  // Something is due for each of them.
  await watchingMany(database, 5, clock.now);
  await database.query(sql`update targets set results_check_at = 1`);
  await database.query(
    sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
      select id, id, 1, 'stall', '{"newerThan":null,"before":null}', 1, 1, 1 from targets`,
  );
  await passUntil(2 * MINUTE);
  await stopping;
  expect(runs).toEqual(before);
});
