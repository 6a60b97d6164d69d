import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Schedule, startSchedule } from '../../../src/jobs/timing/schedule.ts';
import { MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { recordingLog } from '../../support/store.ts';

const EVERY_FIVE_SECONDS = '*/5 * * * * *';

let schedule: Schedule | null;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  recording = recordingLog();
  schedule = null;
});

afterEach(async () => {
  const stopped = schedule?.stop();
  await vi.advanceTimersByTimeAsync(MINUTE);
  await stopped;
  vi.useRealTimers();
});

/** What the wall clock was set by, which the monotonic one does not know. */
let setByMs = 0;

function start(run: () => Promise<void>, cron = EVERY_FIVE_SECONDS): Schedule {
  setByMs = 0;
  const monotonicNow = () => Date.now() - setByMs;
  schedule = startSchedule({ name: 'poll', cron, run, log: recording.log, monotonicNow });
  return schedule;
}

function setClock(byMs: number): void {
  setByMs += byMs;
  vi.setSystemTime(Date.now() + byMs);
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe('a schedule', () => {
  it('runs at the times of its expression', async () => {
    const at: number[] = [];
    start(() => {
      at.push(Date.now());
      return Promise.resolve();
    });
    await pass(16 * SECOND);
    expect(at).toEqual([5, 10, 15].map((second) => NOON + second * SECOND));
  });

  it.each([
    [EVERY_FIVE_SECONDS, 5 * SECOND],
    ['* * * * * *', SECOND],
    ['30 * * * * *', MINUTE],
    ['0 17 4 * * *', 24 * 60 * MINUTE],
  ])('says how far apart the runs of %s are', (cron, periodMs) => {
    expect(start(() => Promise.resolve(), cron).periodMs).toBe(periodMs);
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

  it('goes on after a run that failed, and says so', async () => {
    let runs = 0;
    start(() => {
      runs += 1;
      return Promise.reject(new Error('disk I/O error'));
    });
    await pass(11 * SECOND);
    expect(runs).toBe(2);
    expect(recording.lines).toEqual(['error scheduled run failed', 'error scheduled run failed']);
  });

  it('goes on after whoever is told of a run failed', async () => {
    let runs = 0;
    const run = () => Promise.resolve(void (runs += 1));
    const onRun = () => {
      throw new Error('no such metric');
    };
    schedule = startSchedule({
      name: 'poll',
      cron: EVERY_FIVE_SECONDS,
      run,
      onRun,
      monotonicNow: Date.now,
      log: recording.log,
    });
    await pass(11 * SECOND);
    expect(runs).toBe(2);
    expect(recording.lines).toEqual(['error scheduled run failed', 'error scheduled run failed']);
  });

  it('goes on after the computer slept', async () => {
    let runs = 0;
    start(() => {
      runs += 1;
      return Promise.resolve();
    });
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
  ])('goes on within two periods and without a storm after the clock was set %s', async (_, byMs) => {
    let runs = 0;
    start(() => {
      runs += 1;
      return Promise.resolve();
    });
    await pass(7 * SECOND);
    expect(runs).toBe(1);
    setClock(byMs);
    await pass(10 * SECOND);
    expect(runs).toBeGreaterThanOrEqual(2);
    await pass(MINUTE);
    expect(runs).toBeLessThanOrEqual(15);
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
    start(() => {
      at.push(new Date().toTimeString().slice(0, 5));
      return Promise.resolve();
    }, '0 17 4 * * *');
    await pass(MINUTE);
    setClock(-60 * MINUTE);
    await pass(MINUTE);
    setClock(2 * 60 * MINUTE);
    await pass(24 * 60 * MINUTE);
    expect(at).toEqual(['04:17']);
  });
});

describe('stopping a schedule', () => {
  it('waits for the run under way', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const started = start(() => promise);
    await pass(5 * SECOND);
    let isStopped = false;
    const stopping = started.stop().then(() => (isStopped = true));
    await pass(MINUTE);
    expect(isStopped).toBe(false);
    resolve(undefined);
    await stopping;
    expect(isStopped).toBe(true);
  });

  it('lets no run begin any more', async () => {
    let runs = 0;
    const started = start(() => {
      runs += 1;
      return Promise.resolve();
    });
    await started.stop();
    await pass(MINUTE);
    expect(runs).toBe(0);
  });

  it('may be asked for twice', async () => {
    const started = start(() => Promise.resolve());
    await started.stop();
    await expect(started.stop()).resolves.toBeUndefined();
  });
});
