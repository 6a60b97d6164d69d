import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoop } from '../../../src/jobs/timing/loop.ts';
import { NOON, SECOND } from '../../support/observations.ts';
import { recordingLog } from '../../support/store.ts';

/** What is due, and what the loop does about it. */
interface Scene {
  dueAt: number | null;
  reads: number;
  /** Ms since the loop began, of each run. */
  readonly runs: number[];
  /** What a run does; by default nothing is due any more. */
  run: () => Promise<void>;
  isBroken: boolean;
}

let scene: Scene;
let now: number;
let abort: AbortController;
let wake: () => void;
let running: Promise<void>;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  now = NOON;
  const none = (): Promise<void> => {
    scene.dueAt = null;
    return Promise.resolve();
  };
  scene = { dueAt: null, reads: 0, runs: [], run: none, isBroken: false };
  recording = recordingLog();
  abort = new AbortController();
});

afterEach(() => {
  abort.abort();
  vi.useRealTimers();
});

async function start(minIntervalMs = 5 * SECOND): Promise<void> {
  const loop = createLoop({
    name: 'report',
    nextDueAt: () => {
      scene.reads += 1;
      return scene.isBroken ? Promise.reject(new Error('disk I/O error')) : Promise.resolve(scene.dueAt);
    },
    run: () => {
      scene.runs.push(now - NOON);
      return scene.run();
    },
    minIntervalMs,
    now: () => now,
    log: recording.log,
  });
  wake = loop.wake;
  running = loop.run(abort.signal);
  await settle();
}

/** Lets everything happen that waits for no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    now += 100;
    await vi.advanceTimersByTimeAsync(100);
    await settle();
  }
}

async function hasEnded(): Promise<boolean> {
  let isOver = false;
  void running.then(() => (isOver = true));
  await settle();
  return isOver;
}

describe('a loop over what is due', () => {
  it('does what is due when it begins', async () => {
    scene.dueAt = NOON;
    await start();
    expect(scene.runs).toEqual([0]);
  });

  it('reads once in two seconds while nothing is due', async () => {
    await start();
    await pass(20 * SECOND);
    expect(scene.reads).toBe(11);
    expect(scene.runs).toEqual([]);
  });

  it('is there when the time comes, without being woken', async () => {
    scene.dueAt = NOON + 7_300;
    await start();
    await pass(8 * SECOND);
    expect(scene.runs).toHaveLength(1);
    expect(scene.runs[0]).toBeGreaterThanOrEqual(7_300);
    expect(scene.runs[0]).toBeLessThanOrEqual(7_800);
  });

  it('notices within two seconds what another process has put in', async () => {
    await start();
    await pass(100);
    scene.dueAt = NOON;
    await pass(2 * SECOND);
    expect(scene.runs).toHaveLength(1);
  });

  it('runs as soon as it is woken, and takes what comes in the pause after it together', async () => {
    await start();
    scene.dueAt = NOON;
    await pass(300);
    wake();
    await settle();
    expect(scene.runs).toEqual([300]);
    for (let tenth = 0; tenth < 20; tenth += 1) {
      scene.dueAt = NOON;
      wake();
      await pass(100);
    }
    await pass(4 * SECOND);
    expect(scene.runs).toEqual([300, 5_300]);
  });

  it('rests between two runs, however often it is woken and whatever is due', async () => {
    scene.dueAt = NOON;
    scene.run = () => Promise.resolve();
    await start();
    for (let second = 0; second < 12; second += 1) {
      wake();
      await pass(SECOND);
    }
    expect(scene.runs).toEqual([0, 5_000, 10_000]);
  });

  it.each([
    [SECOND, [0, 10_000]],
    [5 * SECOND, [0, 10_000]],
    [8 * SECOND, [0, 16_000]],
  ])(
    'goes on after a run and a reading that failed, five seconds later or after its rest of %i ms',
    async (minIntervalMs, runs) => {
      scene.dueAt = NOON;
      scene.run = () => Promise.reject(new Error('no'));
      await start(minIntervalMs);
      scene.isBroken = true;
      await pass(Math.max(5 * SECOND, minIntervalMs) + SECOND);
      scene.isBroken = false;
      scene.run = () => new Promise(() => undefined);
      await pass(10 * SECOND);
      expect(scene.runs).toEqual(runs);
      expect(recording.lines).toEqual(Array(2).fill('error loop run failed; trying again'));
    },
  );

  it('ends at once while it rests, and while it waits', async () => {
    await start();
    abort.abort();
    expect(await hasEnded()).toBe(true);
    abort = new AbortController();
    scene.dueAt = NOON;
    await start();
    abort.abort();
    expect(await hasEnded()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('finishes the run that goes on when it is stopped', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    scene.dueAt = NOON;
    scene.run = () => promise;
    await start();
    abort.abort();
    expect(await hasEnded()).toBe(false);
    resolve(undefined);
    expect(await hasEnded()).toBe(true);
    expect(scene.runs).toEqual([0]);
  });
});
