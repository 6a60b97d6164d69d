import { getTasks } from 'node-cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSchedule, nextCronRuns, nextDaily, periodsOf } from '../../../src/jobs/timing/schedule.ts';
import { type Loop, startLoop } from '../../../src/loop.ts';
import { MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { recordingLog } from '../../support/store.ts';

const EVERY_FIVE_SECONDS = '*/5 * * * * *';

let loop: Loop | null;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  recording = recordingLog();
  loop = null;
});

afterEach(async () => {
  const stopped = loop?.stop();
  await vi.advanceTimersByTimeAsync(MINUTE);
  await stopped;
  vi.useRealTimers();
});

/** What the wall clock was set by, which the monotonic one does not know. */
let setByMs = 0;

const nextRun =
  (cron = EVERY_FIVE_SECONDS) =>
  (): number =>
    nextCronRuns(cron, 1)[0] ?? NaN;

function start(run: () => unknown, nextTime: (now: number) => number = nextRun()): Loop {
  setByMs = 0;
  const monotonicNow = () => Date.now() - NOON - setByMs;
  const { log } = recording;
  const next = createSchedule({ name: 'poll', nextTime, monotonicNow, log });
  loop = startLoop({ name: 'poll', next, run, minIntervalMs: 0, log });
  return loop;
}

function setClock(byMs: number): void {
  setByMs += byMs;
  vi.setSystemTime(Date.now() + byMs);
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a schedule', () => {
  it('runs at the times of its expression', async () => {
    const at: number[] = [];
    start(() => at.push(Date.now()));
    await pass(16 * SECOND);
    expect(at).toEqual([5, 10, 15].map((second) => NOON + second * SECOND));
    expect(recording.lines).toEqual([]);
  });

  it.each([
    [EVERY_FIVE_SECONDS, 5 * SECOND],
    ['* * * * * *', SECOND],
    ['30 * * * * *', MINUTE],
    ['0 17 4 * * *', 24 * 60 * MINUTE],
  ])('says how far apart the runs of %s are', (cron, periodMs) => {
    expect(periodsOf(nextCronRuns(cron, 3))).toEqual([periodMs, periodMs]);
  });

  it('takes an expression without a second run for one of a minute', () => {
    expect(periodsOf([NOON])).toEqual([MINUTE]);
  });

  it('never has two runs at once: the next one begins after the one that took longer', async () => {
    let underWay = 0;
    let most = 0;
    const began: number[] = [];
    start(async () => {
      began.push(Date.now() - NOON);
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setTimeout(resolve, 12 * SECOND));
      underWay -= 1;
    });
    await pass(50 * SECOND);
    expect(most).toBe(1);
    expect(began).toEqual([5, 20, 35, 50].map((second) => second * SECOND));
    expect(recording.lines.filter((line) => !line.startsWith('debug'))).toEqual([]);
  });

  it('goes on after the computer slept', async () => {
    let runs = 0;
    start(() => (runs += 1));
    await pass(5 * SECOND);
    setClock(8 * 60 * MINUTE);
    await pass(11 * SECOND);
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(runs).toBeLessThanOrEqual(4);
  });

  it.each([
    ['back an hour', -60 * MINUTE],
    ['back ten seconds', -10 * SECOND],
    ['forward an hour', 60 * MINUTE],
    ['forward more than a second', SECOND + 1],
  ])('goes on within two periods and without a storm after the clock was set %s', async (_, byMs) => {
    let runs = 0;
    start(() => (runs += 1));
    await pass(7 * SECOND);
    expect(runs).toBe(1);
    setClock(byMs);
    await pass(10 * SECOND);
    expect(runs).toBeGreaterThanOrEqual(2);
    expect(recording.lines).toEqual(['info clock changed, or the machine slept; next run recalculated']);
    await pass(MINUTE);
    expect(runs).toBeLessThanOrEqual(15);
  });

  it.each([
    [SECOND / 2, 6],
    [SECOND, 7],
  ])('misses no run for a clock that drifts by %i ms, as networks do', async (driftMs, expected) => {
    let runs = 0;
    start(() => (runs += 1));
    for (let drift = 0; drift < 6; drift += 1) {
      setClock(driftMs);
      await pass(5 * SECOND);
    }
    expect(runs).toBe(expected);
    expect(recording.lines).toEqual([]);
  });

  it('has no two runs at once although the clock was set during one', async () => {
    let most = 0;
    let underWay = 0;
    start(async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setTimeout(resolve, 30 * SECOND));
      underWay -= 1;
    });
    await pass(6 * SECOND);
    setClock(-60 * MINUTE);
    await pass(MINUTE);
    expect(most).toBe(1);
  });

  it('runs once a day at its time, and not when the clock is set', async () => {
    const at: string[] = [];
    const run = () => at.push(new Date().toTimeString().slice(0, 5));
    start(run, (now) => nextDaily((4 * 60 + 17) * MINUTE, now));
    await pass(MINUTE);
    setClock(-60 * MINUTE);
    await pass(MINUTE);
    setClock(2 * 60 * MINUTE);
    await pass(24 * 60 * MINUTE);
    expect(at).toEqual(['04:17']);
  });
});

it('keeps one task of an expression, however often its next time is asked for', () => {
  nextCronRuns('*/7 * * * * *', 1);
  const tasks = getTasks().size;
  for (let tick = 0; tick < 10; tick += 1) nextCronRuns('*/7 * * * * *', 1);
  expect(getTasks().size).toBe(tasks);
});
